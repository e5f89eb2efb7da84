import type { LabelEvent } from "@/domain/labeling/events";
import type { LabelingCreative } from "@/domain/labeling/records";
import {
  createImageBatch,
  type ImageBatch,
  type ImageFiles,
} from "@/shared/persistence/image-store";
import type { LabelingRepository, ProjectContent } from "@/shared/persistence/labeling-repository";
import { BACKUP_PATH, backupSchema, settingKeys, type BackupContent } from "../logic/export/backup";
import { creativesToSave, forkedDecisions, mergeProjects } from "../logic/export/merge";
import { readNative, type NativeContent } from "../logic/export/native";
import { readImageHeader, HEADER_BYTES } from "../logic/import/image-header";
import type { ImportIssue } from "../logic/import/limits";
import { sourcesOfZip, type SourceFile, type SourceSet } from "../logic/import/sources";
import { imagePath } from "../logic/export/project-data";
import { AppError, messageOf } from "@/shared/lib/errors";
import { sha256Hex } from "@/shared/lib/sha256";
import { createTurns } from "@/shared/lib/turn";
import { storedImagePath } from "./import-sink";

export interface RestoreReport {
  readonly projectId: string;
  readonly title: string;
  /** Events that were new, known already, and known with another content. */
  readonly added: number;
  readonly known: number;
  readonly conflicts: readonly Conflict[];
  readonly issues: readonly ImportIssue[];
}

/** An event that the file tells otherwise; the one that was here first stays. */
export interface Conflict {
  readonly annotator: string;
  readonly at: string;
  readonly pair: string | undefined;
}

interface ReadProject {
  readonly content: NativeContent;
  readonly issues: readonly ImportIssue[];
  readonly files: readonly SourceFile[];
}

/** How a restore tells where it is, and how it is stopped. What is restored by then stays. */
export interface RestoreControl {
  readonly signal: AbortSignal;
  /** Lines of the log, then creatives whose image is looked for, then events. */
  readonly onProgress: (step: RestoreStep, done: number, total: number) => void;
}

export type RestoreStep = "read" | "images" | "write";

/** Reads a log while the page goes on drawing. */
async function readText(text: string, name: string, { signal, onProgress }: RestoreControl) {
  const turns = createTurns();
  return await readNative(text, name, (done, total) => {
    signal.throwIfAborted();
    const pause = turns();
    if (pause !== undefined) onProgress("read", done, total);
    return pause;
  });
}

async function readLog(
  set: SourceSet,
  name: string,
  control: RestoreControl,
): Promise<ReadProject> {
  const log = set.files.find(({ path }) => path.endsWith("perigee-project.jsonl"));
  if (log === undefined) {
    throw new AppError(
      "input-invalid",
      `${name}: holds no perigee-project.jsonl. Other files are read under Import.`,
    );
  }
  const { content, issues } = await readText(await (await log.blob()).text(), log.path, control);
  return { content, issues: [...set.issues, ...issues], files: set.files };
}

/** Keeps an image's bytes where an import would have put them; undefined for what is none. */
async function keepImage(
  file: SourceFile,
  path: string | undefined,
  batch: ImageBatch,
): Promise<string | undefined> {
  const bytes = await file.bytes();
  const header = readImageHeader(bytes.subarray(0, HEADER_BYTES));
  if (header === undefined) return undefined;
  const target = path ?? storedImagePath(await sha256Hex(bytes), header.extension);
  await batch.add(target, bytes);
  return target;
}

