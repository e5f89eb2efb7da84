import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";

/** A contact sheet of the first pictures of a folder, for looking at what was drawn. */
export async function writeContactSheet(
  folder: string,
  output: string,
  limit: number,
  cell: number,
  skip = 0,
): Promise<void> {
  const files = (await readdir(folder))
    .filter((name) => name.endsWith(".webp"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const shown = files.slice(skip, skip + limit);
  const columns = Math.ceil(Math.sqrt(shown.length * 1.6));
  const rows = Math.ceil(shown.length / columns);
  const canvas = createCanvas(columns * cell, rows * cell);
  const ctx = canvas.getContext("2d");
  for (const [i, name] of shown.entries()) {
    const image = await loadImage(join(folder, name));
    ctx.drawImage(image, (i % columns) * cell, Math.floor(i / columns) * cell, cell - 4, cell - 4);
  }
  await writeFile(output, canvas.toBuffer("image/png"));
}
