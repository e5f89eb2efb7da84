import fc from "fast-check";
import { expect, test } from "vitest";
import type { LabelEvent } from "@/domain/labeling/events";
import { judgementsOf } from "@/domain/labeling/judgement";
import { foldEvents } from "@/domain/labeling/label-state";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import type { ImageFiles } from "@/shared/persistence/image-store";
import { FORMAT_IDS, writeFormat, type FormatId } from "../logic/export/formats";
import { eventsOf, imagePath, type ProjectData } from "../logic/export/project-data";
import { randomProjectData, type Draw } from "../logic/export/random-project";
import { guessMapping } from "../logic/import/mapping";
import { formatOf, previewTable } from "../logic/import/read-table";
import { runImport } from "../logic/import/run-import";
import { sourceOfBlob } from "../logic/import/sources";
import { exportProject } from "../logic/export/whole-export";
import { restoreFile } from "./restore-project";

/** Projects per property in an ordinary run; LABEL_ROUND_TRIPS=500 looks longer. */
const RUNS = Number(process.env["LABEL_ROUND_TRIPS"] ?? 5);
const LIMIT_MS = 60_000 + RUNS * 5000;

function drawFrom(g: fc.GeneratorValue): Draw {
  return {
    integer: (min, max) => g(fc.integer, { min, max }),
    // JSON has no negative zero.
    number: (min, max) => g(fc.double, { min, max, noNaN: true }) + 0,
    text: () => g(fc.string, { unit: "grapheme", maxLength: 30 }),
  };
}

/** The smallest PNG as far as its header says, with its stored path as content. */
function imageOf({ image }: LabelingCreative): Blob {
  const head = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
  const size = [0, 0, 0, 3, 0, 0, 0, 2];
  return new Blob([
    Uint8Array.from([...head, ...size]),
    new TextEncoder().encode(JSON.stringify(image)),
  ]);
}

/** What a repository and a blob store keep, in memory. */
function createMemory() {
  const projects = new Map<string, LabelingProject>();
  const products = new Map<string, LabelingProduct>();
  const creatives = new Map<string, LabelingCreative>();
  const pairs: LabelingPair[] = [];
  const events = new Map<string, LabelEvent>();
  const files = new Map<string, Blob>();
  const repository = {
    folder: () => Promise.resolve(undefined),
    project: (id: string) => Promise.resolve(projects.get(id)),
    saveProject: (one: LabelingProject) => Promise.resolve(void projects.set(one.id, one)),
    addItems: (
      _id: string,
      some: readonly LabelingProduct[],
      more: readonly LabelingCreative[],
    ) => {
      for (const one of some) products.set(one.id, one);
      for (const one of more) creatives.set(one.id, one);
      return Promise.resolve();
    },
    addPairs: (_id: string, some: readonly LabelingPair[]) =>
      Promise.resolve(void pairs.push(...some)),
    content: () =>
      Promise.resolve({
        products: [...products.values()],
        creatives: [...creatives.values()],
        pairs,
      }),
    log: {
      read: () => Promise.resolve([...events.values()]),
      merge: (some: readonly LabelEvent[]) => {
        const fresh = some.filter(({ id }) => !events.has(id));
        const text = (event: LabelEvent | undefined) => JSON.stringify(event);
        const conflicts = some.filter(
          (e) => events.has(e.id) && text(e) !== text(events.get(e.id)),
        );
        for (const event of fresh) events.set(event.id, event);
        return Promise.resolve({
          added: fresh.length,
          known: some.length - fresh.length,
          conflicts: conflicts.map(({ id }) => id),
        });
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
  return { projects, products, creatives, pairs, events, files, repository, stored };
}

const options = {
  imageOf,
  now: 1_767_225_600_000,
  onProgress: () => undefined,
};

async function exportFile(format: FormatId, data: ProjectData): Promise<File> {
  const { blob, name, missingImages } = await exportProject(format, data, options);
  expect(missingImages).toBe(0);
  return new File([blob], name);
}

test(
  "the zip of every format restores the whole project: log, undo, flags, images",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.constantFrom(...FORMAT_IDS), async (g, format) => {
        const data = randomProjectData(drawFrom(g));
        const memory = createMemory();
        const [report] = await restoreFile(
          await exportFile(format, data),
          memory.repository,
          memory.stored,
        );
        expect(report!.issues).toEqual([]);
        expect([...memory.projects.values()]).toEqual([data.project]);
        expect(memory.products).toEqual(data.products);
        const used = new Set(data.pairs.flatMap(({ a, b }) => [a, b]));
        for (const creative of data.creatives.values()) {
          expect(used.has(creative.id)).toBe(true);
          expect(memory.creatives.get(creative.id)).toEqual(creative);
          const kept = memory.files.get((creative.image as { path: string }).path);
          expect(await kept?.text()).toBe(await imageOf(creative).text());
        }
        expect(memory.pairs).toEqual(data.pairs);
        expect([...memory.events.values()]).toEqual(eventsOf(data));
        const state = foldEvents(memory.events.values());
        for (const part of ["inForce", "flags", "adjudications", "undone", "undoStacks"] as const) {
          expect(state[part]).toEqual(data.state[part]);
        }
      }),
      { numRuns: RUNS },
    );
  },
  LIMIT_MS,
);

