/** Small copies of the real data sets, in temp folders; they never enter the repository. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = "../shared/data";

/** Why a data set cannot be used here; undefined where it can. */
export function missingPhotos(name: "grocery" | "luma"): string | undefined {
  const table = name === "grocery" ? "classes.json" : "products.jsonl";
  return existsSync(`${ROOT}/${name}/${table}`)
    ? undefined
    : `the photographs of ${name} are not in ${ROOT} (they are never committed)`;
}

async function copyImages(name: string, target: string, images: readonly string[]): Promise<void> {
  for (const image of images) {
    await mkdir(dirname(join(target, image)), { recursive: true });
    await copyFile(join(ROOT, name, image), join(target, image));
  }
}

async function readLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}

function lines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

interface GroceryClass {
  readonly id: number;
  readonly image: string;
}

/** The first `items` catalogue entries with `photos` shop photos each. */
export async function copyGrocery(items: number, photos: number): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), "perigee-grocery-"));
  const classes = JSON.parse(
    await readFile(`${ROOT}/grocery/classes.json`, "utf8"),
  ) as GroceryClass[];
  const kept = classes.slice(0, items);
  const all = await readLines<{ image: string; class_id: number }>(`${ROOT}/grocery/train.jsonl`);
  const rows = kept.flatMap(({ id }) =>
    all.filter(({ class_id }) => class_id === id).slice(0, photos),
  );
  await writeFile(join(target, "classes.json"), JSON.stringify(kept));
  await writeFile(join(target, "train.jsonl"), lines(rows));
  await copyImages(
    "grocery",
    target,
    [...kept, ...rows].map(({ image }) => image),
  );
  return target;
}

interface LumaProduct {
  readonly images: readonly { readonly file: string }[];
}

/** The first `products` that have several photos, with at most `photos` of each. */
export async function copyLuma(products: number, photos: number): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), "perigee-luma-"));
  const all = await readLines<LumaProduct>(`${ROOT}/luma/products.jsonl`);
  const kept = all
    .filter(({ images }) => images.length > 1)
    .slice(0, products)
    .map((product) => ({ ...product, images: product.images.slice(0, photos) }));
  await writeFile(join(target, "products.jsonl"), lines(kept));
  const files = kept.flatMap(({ images }) => images.map(({ file }) => file));
  await copyImages("luma", target, files);
  return target;
}
