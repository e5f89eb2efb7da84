import { expect, test } from "vitest";
import { projectSchema } from "@/domain/labeling/records";
import { createRng } from "@/shared/lib/rng";
import type { LabelEvent } from "@/domain/labeling/events";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import type { ImageFiles } from "@/shared/persistence/image-store";
import { annotatorKey, KEY_SETTINGS } from "../logic/export/backup";
import { zipOf } from "../logic/export/bundle";
import { exportProject } from "../logic/export/whole-export";
import { eventsOf, type ProjectData } from "../logic/export/project-data";
import { syntheticProject } from "../logic/synthetic-project";
import { FUZZ, mutate } from "../logic/import/import-harness";
import { sourcesOfZip } from "../logic/import/sources";
import { backupAll } from "./backup-all";
import { restoreFile } from "./restore-project";

interface Kept {
  project: LabelingProject;
  readonly products: Map<string, LabelingProduct>;
  readonly creatives: Map<string, LabelingCreative>;
  readonly pairs: LabelingPair[];
  readonly events: Map<string, LabelEvent>;
}

/** A browser's storage, in memory. */
function createMemory() {
  const projects = new Map<string, Kept>();
  const settings = new Map<string, unknown>();
  const files = new Map<string, Blob>();
  const at = (id: string) => projects.get(id)!;
  const put = <T extends { readonly id: string }>(map: Map<string, T>, items: readonly T[]) => {
    for (const item of items) map.set(item.id, item);
  };
  const repository = {
    listProjects: () => Promise.resolve([...projects.values()].map(({ project }) => project)),
    project: (id: string) => Promise.resolve(projects.get(id)?.project),
    saveProject(project: LabelingProject) {
      const known = projects.get(project.id);
      if (known !== undefined) known.project = project;
      else {
        projects.set(project.id, {
          project,
          products: new Map(),
          creatives: new Map(),
          pairs: [],
          events: new Map(),
        });
      }
      return Promise.resolve();
    },
    addItems(id: string, products: readonly LabelingProduct[], more: readonly LabelingCreative[]) {
      put(at(id).products, products);
      put(at(id).creatives, more);
      return Promise.resolve();
    },
    addPairs: (id: string, pairs: readonly LabelingPair[]) =>
      Promise.resolve(void at(id).pairs.push(...pairs)),
    content: (id: string) =>
      Promise.resolve({
        products: [...at(id).products.values()],
        creatives: [...at(id).creatives.values()],
        pairs: at(id).pairs,
      }),
    folder: () => Promise.resolve(undefined),
    setting: (key: string) => Promise.resolve(settings.get(key)),
    saveSetting: (key: string, value: unknown) => Promise.resolve(void settings.set(key, value)),
    log: {
      read: (id: string) => Promise.resolve([...at(id).events.values()]),
      merge(events: readonly LabelEvent[]) {
        const fresh = events.filter(({ id, project }) => !at(project).events.has(id));
        for (const event of fresh) at(event.project).events.set(event.id, event);
        const known = events.length - fresh.length;
        return Promise.resolve({ added: fresh.length, known, conflicts: [] });
      },
    },
  } as unknown as LabelingRepository;
  const stored: ImageFiles = {
    read: (path) => Promise.resolve(files.get(path)),
    write(images) {
      for (const { path, bytes } of images) files.set(path, new Blob([bytes]));
      return Promise.resolve();
    },
  };
  return { projects, settings, files, repository, stored };
}

const png = (text: string) =>
  new Blob([
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]),
    Uint8Array.from([0, 0, 0, 3, 0, 0, 0, 2]),
    new TextEncoder().encode(text),
  ]);

/** A browser with two judged projects, images, annotators and settings. */
async function filled(judgements = 60) {
  const memory = createMemory();
  for (const id of ["one", "two"]) {
    const data = syntheticProject({ judgements, seed: id.length + id.charCodeAt(0) });
    const project = { ...data.project, id, title: `Project ${id}` };
    await memory.repository.saveProject(project);
    const creatives = [...data.creatives.values()].map((one) => ({
      ...one,
      image: { kind: "stored" as const, path: `labeling/${id}/${one.id}.png` },
    }));
    for (const { image } of creatives) memory.files.set(image.path, png(image.path));
    await memory.repository.addItems(id, [...data.products.values()], creatives);
    await memory.repository.addPairs(id, data.pairs);
    const events = eventsOf(data).map((event) => ({
      ...event,
      id: `${event.id}-${id}`,
      project: id,
    }));
    await memory.repository.log.merge(events);
    memory.settings.set(annotatorKey(id), "annotator-1");
  }
  memory.settings.set(KEY_SETTINGS, { singleKeys: false });
  memory.settings.set("theme", "not labelling's");
  return memory;
}