/** Puts the images of a backup back; a creative whose image did not come keeps its place. */
async function restoreImages(
  creatives: readonly LabelingCreative[],
  files: readonly SourceFile[],
  stored: ImageFiles,
  isFolderLinked: boolean,
  { signal, onProgress }: RestoreControl,
): Promise<LabelingCreative[]> {
  const turns = createTurns();
  const batch = createImageBatch(stored);
  // A Hugging Face export holds its images inside the folder of each split.
  const byPath = new Map(
    files.map((file) => [file.path.replace(/^(?:train|test)\/(?=images\/)/u, ""), file]),
  );
  const out: LabelingCreative[] = [];
  for (const creative of creatives) {
    const { image } = creative;
    signal.throwIfAborted();
    const pause = turns();
    if (pause !== undefined) {
      onProgress("images", out.length, creatives.length);
      await pause;
    }
    // What was in a folder of another machine is kept here, if it came along.
    const isNeeded = image.kind === "stored" || (image.kind === "folder" && !isFolderLinked);
    if (!isNeeded) {
      out.push(creative);
      continue;
    }
    const isStored = image.kind === "stored";
    if (isStored && (await stored.read(image.path)) !== undefined) {
      out.push(creative);
      continue;
    }
    const file = byPath.get(imagePath(creative));
    const path = file && (await keepImage(file, isStored ? image.path : undefined, batch));
    if (path !== undefined) out.push({ ...creative, image: { kind: "stored", path } });
    else if (!isStored) out.push(creative);
    else out.push({ ...creative, image: { kind: "missing", path: creative.name } });
  }
  await batch.finish();
  return out;
}

function conflictsOf(content: NativeContent, ids: readonly string[]): Conflict[] {
  const names = new Map(content.project.annotators.map(({ id, name }) => [id, name]));
  const wanted = new Set(ids);
  return content.events
    .filter(({ id }) => wanted.has(id))
    .map((event) => ({
      annotator: names.get(event.annotator) ?? event.annotator,
      at: event.at,
      pair: "pair" in event ? event.pair : undefined,
    }));
}

/** Pairs of one name but other creatives: judgements of them cannot be told apart. */
function differingPairs(
  content: NativeContent,
  known: ProjectContent,
  source: string,
): ImportIssue[] {
  const present = new Map(known.pairs.map((pair) => [pair.id, pair]));
  return content.pairs.flatMap(({ id, a, b }) => {
    const here = present.get(id);
    if (here === undefined || (here.a === a && here.b === b)) return [];
    return [{ source, reason: `pair ${id}: other creatives than here; the pair here is kept` }];
  });
}

/** Showings judged in two copies: both are kept and it is said, as nobody can tell which was meant. */
function forksOf(
  content: NativeContent,
  events: readonly LabelEvent[],
  source: string,
): ImportIssue[] {
  const names = new Map(content.project.annotators.map(({ id, name }) => [id, name]));
  return forkedDecisions(events).map(({ annotator, pair }) => ({
    source,
    reason: `${names.get(annotator) ?? annotator} decided pair ${pair} in two copies; both are in the log, the later one is in force`,
  }));
}

async function restoreRead(
  { content, issues, files }: ReadProject,
  source: string,
  repository: LabelingRepository,
  stored: ImageFiles,
  control: RestoreControl,
): Promise<RestoreReport> {
  const { project } = content;
  const present = await repository.project(project.id);
  const creatives = await restoreImages(
    content.creatives,
    files,
    stored,
    (await repository.folder(project.id)) !== undefined,
    control,
  );
  const differing: ImportIssue[] = [];
  if (present === undefined) {
    await repository.saveProject(project);
    await repository.addItems(project.id, content.products, creatives);
    await repository.addPairs(project.id, content.pairs);
  } else {
    const known = await repository.content(project.id);
    const products = new Set(known.products.map(({ id }) => id));
    const pairs = new Set(known.pairs.map(({ id }) => id));
    await repository.addItems(
      project.id,
      content.products.filter(({ id }) => !products.has(id)),
      creativesToSave(known.creatives, creatives),
    );
    await repository.addPairs(
      project.id,
      content.pairs.filter(({ id }) => !pairs.has(id)),
    );
    differing.push(...differingPairs(content, known, source));
    const joined = mergeProjects(present, project, source);
    differing.push(...joined.issues);
    if (joined.isChanged) await repository.saveProject(joined.project);
  }
  const merged = await repository.log.merge(content.events, (done) => {
    control.signal.throwIfAborted();
    control.onProgress("write", done, content.events.length);
  });
  if (present !== undefined) {
    differing.push(...forksOf(content, await repository.log.read(project.id), source));
  }
  const conflicts = conflictsOf(content, merged.conflicts);
  return {
    projectId: project.id,
    title: project.title,
    ...merged,
    conflicts,
    issues: [...issues, ...differing],
  };
}

