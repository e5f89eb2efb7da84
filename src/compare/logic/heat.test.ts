import { expect, test } from "vitest";
import { HEAT_STOPS, heatColour, heatMaximum, heatPixels, heatRegions } from "./heat";

test("both maps share one maximum", () => {
  expect(
    heatMaximum({ mapA: Float32Array.of(0.1, 0.2), mapB: Float32Array.of(0.4, 0.3) }),
  ).toBeCloseTo(0.4);
});

test("the scale runs through its stops and is clipped at its ends", () => {
  expect(heatColour(0)).toEqual(HEAT_STOPS[0]);
  expect(heatColour(0.5)).toEqual(HEAT_STOPS[2]);
  expect(heatColour(1)).toEqual(HEAT_STOPS[4]);
  expect(heatColour(7)).toEqual(HEAT_STOPS[4]);
});

test("no attention is transparent, and an empty map divides by nothing", () => {
  const pixels = heatPixels(Float32Array.of(0, 0.5), 0.5);
  expect(pixels[3]).toBe(0);
  expect(pixels[7]).toBe(200);
  expect([...heatPixels(Float32Array.of(0), 0)].every(Number.isFinite)).toBe(true);
});

test("regions keep the whole sum and find the corner", () => {
  const map = new Float32Array(16 * 14);
  map[0] = 0.25;
  map[map.length - 1] = 0.5;
  const regions = heatRegions(map, [16, 14]);
  expect(regions).toHaveLength(9);
  expect(regions[0]).toEqual({ row: 0, column: 0, share: 0.25 });
  expect(regions[8]).toEqual({ row: 2, column: 2, share: 0.5 });
  expect(regions.reduce((sum, region) => sum + region.share, 0)).toBeCloseTo(0.75);
});
