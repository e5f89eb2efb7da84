import { AppError, messageOf } from "@/shared/lib/errors";
import { compositeOverWhite } from "./alpha";
import type { RgbaImage, RgbImage } from "./image";
import { applyOrientation, detachWebpOrientation, type Orientation } from "./orientation";
import { sniffBlob, type ImageHeader } from "./sniff";

/**
 * Straight-alpha pixels through a canvas. A canvas stores colours multiplied by alpha and rounds
 * twice, but what `compositeOverWhite` makes of them is the same: multiplying back gives the stored
 * product again.
 */
async function readPixels(file: Blob): Promise<RgbaImage> {
  const bitmap = await createImageBitmap(file, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: "from-image",
  });
  try {
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) {
      throw new AppError(
        "out-of-memory",
        `The browser gave no canvas for an image of ${width}×${height} pixels. Close other tabs, or make the image smaller.`,
        { details: { width, height } },
      );
    }
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}

async function prepare(
  file: Blob,
  header: ImageHeader,
): Promise<{ file: Blob; orientation: Orientation }> {
  if (header.format !== "webp") return { file, orientation: 1 };
  const { bytes, orientation } = detachWebpOrientation(new Uint8Array(await file.arrayBuffer()));
  return { file: new Blob([bytes], { type: "image/webp" }), orientation };
}

/**
 * Decodes an image in the tab by the rules of docs/preprocessing.md: EXIF orientation applied,
 * colour profile ignored, alpha laid over white, first frame of an animation. Equal to Pillow bit
 * for bit in Chromium (fixtures).
 *
 * @throws AppError `input-decode`: not an image, damaged, or above 100 megapixels.
 */
export async function decodeImageInBrowser(file: Blob): Promise<RgbImage> {
  const header = await sniffBlob(file);
  try {
    const prepared = await prepare(file, header);
    const pixels = compositeOverWhite(await readPixels(prepared.file));
    return applyOrientation(pixels, prepared.orientation);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      "input-decode",
      `This ${header.format.toUpperCase()} image (${header.width}×${header.height}) could not be decoded: ${messageOf(error)}. Save it again and retry.`,
      { details: { ...header }, cause: error },
    );
  }
}
