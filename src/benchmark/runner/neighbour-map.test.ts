import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { neighbourMap } from "./neighbour-map";

const [GROUPS, SIZE, WIDTH] = [3, 20, 6];

/** Row i lies near corner i mod 3. */
function groups(): Float32Array {
  const random = createRng(4);
  return Float32Array.from({ length: GROUPS * SIZE * WIDTH }, (_, at) => {
    const isCorner = Math.floor(at / WIDTH) % GROUPS === at % WIDTH;
    return (isCorner ? 5 : 0) + random();
  });
}

test("rows that lie together stay together on the map, which is the same at every call", () => {
  const seen: number[] = [];
  const points = neighbourMap(groups(), WIDTH, (done) => seen.push(done));
  const distance = (a: number, b: number) =>
    Math.hypot(points[2 * a]! - points[2 * b]!, points[2 * a + 1]! - points[2 * b + 1]!);
  const rows = Array.from({ length: GROUPS * SIZE }, (_, i) => i);
  const isRight = rows.map((row) => {
    const nearest = rows
      .filter((other) => other !== row)
      .reduce((best, other) => (distance(row, other) < distance(row, best) ? other : best));
    return nearest % GROUPS === row % GROUPS;
  });
  expect(isRight).not.toContain(false);
  expect(seen.length).toBeGreaterThan(5);
  expect(neighbourMap(groups(), WIDTH, () => undefined)).toEqual(points);
}, 60_000);
