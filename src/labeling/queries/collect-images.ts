import type { FormatId } from "../logic/export/formats";
import type { ProjectData } from "../logic/export/project-data";
import { illustrated } from "../logic/export/whole-export";
import type { ImageSource } from "../store/image-source";

/** Reads the images that go with an export; those that cannot be read are left out. */
export async function collectImages(
  format: FormatId,
  data: ProjectData,
  images: Pick<ImageSource, "blob">,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<string, Blob>> {
  const wanted = illustrated(format, data);
  const found = new Map<string, Blob>();
  for (const [at, creative] of wanted.entries()) {
    signal.throwIfAborted();
    const blob = await images.blob(creative).catch(() => undefined);
    if (blob !== undefined) found.set(creative.id, blob);
    onProgress(at + 1, wanted.length);
  }
  return found;
}
