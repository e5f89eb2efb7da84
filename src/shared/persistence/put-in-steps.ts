import type { Table } from "dexie";

/** Records that are handed over at a time: a few milliseconds of the page's time. */
const STEP = 100;

/**
 * Puts many records within the caller's transaction. The page gets its turn between the steps, which
 * one `bulkPut` of thousands would not give it.
 */
export async function putInSteps<T>(table: Table<T>, rows: readonly T[]): Promise<void> {
  for (let at = 0; at < rows.length; at += STEP) await table.bulkPut(rows.slice(at, at + STEP));
}
