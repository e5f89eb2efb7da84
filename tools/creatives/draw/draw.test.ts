import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { planDataset } from "../dataset";
import { KINDS } from "../plan/kinds";
import { paintJob } from "../render/paint-job";
import {
  colourDistance,
  contrastRatio,
  luminance,
  PALETTE,
  toRgb,
  type ColourName,
} from "./colour";
import { paintCreative } from "./creative";
import { inkOn } from "./text";
import { paintView } from "./view";

const plan = planDataset({
  output: "",
  seed: 99,
  products: 60,
  pairs: 60,
  size: 96,
  perProduct: 2,
  variants: 1,
  viewsPerProduct: 2,
});

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("painting a job twice gives the same bytes", async () => {
  for (const job of plan.jobs.slice(0, 10))
    expect(hashOf(await paintJob(job))).toBe(hashOf(await paintJob(job)));
});

test("the pixels do not depend on what was painted before", () => {
  const [one, two] = plan.creatives;
  const first = paintCreative(one!, 96, new Map()).data();
  paintCreative(two!, 96, new Map());
  expect(hashOf(paintCreative(one!, 96, new Map()).data())).toBe(hashOf(first));
});

test("every kind and style paints something of the colour that its name says", () => {
  for (const kind of KINDS)
    for (const style of [0, 1, 2]) {
      const product = {
        ...plan.products[0]!,
        kind: kind.id,
        style,
        material: 0,
        pattern: "solid" as const,
        color: (kind.colors?.[0] ?? "purple") as ColourName,
        accent: "yellow" as const,
      };
      const canvas = paintView(
        { product, view: "front", backdrop: "studio", seed: 5 },
        64,
        new Map(),
      );
      const { data } = canvas.getContext("2d").getImageData(0, 0, 64, 64);
      const named = toRgb(PALETTE[product.color]);
      let near = 0;
      for (let i = 0; i < data.length; i += 4) {
        const off = Math.hypot(
          data[i]! - named[0],
          data[i + 1]! - named[1],
          data[i + 2]! - named[2],
        );
        if (off < 75) near++;
      }
      expect(near / (64 * 64), `${kind.id} style ${style}`).toBeGreaterThan(0.015);
    }
});

test("named colours can be told apart", () => {
  const names = Object.entries(PALETTE);
  const alike = names.flatMap(([one, a]) =>
    names.filter(([two, b]) => one < two && colourDistance(a, b) < 50).map(([two]) => [one, two]),
  );
  expect(alike).toEqual([]);
});

test("high-contrast ink is readable on any ground, low-contrast ink is not", () => {
  const rng = createRng(2);
  for (let i = 0; i < 500; i++) {
    const ground = [rng() * 255, rng() * 255, rng() * 255] as const;
    const ratio = (contrast: "high" | "low") =>
      contrastRatio(luminance(ground), luminance(toRgb(inkOn(ground, contrast, rng))));
    expect(ratio("low")).toBeLessThan(2.2);
    expect(ratio("high")).toBeGreaterThanOrEqual(4.5);
  }
});

test("contrast of black on white is 21", () => {
  expect(contrastRatio(luminance([0, 0, 0]), luminance([255, 255, 255]))).toBeCloseTo(21, 6);
});
