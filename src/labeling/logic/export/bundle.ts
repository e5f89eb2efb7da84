import type { ExportFile } from "./formats";

/** Zips files. Images are stored as they are: they do not get smaller. */
export async function zipOf(
  files: readonly ExportFile[],
  onProgress?: (done: number, total: number) => void,
): Promise<Blob> {
  const { ZipWriter, BlobWriter, TextReader, BlobReader } = await import("@zip.js/zip.js");
  const writer = new ZipWriter(new BlobWriter("application/zip"), { useWebWorkers: false });
  for (const [at, { path, content }] of files.entries()) {
    const isText = typeof content === "string";
    const reader = isText ? new TextReader(content) : new BlobReader(content);
    await writer.add(path, reader, { level: isText ? 6 : 0 });
    onProgress?.(at + 1, files.length);
  }
  return writer.close();
}
