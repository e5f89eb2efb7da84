import type { LabelingCreative } from "@/domain/labeling/records";
import { measureImage } from "../logic/image-factors";
import type { ImageSource } from "../store/image-source";
import type { ProjectHandle } from "../store/open-project";

/** Images are measured at this size: factors of the whole, not of the finest detail. */
const SIZE = 96;

async function measure(images: ImageSource, creative: LabelingCreative) {
  const bitmap = await createImageBitmap(await images.blob(creative), {
    resizeWidth: SIZE,
    resizeHeight: SIZE,
    resizeQuality: "medium",
  });
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return measureImage(context.getImageData(0, 0, SIZE, SIZE).data, SIZE, SIZE);
}

/** Measures creatives that have no factors of their own yet, and keeps what was measured. */
export async function measureCreatives(
  handle: ProjectHandle,
  images: ImageSource,
  wanted: readonly string[],
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { creatives, project } = handle.store.getState();
  const open = wanted
    .map((id) => creatives.get(id))
    .filter((creative) => creative !== undefined)
    .filter((creative) => creative.factors?.["busyness"] === undefined);
  const measured: LabelingCreative[] = [];
  for (const [at, creative] of open.entries()) {
    if (signal.aborted) break;
    // A broken image stays without factors and is counted as missing.
    const factors = await measure(images, creative).catch(() => undefined);
    if (factors !== undefined) {
      measured.push({ ...creative, factors: { ...factors, ...creative.factors } });
    }
    onProgress(at + 1, open.length);
  }
  await handle.repository.addItems(project.id, [], measured);
  await handle.reloadContent();
}
