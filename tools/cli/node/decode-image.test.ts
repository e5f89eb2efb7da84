import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import expected from "@/inference/images/fixtures/decode/expected.json";
import { decodeImageInNode } from "./decode-image";

const folder = new URL("../../../src/inference/images/fixtures/decode/", import.meta.url);

async function load(name: string): Promise<Blob> {
  return new Blob([await readFile(fileURLToPath(new URL(name, folder)))]);
}

describe(`pixels equal Pillow ${expected.pillow}`, () => {
  test.each(expected.images)("$file", async ({ file, width, height, sha256 }) => {
    const image = await decodeImageInNode(await load(file));
    expect(image).toMatchObject({ width, height });
    expect(createHash("sha256").update(image.data).digest("hex")).toBe(sha256);
  });
});

test.each(["420.jpg", "rgb.png", "lossy.webp", "420.avif"])(
  "a cut-off %s is an input-decode error that names the format",
  async (name) => {
    const whole = await load(name);
    const cut = whole.slice(0, Math.floor(whole.size * 0.6));
    await expect(decodeImageInNode(cut)).rejects.toMatchObject({ code: "input-decode" });
  },
);
