import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Product } from "../plan/types";
import { cutOut } from "./matting";
import { cleanTitle, loadPhotoProducts, splitOfItem } from "./luma";

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

test("colours and sizes of an item share their split, and about a fifth of the items are for validation", () => {
  const sizes = (base: string) =>
    ["1-pink", "1-gray", "2-blue", "2-gray", "3-pink"].map((size) => splitOfItem(`${base}${size}`));
  const bases = Array.from({ length: 1000 }, (_, i) => `24-W${String(i).padStart(3, "0")}`);
  expect(bases.filter((base) => new Set(sizes(base)).size !== 1)).toEqual([]);
  const held = bases.filter((base) => splitOfItem(base) === "val").length;
  expect(held).toBeGreaterThan(160);
  expect(held).toBeLessThan(240);
});

const ITEM = {
  id: "24-MB01",
  title: "Joust Duffle Bag",
  description: "",
  categories: [["Gear", "Bags"]],
  price: 34,
  images: [{ file: "images/mb01-blue-0.webp", view: "main", color: null }],
};

test.each([
  [{ id: "../../etc/x" }, `row 3, id: expected letters, digits, _ and -, got "../../etc/x"`],
  [{ id: "" }, `row 3, id: expected letters, digits, _ and -, got ""`],
  [
    { images: [ITEM.images[0], { ...ITEM.images[0], file: "images/../../secret.webp" }] },
    `row 3, images.1.file: expected a path inside the folder, got "images/../../secret.webp"`,
  ],
  [
    { images: [{ ...ITEM.images[0], file: "/etc/passwd" }] },
    `row 3, images.0.file: expected a path inside the folder, got "/etc/passwd"`,
  ],
])(
  "a catalogue with %j is refused by row and value, before anything is written",
  async (odd, message) => {
    const folder = mkdtempSync(join(tmpdir(), "catalogue-"));
    try {
      const rows = [ITEM, { ...ITEM, ...odd }].map((row) => JSON.stringify(row));
      writeFileSync(join(folder, "products.jsonl"), `${rows.join("\n\n")}\n`);
      await expect(loadPhotoProducts(folder, join(folder, "cache"))).rejects.toThrow(
        `${join(folder, "products.jsonl")}: ${message}`,
      );
      expect(readdirSync(folder)).toEqual(["products.jsonl"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

const PHOTOS = join(import.meta.dirname, "../../../../shared/data/luma");
test.skipIf(!existsSync(PHOTOS))(
  `real photographs become products, and none is in two splits (skipped without ${PHOTOS})`,
  { timeout: 120_000 },
  async () => {
    const cache = mkdtempSync(join(tmpdir(), "cutouts-"));
    try {
      const products = await loadPhotoProducts(PHOTOS, cache, 30);
      expect(products.length).toBeGreaterThan(15);
      // Several items share a photograph: the balls' sizes, which also share their stock number.
      for (const groupOf of [
        ({ cutOut: { file } = { file: "" } }: Product) => file,
        ({ id }: Product) => /^photo-(24-\w{4}|\w{4})/u.exec(id)?.[1],
      ]) {
        const groups = [...Map.groupBy(products, groupOf).values()];
        expect(groups.some((group) => group.length > 2)).toBe(true);
        expect(groups.filter((group) => new Set(group.map((p) => p.split)).size !== 1)).toEqual([]);
      }
    } finally {
      rmSync(cache, { recursive: true });
    }
  },
);
