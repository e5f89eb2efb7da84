import { expect, test } from "vitest";
import { decodeImageInBrowser } from "./decode-browser";
import expected from "./fixtures/decode/expected.json";

const urls = import.meta.glob<string>("./fixtures/decode/*.{jpg,png,webp,avif,gif}", {
  eager: true,
  import: "default",
  query: "?url",
});

async function load(name: string): Promise<Blob> {
  const url = urls[`./fixtures/decode/${name}`];
  if (url === undefined) throw new Error(`no fixture ${name}`);
  return await (await fetch(url)).blob();
}

async function sha256(data: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(data));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

test.each(expected.images)(
  "$file has Pillow's pixels",
  async ({ file, width, height, ...rest }) => {
    const image = await decodeImageInBrowser(await load(file));
    expect(image).toMatchObject({ width, height });
    expect(await sha256(image.data)).toBe(rest.sha256);
  },
);

test.each(["rgb.png", "lossy.webp", "420.avif"])(
  "a cut-off %s is an input-decode error",
  async (name) => {
    const whole = await load(name);
    const cut = whole.slice(0, Math.floor(whole.size * 0.4));
    await expect(decodeImageInBrowser(cut)).rejects.toMatchObject({ code: "input-decode" });
  },
);