/** Formats whose own files come back under Import, with the judgements that they hold. */
const READABLE = {
  rows: () => true,
  csv: () => true,
  parquet: () => true,
  "label-studio": () => true,
  "creative-pair": (label: string, repeat: number) => label !== "none" && repeat === 0,
  "hugging-face": (label: string, repeat: number) => label !== "none" && repeat === 0,
} as const;

async function importOwn(format: keyof typeof READABLE, data: ProjectData) {
  const written = await writeFormat(format, data);
  const asSource = (path: string, blob: Blob) =>
    sourceOfBlob(path, blob.size, () => Promise.resolve(blob));
  const tables = written.filter(({ path }) => formatOf(path) !== undefined);
  const folders = format === "hugging-face" ? ["train/", "test/"] : [""];
  const files = folders.flatMap((folder) =>
    [...data.creatives.values()].map((one) => asSource(folder + imagePath(one), imageOf(one))),
  );
  const memory = createMemory();
  const annotators: LabelingProject["annotators"] = [];
  let count = 0;
  const [first, ...more] = tables.map(({ path, content }) => asSource(path, new Blob([content])));
  const kind = formatOf(first!.path)!;
  const { columns, rows } = await previewTable(await first!.blob(), kind);
  const others = await Promise.all(more.map(async (one) => previewTable(await one.blob(), kind)));
  const seen = [...new Set([...columns, ...others.flatMap((one) => one.columns)])];
  const report = await runImport(
    {
      project: { ...data.project, annotators: [] },
      files,
      table: { file: first!, more, format: kind, mapping: guessMapping(seen, rows) },
      grouping: "folder",
      isReferenced: false,
      issues: [],
    },
    {
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      nextId: () => `new-${++count}`,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      sink: {
        keepImage: (_bytes, sha256) => Promise.resolve({ kind: "stored", path: sha256 }),
        addItems: (some, many) => memory.repository.addItems("", some, many),
        addPairs: (some) => memory.repository.addPairs("", some),
        addEvents: (some) => memory.repository.log.merge(some).then(() => undefined),
        saveAnnotators: (some) => Promise.resolve(void annotators.push(...some)),
      },
    },
  );
  return { ...memory, report, annotators };
}

test(
  "the own files of every readable format bring back what they hold, without loss",
  async () => {
    const formats = Object.keys(READABLE) as (keyof typeof READABLE)[];
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.constantFrom(...formats), async (g, format) => {
        const data = randomProjectData(drawFrom(g));
        const held = judgementsOf(data.state, data.pairsById).filter(({ label, event }) =>
          READABLE[format](label, event.repeat),
        );
        fc.pre(held.length > 0);
        const back = await importOwn(format, data);
        expect(back.report.issues).toEqual([]);
        const byId = <T extends { readonly id: string }>(list: Iterable<T>) =>
          [...list].sort((x, y) => (x.id < y.id ? -1 : 1));
        expect(byId(back.events.values())).toEqual(byId(held.map(({ event }) => event)));
        const pairs = [...new Map(held.map(({ pair }) => [pair.id, pair])).values()];
        expect(byId(back.pairs)).toEqual(byId(pairs));
        for (const { productId, a, b } of pairs) {
          const { title, queries } = data.products.get(productId)!;
          expect(back.products.get(productId)).toEqual({ id: productId, title, queries });
          for (const id of [a, b]) expect(back.creatives.get(id)).toMatchObject({ id, productId });
        }
        const names = new Map(data.project.annotators.map(({ id, name }) => [id, name]));
        const people = [...new Set(held.map(({ event }) => event.annotator))];
        expect(byId(back.annotators)).toEqual(
          byId(people.map((id) => ({ id, name: names.get(id)! }))),
        );
      }),
      { numRuns: 2 * RUNS },
    );
  },
  LIMIT_MS,
);
