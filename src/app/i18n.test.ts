import { expect, test } from "vitest";
import { detectLocale } from "./i18n";

test.each([
  [["zh-CN", "en"], "zh-Hans"],
  [["fr-FR", "zh-TW"], "zh-Hans"],
  [["en-GB", "zh"], "en"],
  [["de"], "en"],
  [[], "en"],
] as const)("languages %j choose %s", (languages, expected) => {
  expect(detectLocale(languages)).toBe(expected);
});
