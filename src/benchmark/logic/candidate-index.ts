import type { BenchmarkEntry, BenchmarkTask } from "@/domain/benchmark/task";
import { createTurns } from "@/shared/lib/turn";

type Index = ReadonlyMap<string, BenchmarkEntry>;

/** 100,000 entries take a tenth of a second: done once for each data set, not once for each panel. */
const kept = new WeakMap<BenchmarkTask, Index>();

/** The candidates of a task by their id. */
export function candidatesById(task: BenchmarkTask): Index {
  const known = kept.get(task) ?? new Map(task.candidates.map((entry) => [entry.id, entry]));
  kept.set(task, known);
  return known;
}

/** Makes the index beforehand; the page draws and answers keys meanwhile. */
export async function indexCandidates(task: BenchmarkTask): Promise<void> {
  const turns = createTurns();
  const index = new Map<string, BenchmarkEntry>();
  for (const [i, entry] of task.candidates.entries()) {
    if (i % 1000 === 0) await turns();
    index.set(entry.id, entry);
  }
  kept.set(task, index);
}
