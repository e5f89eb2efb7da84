import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLasso, parseLasso, type Point } from "./map-points";
import { indexPoints, panBy, toMap, toScreen, visibleArea, WHOLE_MAP, zoomAt } from "./map-view";

/** By looking at all of them. */
function nearest(points: Float32Array, [x, y]: Point, radius: number): number | undefined {
  let best: number | undefined;
  let least = radius * radius;
  for (let i = 0; i < points.length / 2; i++) {
    const distance = (points[2 * i]! - x) ** 2 + (points[2 * i + 1]! - y) ** 2;
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const place = fc.tuple(share, share);

test("screen and map are each other's inverse, and zooming keeps the place under the pointer", () => {
  fc.assert(
    fc.property(place, place, fc.double({ min: 1, max: 50, noNaN: true }), (at, seen, factor) => {
      const view = panBy(zoomAt(WHOLE_MAP, at, factor), seen[0] - 0.5, seen[1] - 0.5);
      const back = toScreen(view, toMap(view, seen));
      expect(back[0]).toBeCloseTo(seen[0], 9);
      expect(back[1]).toBeCloseTo(seen[1], 9);
      const zoomed = zoomAt(WHOLE_MAP, at, factor);
      const under = toMap(zoomed, at);
      expect(under[0]).toBeCloseTo(at[0], 9);
      expect(under[1]).toBeCloseTo(at[1], 9);
    }),
  );
});

test("never shows less than the map, nor a place beyond it in the middle", () => {
  expect(zoomAt(WHOLE_MAP, [0.2, 0.9], 0.1)).toMatchObject({ zoom: 1 });
  expect(zoomAt(WHOLE_MAP, [0.5, 0.5], 1e9).zoom).toBe(200);
  expect(panBy(WHOLE_MAP, 5, -5).centre).toEqual([0, 1]);
  expect(visibleArea(WHOLE_MAP)).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]);
});

test("the index finds what looking at every point finds", () => {
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: 60 }),
      place,
      fc.double({ min: 0.001, max: 0.3, noNaN: true }),
      (points, at, radius) => {
        const flat = Float32Array.from(points.flat());
        const expected = nearest(flat, at, radius);
        const found = indexPoints(flat).nearest(at, radius);
        const distance = (i: number | undefined) =>
          i === undefined ? -1 : (flat[2 * i]! - at[0]) ** 2 + (flat[2 * i + 1]! - at[1]) ** 2;
        // Several may be equally near.
        expect(distance(found)).toBe(distance(expected));
      },
    ),
  );
});

test("a lasso drawn on a magnified part survives the link", () => {
  const view = zoomAt(WHOLE_MAP, [0.123, 0.456], 100);
  const drawn: readonly Point[] = visibleArea(view);
  for (const [i, [x, y]] of parseLasso(formatLasso(drawn))!.entries()) {
    expect(x).toBeCloseTo(drawn[i]![0], 4);
    expect(y).toBeCloseTo(drawn[i]![1], 4);
  }
});
