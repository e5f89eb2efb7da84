import type { RgbImage } from "@/inference/images/image";

/** What is withheld from the selector, as `training/selector/evaluate.py` names it. */
export const CONDITIONS = ["full", "no-images", "no-queries"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** That of `blank_features` in `training/selector/evaluate.py`. */
const MID_GREY = 127;

/**
 * What remains when the images are taken away.
 *
 * @param size - the model's own, so that no margin in another colour is added.
 */
export function blankImage(size: { readonly width: number; readonly height: number }): RgbImage {
  const { width, height } = size;
  return { width, height, data: new Uint8Array(width * height * 3).fill(MID_GREY) };
}
