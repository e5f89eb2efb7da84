import type { Creative } from "../logic/creative";

/** Longer side of a picture in the report, in pixels. */
const MAX_SIDE = 1200;

/**
 * The creative re-encoded as a JPEG data URL: small enough to mail, and without the original's
 * metadata (a phone photo holds the place where it was taken).
 */
async function toDataUrl(creative: Creative): Promise<string> {
  const bitmap = await createImageBitmap(creative.blob);
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return "data:,";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL("image/jpeg", 0.88);
}

export function reportImages(creatives: readonly Creative[]): Promise<string[]> {
  return Promise.all(creatives.map(toDataUrl));
}
