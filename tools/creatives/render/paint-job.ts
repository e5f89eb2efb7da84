import { type Image, loadImage } from "@napi-rs/canvas";
import { paintCreative } from "../draw/creative";
import { paintView } from "../draw/view";
import type { Job } from "./jobs";

const cutOuts = new Map<string, Image>();

/** Paints one job and returns its WebP bytes; the same job gives the same bytes. */
export async function paintJob(job: Job): Promise<Buffer> {
  const product = job.kind === "creative" ? job.creative.shown : job.picture.product;
  if (product.cutOut && !cutOuts.has(product.cutOut.file)) {
    cutOuts.set(product.cutOut.file, await loadImage(product.cutOut.file));
  }
  const canvas =
    job.kind === "creative"
      ? paintCreative(job.creative, job.px, cutOuts)
      : paintView(job.picture, job.px, cutOuts);
  return canvas.toBuffer("image/webp", job.quality);
}
