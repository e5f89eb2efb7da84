/** What the tests of imports share: files in memory and a sink that collects. */
import type { LabelEvent } from "@/domain/labeling/events";
import type { LabelingCreative, LabelingPair, LabelingProduct } from "@/domain/labeling/records";
import type { Clock } from "@/shared/lib/ports";
import { writeFormat } from "../export/formats";
import type { ProjectData } from "../export/project-data";
import type { CreativePairRow } from "../export/row-schemas";
import { createProject } from "../new-project";
import { guessMapping } from "./mapping";
import { formatOf, previewTable } from "./read-table";
import { runImport, type ImportRequest } from "./run-import";
import { sourceOfBlob, type SourceFile } from "./sources";

/** The smallest file that is a PNG of 3 by 2 pixels as far as its header says. */
export function pngBytes(seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  bytes.set([0, 0, 0, 3, 0, 0, 0, 2], 16);
  bytes[39] = seed;
  return bytes;
}

/** A file of an import. */
export const fileOf = (path: string, content: BlobPart): SourceFile => {
  const blob = new Blob([content]);
  return sourceOfBlob(path, blob.size, () => Promise.resolve(blob));
};
export const clock: Clock = { now: () => 1_767_225_600_000, sleep: () => Promise.resolve() };

/** Keeps what an import brings. */
export function collectingSink() {
  const products = new Map<string, LabelingProduct>();
  const creatives = new Map<string, LabelingCreative>();
  const pairs: LabelingPair[] = [];
  const events: LabelEvent[] = [];
  const kept = new Set<string>();
  return {
    products,
    creatives,
    pairs,
    events,
    kept,
    sink: {
      keepImage: (_bytes: Uint8Array, sha256: string, extension: string) => {
        kept.add(sha256);
        return Promise.resolve({ kind: "stored" as const, path: `${sha256}.${extension}` });
      },
      addItems: (some: readonly LabelingProduct[], more: readonly LabelingCreative[]) => {
        for (const one of some) products.set(one.id, one);
        for (const one of more) creatives.set(one.id, one);
        return Promise.resolve();
      },
      addPairs: (some: readonly LabelingPair[]) => Promise.resolve(void pairs.push(...some)),
      addEvents: (some: readonly LabelEvent[]) => Promise.resolve(void events.push(...some)),
      saveAnnotators: () => Promise.resolve(),
    },
  };
}

/** Imports the files, with the table at `tablePath` if one is named. */
export async function importFiles(files: readonly SourceFile[], tablePath?: string) {
  const out = collectingSink();
  const file = files.find(({ path }) => path === tablePath);
  let table: ImportRequest["table"];
  if (file !== undefined) {
    const format = formatOf(file.path)!;
    const { columns, rows } = await previewTable(await file.blob(), format);
    const flat = rows.flatMap((row) =>
      typeof row["data"] === "object" && row["data"] !== null ? Object.keys(row["data"]) : [],
    );
    table = { file, format, mapping: guessMapping([...columns, ...flat], rows) };
  }
  let count = 0;
  const report = await runImport(
    {
      project: createProject({ id: "p", title: "P", createdAt: "2026-01-01T00:00:00.000Z" }),
      files,
      ...(table === undefined ? {} : { table }),
      grouping: "folder",
      isReferenced: false,
      issues: [],
    },
    {
      clock,
      sink: out.sink,
      nextId: () => `01${String(count++).padStart(24, "0")}`,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  );
  return { report, ...out };
}

/** Rows of the CreativePair export. */
export async function creativePairs(data: ProjectData): Promise<CreativePairRow[]> {
  const [file] = await writeFormat("creative-pair", data);
  const lines = (file!.content as string).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as CreativePairRow);
}

/** JSON Lines. */
export function linesOf(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Flips, deletes, repeats and inserts bytes. */
export function mutate(bytes: Uint8Array, rng: () => number): Uint8Array<ArrayBuffer> {
  const list = [...bytes];
  const changes = 1 + Math.floor(rng() * 6);
  for (let change = 0; change < changes && list.length > 0; change++) {
    const at = Math.floor(rng() * list.length);
    const kind = Math.floor(rng() * 4);
    if (kind === 0) list[at] = Math.floor(rng() * 256);
    else if (kind === 1) list.splice(at, 1 + Math.floor(rng() * 20));
    else if (kind === 2) list.splice(at, 0, ...list.slice(at, at + Math.floor(rng() * 30)));
    else list.splice(at, 0, Math.floor(rng() * 256), Math.floor(rng() * 256));
  }
  return Uint8Array.from(list);
}

/** Mutated files per importer in an ordinary run; the full proof sets LABEL_FUZZ=10000. */
export const FUZZ = Number(process.env["LABEL_FUZZ"] ?? 60);