const backup = (memory: Awaited<ReturnType<typeof filled>>) =>
  backupAll(memory.repository, memory.stored, {
    now: 1_767_225_600_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    writeProject: (data: ProjectData) =>
      exportProject("native", data, { imageOf: undefined, now: 0, onProgress: () => undefined }),
  });

test("a backup of everything restores everything, and a second time changes nothing", async () => {
  const before = await filled();
  const { blob, name, missingImages } = await backup(before);
  expect(missingImages).toBe(0);
  const after = createMemory();
  const restore = () => restoreFile(new File([blob], name), after.repository, after.stored);
  const reports = await restore();
  expect(reports.map(({ title, added, issues }) => ({ title, added, issues }))).toEqual([
    { title: "Project one", added: 60, issues: [] },
    { title: "Project two", added: 60, issues: [] },
  ]);
  expect(after.projects).toEqual(before.projects);
  for (const [path, image] of before.files) {
    expect(await after.files.get(path)?.text()).toBe(await image.text());
  }
  before.settings.delete("theme");
  expect(after.settings).toEqual(before.settings);
  after.settings.set(KEY_SETTINGS, { singleKeys: true });
  expect((await restore()).map(({ added, known }) => [added, known])).toEqual([
    [0, 60],
    [0, 60],
  ]);
  expect(after.projects).toEqual(before.projects);
  expect(after.settings.get(KEY_SETTINGS)).toEqual({ singleKeys: true });
});

test("images that are gone are counted, and the rest is there", async () => {
  const before = await filled();
  const [gone] = before.files.keys();
  before.files.delete(gone!);
  const { blob, name, missingImages } = await backup(before);
  expect(missingImages).toBe(1);
  const after = createMemory();
  await restoreFile(new File([blob], name), after.repository, after.stored);
  expect(after.files.size).toBe(before.files.size);
  const missing = [...after.projects.get("one")!.creatives.values()].filter(
    ({ image }) => image.kind === "missing",
  );
  expect(missing).toHaveLength(1);
});

test("a broken project in a backup does not hold up the other one", async () => {
  const before = await filled();
  const { blob, name } = await backup(before);
  // Cut the first project's own zip out of the file.
  const { ZipReader, BlobReader, ZipWriter, BlobWriter } = await import("@zip.js/zip.js");
  const reader = new ZipReader(new BlobReader(blob));
  const writer = new ZipWriter(new BlobWriter());
  for (const entry of await reader.getEntries()) {
    if (entry.directory || /^projects\/1\/[^/]+\.zip$/u.test(entry.filename)) continue;
    await writer.add(entry.filename, new BlobReader(await entry.getData(new BlobWriter())));
  }
  const after = createMemory();
  const cut = new File([await writer.close()], name);
  const reports = await restoreFile(cut, after.repository, after.stored);
  expect(reports.map(({ title }) => title)).toEqual(["Project two"]);
  expect(reports[0]!.issues[0]!.reason).toContain("Project one");
  expect([...after.projects.keys()]).toEqual(["two"]);
});

test(`${FUZZ} mutated backups: an error with a reason, or projects that are valid`, async () => {
  const { blob, name } = await backup(await filled(4));
  const whole = new Uint8Array(await blob.arrayBuffer());
  const { files } = await sourcesOfZip(blob, name);
  const parts = await Promise.all(
    files.map(async ({ path, bytes }) => ({ path, bytes: await bytes() })),
  );
  const rng = createRng(23);
  /** Every other one is a sound zip, one of whose files is broken. */
  async function broken(run: number): Promise<Blob> {
    if (run % 2 === 0) return new Blob([mutate(whole, rng)]);
    const chosen = Math.floor(rng() * parts.length);
    return await zipOf(
      parts.map(({ path, bytes }, at) => ({
        path,
        content: new Blob([at === chosen ? mutate(bytes, rng) : bytes]),
      })),
    );
  }
  let valid = 0;
  for (let run = 0; run < FUZZ; run++) {
    const after = createMemory();
    const file = new File([await broken(run)], name);
    await restoreFile(file, after.repository, after.stored).then(
      (reports) => {
        const issues = reports.flatMap((report) => report.issues);
        expect(issues.every(({ reason }) => reason.length > 0)).toBe(true);
        valid++;
      },
      (error: unknown) => expect((error as Error).message.length).toBeGreaterThan(0),
    );
    for (const { project } of after.projects.values()) projectSchema.parse(project);
  }
  expect(valid).toBeGreaterThan(0);
}, 600_000);
