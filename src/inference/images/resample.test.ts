import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import fixture from "./fixtures/pillow-resize.json";
import type { RgbImage } from "./image";
import { resizeImage, type ResampleFilter } from "./resample";
import { createSyntheticImage } from "./synthetic-image";

const FILTERS = ["box", "bilinear", "bicubic", "lanczos"] as const;

describe(`equal to Pillow ${fixture.pillow} bit for bit`, () => {
  test.each(fixture.cases)("$filter $from → $to", (given) => {
    const [width, height] = given.from as [number, number];
    const result = resizeImage(
      createSyntheticImage(width, height),
      given.to[0] as number,
      given.to[1] as number,
      given.filter as ResampleFilter,
    );
    expect(createHash("sha256").update(result.data).digest("hex")).toBe(given.sha256);
  });
});

const size = fc.integer({ min: 1, max: 40 });
const filter = fc.constantFrom(...FILTERS);

test("a flat image stays flat at every size and filter", () => {
  fc.assert(
    fc.property(size, size, size, size, filter, fc.nat(255), (w, h, tw, th, name, value) => {
      const image = { width: w, height: h, data: new Uint8Array(w * h * 3).fill(value) };
      const result = resizeImage(image, tw, th, name);
      expect(result).toMatchObject({ width: tw, height: th });
      expect(result.data).toEqual(new Uint8Array(tw * th * 3).fill(value));
    }),
  );
});

test("mirroring before resizing mirrors the result", () => {
  const mirror = (image: RgbImage): RgbImage => {
    const data = new Uint8Array(image.data.length);
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const from = (y * image.width + x) * 3;
        const to = (y * image.width + image.width - 1 - x) * 3;
        data.set(image.data.subarray(from, from + 3), to);
      }
    }
    return { ...image, data };
  };
  fc.assert(
    fc.property(size, size, size, fc.constantFrom("bilinear", "bicubic"), (w, h, tw, name) => {
      const image = createSyntheticImage(w, h);
      const one = resizeImage(mirror(image), tw, h, name);
      const other = mirror(resizeImage(image, tw, h, name));
      // Rounding of weights and sums is not symmetric, so one level of difference is right.
      one.data.forEach((value, i) =>
        expect(Math.abs(value - other.data[i]!)).toBeLessThanOrEqual(1),
      );
    }),
  );
});

test("no resize gives the same pixels", () => {
  const image = createSyntheticImage(13, 9);
  for (const name of FILTERS) expect(resizeImage(image, 13, 9, name).data).toEqual(image.data);
});

test.each([
  [0, 5],
  [5, 0],
  [2.5, 5],
  [Number.NaN, 5],
])("a target of %s×%s is refused", (width, height) => {
  expect(() => resizeImage(createSyntheticImage(4, 4), width, height, "box")).toThrow(
    /at least 1×1/,
  );
});
