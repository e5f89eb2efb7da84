import "@/shared/lib/strict-policy";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { toWire, type WireError } from "@/inference/protocol/errors";
import {
  previewCustom,
  readDataSet,
  type ReadOptions,
  type TablePreview,
} from "../logic/read-data-set";
import { openFiles, type NamedFile } from "./browser-files";

/** Files of a data set; with options it is read, without only the columns of its tables are. */
export interface ReadRequest {
  readonly files: readonly NamedFile[];
  readonly options?: ReadOptions;
}

/** Lists of a task: they come in pieces, so that unpacking one never holds up the page. */
export type TaskLists = Pick<BenchmarkTask, "queries" | "candidates" | "problems">;

export type ReadAnswer =
  | { readonly kind: "piece"; readonly lists: TaskLists }
  | { readonly kind: "task"; readonly task: Omit<BenchmarkTask, keyof TaskLists> }
  | { readonly kind: "preview"; readonly preview: TablePreview }
  | { readonly kind: "failed"; readonly error: WireError };

/** Entries of one piece: some milliseconds of unpacking. */
const PIECE = 1000;

function send(answer: ReadAnswer): void {
  postMessage(answer);
}

function sendTask({ queries, candidates, problems, ...task }: BenchmarkTask): void {
  const most = Math.max(queries.length, candidates.length, problems.length);
  for (let at = 0; at < most; at += PIECE) {
    const cut = <T>(list: readonly T[]): readonly T[] => list.slice(at, at + PIECE);
    const lists = { queries: cut(queries), candidates: cut(candidates), problems: cut(problems) };
    send({ kind: "piece", lists });
  }
  send({ kind: "task", task });
}

async function answer({ files, options }: ReadRequest): Promise<void> {
  try {
    const set = await openFiles(files);
    if (options === undefined) send({ kind: "preview", preview: await previewCustom(set) });
    else sendTask(await readDataSet(set, options));
  } catch (error) {
    send({ kind: "failed", error: toWire(error) });
  }
}

addEventListener("message", ({ data }: MessageEvent<ReadRequest>) => void answer(data));
