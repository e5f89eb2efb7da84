import type { LabelEvent } from "@/domain/labeling/events";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import { messageOf } from "@/shared/lib/errors";
import type { Clock } from "@/shared/lib/ports";
import { sha256Hex } from "@/shared/lib/sha256";
import { createTurns, turn } from "@/shared/lib/turn";
import { withTimeLeft, type StepProgress } from "@/shared/lib/time-left";
import { Assembly, type KeptImage } from "./assemble";
import { HEADER_BYTES, readImageHeader } from "./image-header";
import { cleanText, IMPORT_LIMITS, type ImportIssue } from "./limits";
import { mapRow, productOfPath, type ImageCell, type MappedRow, type Mapping } from "./mapping";
import { readTable, type TableFormat } from "./read-table";
import { createFileIndex, isImagePath, type SourceFile } from "./sources";

/** Where an import's result goes; the repository and the blob store in the application. */
export interface ImportSink {
  /** Keeps the bytes and says where; the same bytes are kept once, at the latest by `addItems`. */
  readonly keepImage: (
    bytes: Uint8Array<ArrayBuffer>,
    sha256: string,
    extension: string,
  ) => Promise<KeptImage["image"]>;
  readonly addItems: (
    products: readonly LabelingProduct[],
    creatives: readonly LabelingCreative[],
  ) => Promise<void>;
  readonly addPairs: (pairs: readonly LabelingPair[]) => Promise<void>;
  readonly addEvents: (events: readonly LabelEvent[]) => Promise<void>;
  readonly saveAnnotators: (annotators: LabelingProject["annotators"]) => Promise<void>;
}

export interface ImportRequest {
  readonly project: LabelingProject;
  readonly files: readonly SourceFile[];
  /** Absent: the images themselves are the import, grouped by `grouping`. */
  readonly table?: {
    readonly file: SourceFile;
    /** Further files of the same columns: the splits of a Hugging Face folder. */
    readonly more?: readonly SourceFile[];
    readonly format: TableFormat;
    readonly mapping: Mapping;
  };
  readonly grouping: "folder" | "name";
  /** True: images stay in the linked folder; only their headers are read. */
  readonly isReferenced: boolean;
  readonly issues: readonly ImportIssue[];
}

export type ImportProgress = StepProgress<"rows" | "images">;

export interface ImportReport {
  readonly products: number;
  readonly creatives: number;
  readonly pairs: number;
  readonly judgements: number;
  readonly issues: readonly ImportIssue[];
  /** Issues beyond those kept. */
  readonly moreIssues: number;
  readonly isCancelled: boolean;
}

