import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import expected from "./fixtures/decode/expected.json";
import { sniffBlob, sniffImage } from "./sniff";

async function load(name: string): Promise<Uint8Array> {
  return await readFile(fileURLToPath(new URL(`fixtures/decode/${name}`, import.meta.url)));
}

/** The result of `run`, or the AppError it threw; anything else is a defect. */
function attempt<T>(run: () => T): { value?: T; error?: AppError } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof AppError) return { error };
    throw error;
  }
}

const FORMATS: Readonly<Record<string, string>> = { jpg: "jpeg" };

test.each(expected.images)("reads format and stored size of $file", async ({ file, stored }) => {
  const extension = file.slice(file.lastIndexOf(".") + 1);
  const [width, height] = stored;
  expect(sniffImage(await load(file))).toEqual({
    format: FORMATS[extension] ?? extension,
    width,
    height,
  });
});

test("a JPEG whose size stands behind long metadata is still read", async () => {
  const jpeg = await load("420.jpg");
  const comments = new Uint8Array(65_537 * 8);
  for (let i = 0; i < 8; i++) comments.set([0xff, 0xfe, 0xff, 0xff], i * 65_537);
  const file = new Blob([jpeg.slice(0, 2), comments, jpeg.slice(2)]);
  expect(await sniffBlob(file)).toMatchObject({ format: "jpeg", width: 42, height: 30 });
});

describe("refusals", () => {
  test("other content is refused by name", () => {
    const text = new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>");
    expect(() => sniffImage(text)).toThrow(/not a JPEG, PNG, WebP, AVIF or GIF/);
    expect(() => sniffImage(new Uint8Array())).toThrow(AppError);
  });

  test("an image above 100 megapixels is refused from its header alone", async () => {
    const png = (await load("rgb.png")).slice(0, 64);
    const view = new DataView(png.buffer);
    view.setUint32(16, 10_001);
    view.setUint32(20, 10_000);
    expect(() => sniffImage(png)).toThrow(/10001×10000 pixels; the limit is 100 megapixels/);
    view.setUint32(16, 10_000);
    expect(sniffImage(png)).toMatchObject({ width: 10_000, height: 10_000 });
  });

  test("an empty image is refused", async () => {
    const png = (await load("rgb.png")).slice(0, 64);
    new DataView(png.buffer).setUint32(16, 0);
    expect(() => sniffImage(png)).toThrow(/damaged or incomplete/);
  });

  test("whatever the bytes, the answer is a header or an input-decode error", async () => {
    const files = await Promise.all(expected.images.map(({ file }) => load(file)));
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.nat(600),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
        (file, length, changes) => {
          const bytes = file.slice(0, length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const outcome = attempt(() => sniffImage(bytes));
          expect(outcome.error?.code ?? "input-decode").toBe("input-decode");
          expect(outcome.value?.width ?? 1).toBeLessThanOrEqual(100_000_000);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