/** The settings of a backup; what is set here already stays. */
async function restoreSettings(
  { projects, settings }: BackupContent,
  repository: LabelingRepository,
): Promise<void> {
  for (const key of settingKeys(projects.map(({ id }) => id))) {
    const value = settings[key];
    const here = await repository.setting(key);
    if (value !== undefined && (here === undefined || here === null)) {
      await repository.saveSetting(key, value);
    }
  }
}

/** Every project of a backup; one that cannot be read does not hold up the others. */
async function restoreBackup(
  set: SourceSet,
  backup: BackupContent,
  name: string,
  repository: LabelingRepository,
  stored: ImageFiles,
  control: RestoreControl,
): Promise<RestoreReport[]> {
  const reports: RestoreReport[] = [];
  const failed: ImportIssue[] = [];
  for (const { folder, title } of backup.projects) {
    const files = set.files
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
    const zip = files.find(({ path }) => /^[^/]+\.zip$/iu.test(path));
    try {
      if (zip === undefined) throw new AppError("input-invalid", "its project is not in the file");
      const inner = await sourcesOfZip(await zip.blob(), zip.path);
      try {
        const read = await readLog(inner, zip.path, control);
        const own = { ...read, files: [...files, ...inner.files] };
        reports.push(await restoreRead(own, `${name}: ${title}`, repository, stored, control));
      } finally {
        await inner.close();
      }
    } catch (error) {
      control.signal.throwIfAborted();
      failed.push({ source: `${name}: ${title}`, reason: `${title}: ${messageOf(error)}` });
    }
  }
  await restoreSettings(backup, repository);
  if (reports.length === 0 && failed.length > 0)
    throw new AppError("input-invalid", failed[0]!.reason);
  const issues = [...set.issues, ...failed];
  return reports.map((report, at) =>
    at === 0 ? { ...report, issues: [...issues, ...report.issues] } : report,
  );
}

async function backupIn(set: SourceSet, name: string): Promise<BackupContent | undefined> {
  const file = set.files.find(({ path }) => path === BACKUP_PATH);
  if (file === undefined) return undefined;
  try {
    return backupSchema.parse(JSON.parse(await (await file.blob()).text()));
  } catch (error) {
    throw new AppError(
      "schema-version",
      `${name}: ${BACKUP_PATH} is not one that this version of Perigee can read`,
      { cause: error },
    );
  }
}

/**
 * Restores what a file holds: a project's own export, or a backup of everything. A project that is
 * here already is merged, so that several annotators' copies become one. Doing it twice changes
 * nothing.
 */
export async function restoreFile(
  file: File,
  repository: LabelingRepository,
  stored: ImageFiles,
  control: RestoreControl = { signal: new AbortController().signal, onProgress: () => undefined },
): Promise<RestoreReport[]> {
  if (!/\.zip$/iu.test(file.name)) {
    const read = await readText(await file.text(), file.name, control);
    return [await restoreRead({ ...read, files: [] }, file.name, repository, stored, control)];
  }
  const set = await sourcesOfZip(file, file.name);
  try {
    const backup = await backupIn(set, file.name);
    if (backup !== undefined) {
      return await restoreBackup(set, backup, file.name, repository, stored, control);
    }
    const read = await readLog(set, file.name, control);
    return [await restoreRead(read, file.name, repository, stored, control)];
  } finally {
    await set.close();
  }
}
