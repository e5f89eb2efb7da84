import { expect, test } from "vitest";
import { formatBytes, formatDuration, formatPercent } from "./format";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [999_600, "1 MB"],
  [1_530_000, "1.5 MB"],
  [42_000_000, "42 MB"],
])("%i bytes read %s", (bytes, expected) => {
  expect(formatBytes(bytes, "en")).toBe(expected);
});

test.each([
  [350, "350 ms"],
  [4_210, "4.2 sec"],
  [40_000, "40 sec"],
  [200_000, "3 min 20 sec"],
  [7_500_000, "2 hr 5 min"],
])("%i ms read %s", (ms, expected) => {
  expect(formatDuration(ms, "en")).toBe(expected);
});

test("a share reads as a percentage in both languages", () => {
  expect(formatPercent(0.7132, "en", 1)).toBe("71.3%");
  expect(formatPercent(0.7132, "zh-Hans")).toBe("71%");
});
