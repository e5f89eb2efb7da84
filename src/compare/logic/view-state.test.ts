import fc from "fast-check";
import { expect, test } from "vitest";
import { FITTED, MAX_SCALE, panned, zoomed } from "./view-state";

test("the point under the pointer stays where it is", () => {
  const at = { x: 0.2, y: -0.1 };
  const view = zoomed(FITTED, 2, at);
  // A picture point q is shown at scale · q + offset.
  const before = { x: at.x / FITTED.scale, y: at.y / FITTED.scale };
  expect(view.scale * before.x + view.x).toBeCloseTo(at.x, 12);
  expect(view.scale * before.y + view.y).toBeCloseTo(at.y, 12);
});

test("no sequence of moves leaves the limits, and zooming out fits again", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("zoom" as const),
      value: fc.double({ min: 0.2, max: 5, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant("pan" as const),
      value: fc.double({ min: -3, max: 3, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let view = FITTED;
      for (const { kind, value } of steps) {
        view =
          kind === "zoom" ? zoomed(view, value, { x: 0.3, y: 0.3 }) : panned(view, value, -value);
        expect(view.scale).toBeGreaterThanOrEqual(1);
        expect(view.scale).toBeLessThanOrEqual(MAX_SCALE);
        expect(Math.abs(view.x)).toBeLessThanOrEqual((view.scale - 1) / 2 + 1e-12);
      }
      expect(zoomed(view, 1e-6)).toEqual(expect.objectContaining({ scale: 1 }));
    }),
  );
});
