import { expect, it } from "vitest";
import { compareEncoders } from "./significance";

/** 200 queries; the first `hits` of them are answered. */
function answers(name: string, hits: number) {
  const values = new Map(Array.from({ length: 200 }, (_, i) => [`q${i}`, i < hits ? 1 : 0]));
  return { name, values };
}

it("compares every pair of a direction and names the one that beats all others", () => {
  const systems = [answers("weak", 60), answers("strong", 180), answers("middle", 110)];
  const [result] = compareEncoders([{ direction: "t-i", systems }]);
  expect(result?.winner).toBe("strong");
  const pairs = result?.comparisons.map(({ baseline, system, difference, significant }) => [
    `${system} − ${baseline}`,
    Math.round(100 * (difference ?? 0)),
    significant,
  ]);
  expect(pairs).toEqual([
    ["strong − weak", 60, true],
    ["middle − weak", 25, true],
    ["middle − strong", -35, true],
  ]);
});

it("names none where the best one's lead may be chance", () => {
  const systems = [answers("one", 100), answers("other", 101)];
  const [result] = compareEncoders([{ direction: "t-i", systems }]);
  expect(result?.comparisons[0]).toMatchObject({ significant: false, wins: 1, losses: 0 });
  expect(result?.winner).toBeUndefined();
});
