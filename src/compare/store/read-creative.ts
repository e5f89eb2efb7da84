import { AppError } from "@/shared/lib/errors";
import type { IdSource } from "@/shared/lib/ports";
import type { Creative } from "../logic/creative";

/** What browsers can show and the worker can decode. SVG is not among them: it can hold scripts. */
export const ACCEPTED_TYPES = [
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/avif",
  "image/gif",
] as const;

/** The worker's own limits; a larger file is refused before it is opened. */
const MAX_BYTES = 100_000_000;
const MAX_PIXELS = 100_000_000;

/**
 * Opens an image far enough to show it.
 *
 * @throws AppError `input-decode` that names the file and the reason.
 */
export async function readCreative(
  file: { readonly name: string; readonly blob: Blob; readonly origin: Creative["origin"] },
  ids: IdSource,
): Promise<Creative> {
  const { name, blob, origin } = file;
  if (!ACCEPTED_TYPES.some((type) => type === blob.type)) {
    const got = blob.type === "" ? "an unknown type" : blob.type;
    throw new AppError(
      "input-decode",
      `${name}: expected a JPEG, PNG, WebP, AVIF or GIF image, got ${got}`,
    );
  }
  if (blob.size > MAX_BYTES) {
    throw new AppError(
      "input-decode",
      `${name}: larger than 100 MB; save it smaller and try again`,
    );
  }
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    URL.revokeObjectURL(url);
    throw new AppError(
      "input-decode",
      `${name}: damaged, or not an image that this browser reads`,
      {
        cause: error,
      },
    );
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  if (width * height > MAX_PIXELS) {
    URL.revokeObjectURL(url);
    throw new AppError(
      "input-decode",
      `${name}: ${width} × ${height} pixels, at most 100 million are taken`,
    );
  }
  return { id: ids(), name, blob, url, width, height, origin };
}
