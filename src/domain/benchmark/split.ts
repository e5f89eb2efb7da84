import type { Split } from "./task";

/** Share of validation entries in the training recipes. */
export const VALIDATION_SHARE = 0.2;

/**
 * The deterministic split of the training recipes, so that a benchmark can keep to what training has
 * not seen: the first four bytes of SHA-256("perigee-split:" + key), big-endian, ÷ 2³² below the share.
 *
 * @param key - e.g. `grocery:train/Golden-Delicious_001.webp`.
 * @param share - share of validation entries, in [0, 1].
 */
export async function inValidation(key: string, share = VALIDATION_SHARE): Promise<boolean> {
  const bytes = new TextEncoder().encode(`perigee-split:${key}`);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new DataView(digest).getUint32(0) / 2 ** 32 < share;
}

/** Whether an entry with this key belongs to the split. */
export async function inSplit(key: string, split: Split): Promise<boolean> {
  return split === "all" || (await inValidation(key)) === (split === "val");
}
