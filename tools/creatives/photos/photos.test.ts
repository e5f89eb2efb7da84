import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cutOut } from "./matting";
import { cleanTitle, loadPhotoProducts } from "./luma";

const SIZE = 60;

/** A disc with a bright hole on a ground of the given colour. */
function disc(
  ground: (x: number, y: number) => readonly [number, number, number],
): Uint8ClampedArray {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const radius = Math.hypot(x - 30, y - 30);
      const colour = radius < 5 ? [252, 252, 252] : radius < 18 ? [30, 90, 200] : ground(x, y);
      data.set([...colour, 255], (y * SIZE + x) * 4);
    }
  return data;
}

test("the disc is cut out and trimmed, and its bright hole stays", () => {
  const cut = cutOut(
    disc(() => [252, 251, 252]),
    SIZE,
    SIZE,
  );
  if (typeof cut === "string") throw new Error(cut);
  expect([cut.width, cut.height]).toEqual([35, 35]);
  const alpha = (x: number, y: number) => cut.data[(y * cut.width + x) * 4 + 3];
  expect(alpha(17, 17)).toBe(255);
  expect(alpha(8, 17)).toBe(255);
  expect(alpha(0, 0)).toBe(0);
});

test("dark and busy grounds are refused with the reason", () => {
  expect(
    cutOut(
      disc(() => [60, 60, 60]),
      SIZE,
      SIZE,
    ),
  ).toBe("ground-not-light");
  expect(
    cutOut(
      disc((x) => (x % 8 < 4 ? [255, 255, 255] : [220, 220, 220])),
      SIZE,
      SIZE,
    ),
  ).toBe("ground-not-plain");
  expect(cutOut(new Uint8ClampedArray(SIZE * SIZE * 4).fill(255), SIZE, SIZE)).toBe(
    "subject-too-small",
  );
});

test("titles lose trade-mark entities and doubled blanks", () => {
  expect(cleanTitle("Pursuit Lumaflex&trade;  Tone Band ")).toBe("Pursuit Lumaflex Tone Band");
});

const PHOTOS = join(import.meta.dirname, "../../../../shared/data/luma");
test.skipIf(!existsSync(PHOTOS))(
  `real photographs become products, split by item (skipped without ${PHOTOS})`,
  { timeout: 120_000 },
  async () => {
    const cache = mkdtempSync(join(tmpdir(), "cutouts-"));
    try {
      const products = await loadPhotoProducts(PHOTOS, cache, 30);
      expect(products.length).toBeGreaterThan(15);
      const splits = new Map<string, Set<string>>();
      for (const product of products) {
        const item = product.id.split("-").slice(0, -1).join("-");
        splits.set(item, (splits.get(item) ?? new Set()).add(product.split));
      }
      expect([...splits].filter(([, found]) => found.size !== 1)).toEqual([]);
    } finally {
      rmSync(cache, { recursive: true });
    }
  },
);
