import { expect, test } from "vitest";
import { HEAT_STOPS, heatColour, heatMaximum, heatPixels, heatRegions, imageArea } from "./heat";

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
  const regions = heatRegions(map, [16, 14], imageArea("squash", 3, 4));
  expect(regions).toHaveLength(9);
  expect(regions[0]).toEqual({ row: 0, column: 0, share: 0.25 });
  expect(regions[8]).toEqual({ row: 2, column: 2, share: 0.5 });
  expect(regions.reduce((sum, region) => sum + region.share, 0)).toBeCloseTo(0.75);
});

test("a letterboxed image covers the middle of its map, and its margin counts nowhere", () => {
  expect(imageArea("letterbox", 200, 400)).toEqual({ left: 0.25, top: 0, width: 0.5, height: 1 });
  expect(imageArea("letterbox", 400, 100)).toEqual({
    left: 0,
    top: 0.375,
    width: 1,
    height: 0.25,
  });
  expect(imageArea("shortest-crop", 200, 100)).toEqual({ left: -0.5, top: 0, width: 2, height: 1 });
  const map = new Float32Array(64);
  map[0] = 0.5;
  map[2] = 0.25;
  const regions = heatRegions(map, [8, 8], imageArea("letterbox", 200, 400));
  expect(regions[0]?.share).toBe(0.25);
  expect(regions.reduce((sum, region) => sum + region.share, 0)).toBe(0.25);
});