export interface ImportPorts {
  readonly clock: Clock;
  readonly sink: ImportSink;
  readonly nextId: () => string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** Most of the time goes into waiting for the disk, not into work. */
const PARALLEL_IMAGES = 16;
const ITEMS_PER_COMMIT = 2000;

class Issues {
  readonly kept: ImportIssue[];
  more = 0;
  constructor(initial: readonly ImportIssue[]) {
    this.kept = [...initial];
  }
  add(issue: ImportIssue): void {
    if (this.kept.length < IMPORT_LIMITS.issuesKept) this.kept.push(issue);
    else this.more++;
  }
}

/** Gives the page its turn once a slice is used up, and reports. */
function createPacer({ clock, signal, onProgress }: ImportPorts) {
  const turns = createTurns();
  const tell = withTimeLeft(() => clock.now(), onProgress);
  return async (step: ImportProgress["step"], done: number, total?: number) => {
    signal.throwIfAborted();
    const pause = turns();
    if (pause === undefined) return;
    tell(step, done, total);
    await pause;
  };
}

/** Checks and keeps one image. @throws with the reason when it is not one. */
async function keepImage(
  cell: ImageCell,
  find: (path: string) => SourceFile | undefined,
  isReferenced: boolean,
  sink: ImportSink,
): Promise<KeptImage> {
  const file = cell.bytes === undefined ? find(cell.path) : undefined;
  if (cell.bytes === undefined && file === undefined) {
    const why = /^[a-z]+:\/\//iu.test(cell.path)
      ? "is an address; Perigee does not fetch images from elsewhere"
      : "is not among the files";
    throw new Error(`${cell.path} ${why}`);
  }
  if (file !== undefined && file.sizeBytes > IMPORT_LIMITS.imageBytes) {
    throw new Error(`${cell.path} has ${file.sizeBytes} bytes, more than an image may have`);
  }
  const isLeft = isReferenced && file !== undefined;
  const bytes =
    file === undefined
      ? new Uint8Array(cell.bytes!)
      : await file.bytes(isLeft ? HEADER_BYTES : undefined);
  const header = readImageHeader(bytes.subarray(0, HEADER_BYTES));
  if (header === undefined) {
    throw new Error(`${cell.path} is not a PNG, JPEG, WebP, GIF or AVIF image`);
  }
  const size =
    header.width === undefined || header.height === undefined
      ? {}
      : { width: header.width, height: header.height };
  if (isLeft) return { image: { kind: "folder", path: file.path }, ...size };
  const sha256 = await sha256Hex(bytes);
  return { image: await sink.keepImage(bytes, sha256, header.extension), sha256, ...size };
}

interface ReadRow {
  readonly row: MappedRow;
  readonly at: number;
  /** Table and its folder, which image names are relative to; absent without a table. */
  readonly source?: string;
  readonly folder?: string;
}

async function readRows(
  request: ImportRequest,
  issues: Issues,
  pace: ReturnType<typeof createPacer>,
): Promise<ReadRow[]> {
  const { table, files, grouping } = request;
  if (table === undefined) {
    return files
      .filter(({ path }) => isImagePath(path))
      .map((file, at) => {
        const product = productOfPath(file.path, grouping);
        const creatives = [{ image: { path: file.path } }];
        return { row: { product, title: product, queries: [], creatives }, at: at + 1 };
      });
  }
  const rows: ReadRow[] = [];
  for (const file of [table.file, ...(table.more ?? [])]) {
    await readOne(file, table, { rows, issues, pace });
  }
  return rows;
}

async function readOne(
  file: SourceFile,
  { format, mapping }: NonNullable<ImportRequest["table"]>,
  run: {
    readonly rows: ReadRow[];
    readonly issues: Issues;
    readonly pace: ReturnType<typeof createPacer>;
  },
): Promise<void> {
  const { rows, issues, pace } = run;
  const source = file.path;
  const folder = source.slice(0, source.lastIndexOf("/") + 1);
  try {
    for await (const result of readTable(await file.blob(), format)) {
      if ("issue" in result) issues.add({ source, row: result.row, reason: result.issue });
      else {
        try {
          rows.push({ row: mapRow(result.value, mapping), at: result.row, source, folder });
        } catch (error) {
          issues.add({ source, row: result.row, reason: messageOf(error) });
        }
      }
      await pace("rows", result.row);
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // What was read before the break is kept.
    issues.add({ source, reason: messageOf(error) });
  }
}

/**
 * Runs an import: reads rows, checks and keeps images, and saves in steps. A bad row becomes an
 * issue and never stops the others. Cancelling keeps what was saved.
 */
export async function runImport(request: ImportRequest, ports: ImportPorts): Promise<ImportReport> {
  const issues = new Issues(request.issues);
  const pace = createPacer(ports);
  const at = new Date(ports.clock.now()).toISOString();
  const assembly = new Assembly(request.project, { nextId: ports.nextId, at });
  const saved: Saved = { creatives: 0, items: new WeakSet() };
  let isCancelled = false;
  try {
    const rows = await readRows(request, issues, pace);
    await addImages(rows, request, { assembly, issues, pace, ports, saved });
    await turn();
  } catch (error) {
    if (!ports.signal.aborted) throw error;
    isCancelled = true;
  }
  await saveRest(assembly, ports, saved);
  return {
    products: assembly.products.size,
    creatives: assembly.creatives.size,
    pairs: assembly.pairs.size,
    judgements: assembly.events.length,
    issues: issues.kept,
    moreIssues: issues.more,
    isCancelled,
  };
}

/** Which of the assembled items the sink has. */
interface Saved {
  creatives: number;
  /** An item that changes becomes another object. */
  readonly items: WeakSet<object>;
}

interface ImageRun {
  readonly assembly: Assembly;
  readonly issues: Issues;
  readonly pace: ReturnType<typeof createPacer>;
  readonly ports: ImportPorts;
  readonly saved: Saved;
}

async function addImages(
  rows: readonly ReadRow[],
  request: ImportRequest,
  run: ImageRun,
): Promise<void> {
  const find = createFileIndex(request.files);
  const exact = new Map(request.files.map((file) => [file.path, file]));
  const kept = new Map<string, Promise<KeptImage>>();
  const imageOf = (cell: ImageCell, folder: string) => {
    // Bytes in a table belong to their row; paths are read once however many rows name them.
    if (cell.bytes !== undefined) return keepImage(cell, find, false, run.ports.sink);
    const key = folder + cell.path;
    let promise = kept.get(key);
    if (promise === undefined) {
      const findNear = (path: string) => exact.get(folder + path) ?? find(path);
      promise = keepImage(cell, findNear, request.isReferenced, run.ports.sink);
      kept.set(key, promise);
    }
    return promise;
  };
  const read = async ({ row, folder = "" }: ReadRow) => {
    try {
      const { creatives } = row;
      return { images: await Promise.all(creatives.map(({ image }) => imageOf(image, folder))) };
    } catch (error) {
      return { error };
    }
  };
  // Images are read a few rows ahead; rows are added in their order, so that the result does not
  // depend on which image was read first.
  const ahead: ReturnType<typeof read>[] = [];
  for (const [i, { row, at, source }] of rows.entries()) {
    while (ahead.length < PARALLEL_IMAGES && i + ahead.length < rows.length)
      ahead.push(read(rows[i + ahead.length]!));
    const result = await ahead.shift()!;
    try {
      if ("error" in result) throw result.error;
      run.assembly.add(row, result.images);
    } catch (error) {
      const where = source ?? cleanText(row.creatives[0]?.image.path, 200);
      run.issues.add({ source: where, row: at, reason: messageOf(error) });
    }
    await run.pace("images", i + 1, rows.length);
    if (run.assembly.creatives.size - run.saved.creatives >= ITEMS_PER_COMMIT) {
      await saveItems(run.assembly, run.ports, run.saved);
    }
  }
}

async function saveItems(assembly: Assembly, ports: ImportPorts, saved: Saved): Promise<void> {
  const isNew = (item: object) => !saved.items.has(item);
  const creatives = [...assembly.creatives.values()].filter(isNew);
  const products = [...assembly.products.values()].filter(isNew);
  saved.creatives = assembly.creatives.size;
  await ports.sink.addItems(products, creatives);
  for (const item of [...products, ...creatives]) saved.items.add(item);
}

async function saveRest(assembly: Assembly, ports: ImportPorts, saved: Saved): Promise<void> {
  // Also what was saved before its counts or queries grew with a later row.
  await saveItems(assembly, ports, saved);
  await ports.sink.addPairs([...assembly.pairs.values()]);
  const annotators = [...assembly.annotators].map(([id, name]) => ({ id, name }));
  await ports.sink.saveAnnotators(annotators);
  await ports.sink.addEvents(assembly.events);
}
