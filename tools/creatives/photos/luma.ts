import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCanvas, ImageData, loadImage } from "@napi-rs/canvas";
import { safePath } from "@/domain/benchmark/rows";
import { createRng, seedFrom } from "@/shared/lib/rng";
import { z } from "zod";
import { COLOUR_NAMES, type ColourName } from "../draw/colour";
import type { Product, Split } from "../plan/types";
import { wordsOf } from "../plan/words";
import { cutOut } from "./matting";

/**
 * Reads a catalogue of photographs (products.jsonl with images) and cuts its products out. Ids and
 * files of the catalogue become paths, so they must not lead out of their folders.
 */
const record = z.looseObject({
  id: z.string().regex(/^[\w-]+$/u, "expected letters, digits, _ and -"),
  title: z.string(),
  description: z.string(),
  categories: z.array(z.array(z.string())),
  price: z.number(),
  images: z.array(
    z.looseObject({
      file: z
        .string()
        .refine((value) => safePath(value) === value, "expected a path inside the folder"),
      view: z.string(),
      color: z.string().nullable(),
    }),
  ),
});

const KIND_OF_CATEGORY: readonly (readonly [string, string])[] = [
  ["Hoodies & Sweatshirts", "hoodie"],
  ["Jackets", "jacket"],
  ["Tees", "tshirt"],
  ["Bras & Tanks", "tank"],
  ["Tanks", "tank"],
  ["Pants", "pants"],
  ["Shorts", "shorts"],
  ["Bags", "bag"],
  ["Watches", "watch"],
];
/** Share of items (not pictures) kept for validation. */
const VALIDATION = 0.2;

function kindOfRecord(
  title: string,
  categories: readonly (readonly string[])[],
): string | undefined {
  const names = categories.flat();
  if (names.includes("Fitness Equipment"))
    return /Stasis Ball/u.test(title) ? "gym ball" : undefined;
  return KIND_OF_CATEGORY.find(([category]) => names.includes(category))?.[1];
}

function colourOf(color: string | null, file: string): ColourName | undefined {
  const word =
    color?.toLowerCase() ??
    /-(black|bk|blue|gray|green|purple|red|pink)\b/u.exec(file)?.[1] ??
    (/luma-stability-ball\.webp/u.test(file) ? "blue" : "");
  const mapped = { bk: "black", lavender: "purple" }[word] ?? word;
  return COLOUR_NAMES.find((name) => name === mapped);
}

/** Removes the HTML entities of trade marks and doubled blanks. */
export function cleanTitle(title: string): string {
  return title
    .replace(/&(trade|reg);/gu, "")
    .replace(/&frac14;/gu, "1/4")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The split of an item: the same for all its colours, and for sizes that share their photographs. */
export function splitOfItem(id: string): Split {
  return createRng(seedFrom(`photo-split/${baseOf(id)}`))() < VALIDATION ? "val" : "train";
}

/** The stock number without colour and size: 24-WG08 of 24-WG082-pink. */
function baseOf(id: string): string {
  return id.replace(/-(pink|blue|gray)$/u, "").slice(0, 7);
}

function parseRecord(path: string, row: number, line: string): z.infer<typeof record> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path}: row ${row} is not JSON`, { cause });
  }
  const parsed = record.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path ?? [];
  const found = place.reduce<unknown>((at, key) => Reflect.get(Object(at), key), value);
  throw new Error(
    `${path}: row ${row}, ${place.join(".")}: ${issue?.message}, got ${JSON.stringify(found)}`,
  );
}

/** One product per item and colour whose main photograph could be cut out. PNGs go to `cache`. */
export async function loadPhotoProducts(
  folder: string,
  cache: string,
  limit = Infinity,
): Promise<Product[]> {
  const path = join(folder, "products.jsonl");
  const items = (await readFile(path, "utf8"))
    .split("\n")
    .flatMap((line, i) => (line.trim() === "" ? [] : [parseRecord(path, i + 1, line)]));
  await mkdir(cache, { recursive: true });
  const out: Product[] = [];
  for (const item of items.slice(0, limit)) {
    const kind = kindOfRecord(item.title, item.categories);
    if (kind === undefined) continue;
    const split = splitOfItem(item.id);
    const own: Product[] = [];
    for (const image of item.images.filter(({ view }) => view === "main")) {
      const color = colourOf(image.color, image.file);
      if (color === undefined || color === "white" || own.some((p) => p.color === color)) continue;
      const file = join(cache, `${image.file.replaceAll("/", "_")}.png`);
      if (!(await writeCutOut(join(folder, image.file), file))) continue;
      const title = cleanTitle(item.title);
      const word = wordsOf("color", color);
      const noun = wordsOf("kind", kind);
      own.push({
        id: `photo-${item.id}-${color}`,
        split,
        kind,
        color,
        accent: color,
        pattern: "solid",
        material: 0,
        style: 0,
        shape: [0, 0, 0],
        brand: "",
        feature: "",
        price: Math.max(1, Math.round(item.price)),
        cutOut: { file },
        title: {
          en: `${title}, ${word.en.charAt(0).toUpperCase()}${word.en.slice(1)} ${noun.en}`,
          zh: `${title} ${word.zh}${noun.zh}`,
        },
        description: { en: item.description, zh: `${word.zh}${noun.zh}` },
        attributes: { color },
      });
    }
    out.push(
      ...own.map((product) => ({
        ...product,
        alternates: own
          .filter((other) => other !== product)
          .map((other) => ({ color: other.color, cutOut: other.cutOut! })),
      })),
    );
  }
  return out;
}

async function writeCutOut(from: string, to: string): Promise<boolean> {
  // A cut-out depends on nothing but its photograph, so an earlier one is as good.
  if (existsSync(to)) return true;
  const image = await loadImage(await readFile(from));
  const canvas = createCanvas(image.width, image.height);
  const ctx = canvas.getContext("2d");
  ctx.drawImage(image, 0, 0);
  const cut = cutOut(
    ctx.getImageData(0, 0, image.width, image.height).data,
    image.width,
    image.height,
  );
  if (typeof cut === "string") return false;
  const small = createCanvas(cut.width, cut.height);
  small.getContext("2d").putImageData(new ImageData(cut.data, cut.width, cut.height), 0, 0);
  await writeFile(to, small.toBuffer("image/png"));
  return true;
}
