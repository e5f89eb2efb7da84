/** Golden files from disk. */
import { readFile } from "node:fs/promises";

export async function readGoldenFile(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(`./data/${file}`, import.meta.url)));
}
