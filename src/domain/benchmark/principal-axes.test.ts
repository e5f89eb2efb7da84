import { expect, it } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { principalAxes } from "./principal-axes";

it("finds the two directions that data were spread along, in order", () => {
  const random = createRng(3);
  const data = new Float32Array(400 * 5);
  for (let row = 0; row < 400; row++) {
    const [wide, narrow] = [10 * (random() - 0.5), 3 * (random() - 0.5)];
    for (let i = 0; i < 5; i++) data[row * 5 + i] = 7 + 0.01 * random();
    data[row * 5 + 1]! += wide;
    data[row * 5 + 3]! += narrow;
  }
  const { points, explained } = principalAxes(data, 5);
  // Uniform on a width w has variance w²/12: 100 and 9 parts of 109.
  expect(explained[0]).toBeCloseTo(100 / 109, 1);
  expect(explained[1]).toBeCloseTo(9 / 109, 1);
  const mean = data.reduce((sum, value, i) => (i % 5 === 1 ? sum + value / 400 : sum), 0);
  for (const row of [0, 17, 399]) {
    expect(points[2 * row]).toBeCloseTo(data[row * 5 + 1]! - mean, 0);
  }
});

it("maps nothing and single rows without failing", () => {
  expect(principalAxes(new Float32Array(0), 0).points).toHaveLength(0);
  expect([...principalAxes(Float32Array.from([1, 2]), 2).points]).toEqual([0, 0]);
});
