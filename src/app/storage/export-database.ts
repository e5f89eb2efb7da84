import type { Database } from "../services";

/** Version of the export's own layout; the rows carry their schema versions themselves. */
const EXPORT_VERSION = 1;

const BATCH_ROWS = 1000;

/** What JSON cannot hold is written in a form that says what it was. */
function toPlain(_key: string, value: unknown): unknown {
  if (value instanceof Blob) return { $blob: { type: value.type, bytes: value.size } };
  if (ArrayBuffer.isView(value) && "length" in value) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { $typed: value.constructor.name, base64: toBase64(bytes) };
  }
  return value;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/**
 * Every row of every table as JSON Lines: a head line, then one line `{table, row}` each. Rows are
 * read in batches and collected in a Blob, which the browser may keep on disk.
 */
export async function exportDatabase(
  database: Database,
  exportedAt: number,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Blob> {
  const head = { perigee_export: EXPORT_VERSION, exported_at: new Date(exportedAt).toISOString() };
  const parts: Blob[] = [new Blob([`${JSON.stringify(head)}\n`])];
  let total = 0;
  for (const table of database.tables) total += await table.count();
  let done = 0;
  for (const table of database.tables) {
    const keys = await table.toCollection().primaryKeys();
    for (let at = 0; at < keys.length; at += BATCH_ROWS) {
      signal.throwIfAborted();
      const rows = await table.bulkGet(keys.slice(at, at + BATCH_ROWS));
      const lines = rows.map((row) => `${JSON.stringify({ table: table.name, row }, toPlain)}\n`);
      parts.push(new Blob(lines));
      done += rows.length;
      onProgress(done, total);
    }
  }
  return new Blob(parts, { type: "application/x-ndjson" });
}
