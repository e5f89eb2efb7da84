import { createCanvas, loadImage } from "@napi-rs/canvas";
import sharp from "sharp";
import { compositeOverWhite } from "@/inference/images/alpha";
import type { RgbaImage, RgbImage } from "@/inference/images/image";
import { MAX_PIXELS, sniffBlob, type ImageFormat } from "@/inference/images/sniff";
import { AppError, messageOf } from "@/shared/lib/errors";

async function readWithSharp(bytes: Uint8Array): Promise<RgbaImage> {
  const { data, info } = await sharp(bytes, {
    ignoreIcc: true,
    failOn: "error",
    limitInputPixels: MAX_PIXELS,
  })
    .autoOrient()
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function readWithCanvas(bytes: Uint8Array): Promise<RgbaImage> {
  const image = await loadImage(bytes);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

/**
 * Each library where it equals Pillow and Chromium: libvips enlarges AVIF's halved chroma in another
 * way and converts CMYK by profile; the canvas rounds transparent WebP otherwise and ignores the
 * orientation of PNG.
 */
async function readPixels(bytes: Uint8Array, format: ImageFormat): Promise<RgbaImage> {
  if (format === "avif") return await readWithCanvas(bytes);
  const isCmyk = format === "jpeg" && (await sharp(bytes).metadata()).space === "cmyk";
  return await (isCmyk ? readWithCanvas(bytes) : readWithSharp(bytes));
}

/**
 * Decodes an image in Node by the rules of docs/preprocessing.md: EXIF orientation applied, colour
 * profile ignored, alpha laid over white, first frame of an animation. Equal to Pillow bit for bit
 * (fixtures).
 *
 * @throws AppError `input-decode`: not an image, damaged, or above 100 megapixels.
 */
export async function decodeImageInNode(file: Blob): Promise<RgbImage> {
  const header = await sniffBlob(file);
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return compositeOverWhite(await readPixels(bytes, header.format));
  } catch (error) {
    throw new AppError(
      "input-decode",
      `This ${header.format.toUpperCase()} image (${header.width}×${header.height}) could not be decoded: ${messageOf(error)}. Save it again and retry.`,
      { details: { ...header }, cause: error },
    );
  }
}
