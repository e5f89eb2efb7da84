import type { LabelEvent } from "@/domain/labeling/events";
import type { LabelingCreative } from "@/domain/labeling/records";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { LabelingRepository, ProjectContent } from "@/shared/persistence/labeling-repository";
import { creativesToSave, forkedDecisions, mergeProjects } from "../logic/export/merge";
import { readNative, type NativeContent } from "../logic/export/native";
import { readImageHeader, HEADER_BYTES } from "../logic/import/image-header";
import type { ImportIssue } from "../logic/import/limits";
import { sourcesOfZip, type SourceFile } from "../logic/import/sources";
import { imagePath } from "../logic/export/project-data";
import { AppError } from "@/shared/lib/errors";

export interface RestoreReport {
  readonly projectId: string;
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

interface Backup {
  readonly content: NativeContent;
  readonly issues: readonly ImportIssue[];
  readonly files: readonly SourceFile[];
  readonly close: () => Promise<void>;
}

async function readBackup(file: File): Promise<Backup> {
  if (!/\.zip$/iu.test(file.name)) {
    const { content, issues } = await readNative(await file.text(), file.name);
    return { content, issues, files: [], close: () => Promise.resolve() };
  }
  const set = await sourcesOfZip(file, file.name);
  const log = set.files.find(({ path }) => path.endsWith("perigee-project.jsonl"));
  if (log === undefined) {
    await set.close();
    throw new AppError(
      "input-invalid",
      `${file.name}: holds no perigee-project.jsonl. Other files are read under Import.`,
    );
  }
  const { content, issues } = await readNative(await (await log.blob()).text(), log.path);
  return { content, issues: [...set.issues, ...issues], files: set.files, close: set.close };
}

/** Puts the images of a backup back; a creative whose image did not come keeps its place. */
async function restoreImages(
  creatives: readonly LabelingCreative[],
  files: readonly SourceFile[],
  blobs: BlobStore,
): Promise<LabelingCreative[]> {
  // A Hugging Face export holds its images inside the folder of each split.
  const byPath = new Map(
    files.map((file) => [file.path.replace(/^(?:train|test)\/(?=images\/)/u, ""), file]),
  );
  const out: LabelingCreative[] = [];
  for (const creative of creatives) {
    if (creative.image.kind !== "stored") {
      out.push(creative);
      continue;
    }
    const isThere = (await blobs.read(creative.image.path)) !== undefined;
    const file = byPath.get(imagePath(creative));
    if (isThere || file === undefined) {
      const image = isThere ? creative.image : ({ kind: "missing", path: creative.name } as const);
      out.push({ ...creative, image });
      continue;
    }
    const blob = await file.blob();
    const header = readImageHeader(new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer()));
    if (header === undefined) {
      out.push({ ...creative, image: { kind: "missing", path: creative.name } });
      continue;
    }
    await blobs.write(creative.image.path, new Blob([blob], { type: header.type }));
    out.push(creative);
  }
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

/**
 * Restores a project from its own export, or merges the export into the project when it is here
 * already: several annotators' copies become one. Doing it twice changes nothing.
 */
export async function restoreProject(
  file: File,
  repository: LabelingRepository,
  blobs: BlobStore,
): Promise<RestoreReport> {
  const { content, issues, files, close } = await readBackup(file);
  try {
    const { project } = content;
    const present = await repository.project(project.id);
    const creatives = await restoreImages(content.creatives, files, blobs);
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
      differing.push(...differingPairs(content, known, file.name));
      const joined = mergeProjects(present, project, file.name);
      differing.push(...joined.issues);
      if (joined.isChanged) await repository.saveProject(joined.project);
    }
    const merged = await repository.log.merge(content.events);
    if (present !== undefined) {
      differing.push(...forksOf(content, await repository.log.read(project.id), file.name));
    }
    const conflicts = conflictsOf(content, merged.conflicts);
    return { projectId: project.id, ...merged, conflicts, issues: [...issues, ...differing] };
  } finally {
    await close();
  }
}
