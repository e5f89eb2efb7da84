import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import fixture from "./fixtures/preprocess.json";
import { planGeometry, roundHalfEven } from "./geometry";
import { fitImage, preprocessImage } from "./preprocess";
import { parsePreprocessorConfig } from "./preprocessor-config";
import { createSyntheticImage } from "./synthetic-image";

describe(`equal to transformers ${fixture.transformers} and to training's letterbox`, () => {
  test.each(fixture.cases)("$processor on $image", (given) => {
    const image = createSyntheticImage(given.image[0] as number, given.image[1] as number);
    const config = parsePreprocessorConfig(given.config);
    const fitted = fitImage(image, config);
    expect(createHash("sha256").update(fitted.data).digest("hex")).toBe(given.sha256);
    const values = preprocessImage(image, config, "NHWC");
    given.every97th.forEach((value, i) => {
      expect(Math.abs(values[i * 97]! - value)).toBeLessThan(5e-7);
    });
  });
});

test("NCHW holds the same values, one plane after the other", () => {
  const image = createSyntheticImage(20, 30);
  const config = parsePreprocessorConfig(fixture.cases[0]?.config);
  const nhwc = preprocessImage(image, config, "NHWC");
  const nchw = preprocessImage(image, config, "NCHW");
  const plane = 32 * 32;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) expect(nchw[c * plane + i]).toBe(nhwc[i * 3 + c]);
  }
});

test("letterboxing keeps at least one pixel of the thinnest image", () => {
  expect(
    planGeometry({ width: 10_000, height: 1 }, { width: 32, height: 32 }, "letterbox"),
  ).toEqual({
    resized: { width: 32, height: 1 },
    left: 0,
    top: 15,
    canvas: { width: 32, height: 32 },
  });
});

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [2.4999, 2],
  [2.5001, 3],
])("roundHalfEven(%s) is %s, as Python's round", (value, expected) => {
  expect(roundHalfEven(value)).toBe(expected);
});

describe("parsePreprocessorConfig", () => {
  const siglip: Record<string, unknown> = {
    ...fixture.cases.find(({ processor }) => processor === "siglip")?.config,
  };

  test("Idefics3 without splitting is a square of max_image_size", () => {
    const config = parsePreprocessorConfig({
      ...siglip,
      size: { longest_edge: 2048 },
      max_image_size: { longest_edge: 512 },
      resample: 1,
    });
    expect(config).toMatchObject({ width: 512, height: 512, mode: "squash", filter: "lanczos" });
  });

  test.each([
    [{ ...siglip, image_std: [0, 1, 1] }, /image_std must be positive/],
    [{ ...siglip, resample: 0 }, /resample is 0; supported are/],
    [{ ...siglip, size: { height: 1e9, width: 4 } }, /size/],
    ["nonsense", /expected object/],
  ])("refuses %j", (json, message) => {
    expect(() => parsePreprocessorConfig(json)).toThrow(message);
  });
});
