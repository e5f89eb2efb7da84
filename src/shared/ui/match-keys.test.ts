import { expect, test } from "vitest";
import { matchesKeys, type KeyPress } from "./match-keys";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("a letter matches in either case, without modifiers", () => {
  expect(matchesKeys(press("s"), "s")).toBe(true);
  expect(matchesKeys(press("S"), "s")).toBe(true);
  expect(matchesKeys(press("s", { ctrlKey: true }), "s")).toBe(false);
  expect(matchesKeys(press("S", { shiftKey: true }), "s")).toBe(false);
});

test("mod is Ctrl or Command", () => {
  expect(matchesKeys(press("k", { ctrlKey: true }), "mod+k")).toBe(true);
  expect(matchesKeys(press("k", { metaKey: true }), "mod+k")).toBe(true);
  expect(matchesKeys(press("k"), "mod+k")).toBe(false);
});

test("a symbol matches however the layout produces it", () => {
  expect(matchesKeys(press("?", { shiftKey: true }), "?")).toBe(true);
  expect(matchesKeys(press("?"), "?")).toBe(true);
});

test("Alt never matches, so that system and screen-reader keys stay free", () => {
  expect(matchesKeys(press("1", { altKey: true }), "1")).toBe(false);
});
