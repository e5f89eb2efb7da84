import { saveFile } from "@/shared/ui/save-file";

export interface NamedBlob {
  readonly name: string;
  readonly blob: Blob;
}

/** Saves a file as it is; several as one zip, since browsers hold back a second download. */
export async function saveFiles(files: readonly NamedBlob[], zipName: string): Promise<void> {
  const [first] = files;
  if (first === undefined) return;
  if (files.length === 1) return saveFile(first.blob, first.name);
  const { BlobReader, BlobWriter, ZipWriter } = await import("@zip.js/zip.js");
  const zip = new ZipWriter(new BlobWriter("application/zip"));
  // One after the other: the writer takes one entry at a time.
  for (const { name, blob } of files) await zip.add(name, new BlobReader(blob));
  saveFile(await zip.close(), zipName);
}
