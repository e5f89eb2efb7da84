import { expect, test } from "vitest";
import {
  COMMANDS,
  commandOf,
  conflictsOf,
  DEFAULT_KEY_SETTINGS,
  DEFAULT_KEYMAP,
  isCharacterKey,
  keysOf,
  parseKeySettings,
  type Press,
} from "./keymap";

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const command = (key: string, held?: Partial<Press>, settings = DEFAULT_KEY_SETTINGS) =>
  commandOf(press(key, held), settings, false);

test.each([
  ["ArrowLeft", {}, "left", false],
  ["ArrowLeft", { shiftKey: true }, "left", true],
  ["ArrowDown", {}, "equal", false],
  ["U", { shiftKey: true }, "redo", false],
  ["u", {}, "undo", false],
  ["z", { ctrlKey: true }, "undo", false],
  ["Z", { metaKey: true, shiftKey: true }, "redo", false],
  ["0", {}, "reason-10", false],
  ["Enter", {}, "confirm", false],
] as const)("%s with %o is %s", (key, held, expected, isStrong) => {
  expect(command(key, held)).toEqual({ command: expected, isStrong });
});

test("the default keys have no conflict, and a conflict is found", () => {
  expect(conflictsOf(DEFAULT_KEYMAP).size).toBe(0);
  const conflicts = conflictsOf({ ...DEFAULT_KEYMAP, skip: "f" });
  expect(conflicts).toEqual(new Set(["skip", "flag"]));
});

test("nothing acts while an input method composes text", () => {
  expect(command("Enter", { isComposing: true })).toBeUndefined();
  expect(command("Process")).toBeUndefined();
});

test("in a text field only Ctrl/Cmd+Enter acts", () => {
  expect(commandOf(press("s"), DEFAULT_KEY_SETTINGS, true)).toBeUndefined();
  expect(commandOf(press("ArrowLeft"), DEFAULT_KEY_SETTINGS, true)).toBeUndefined();
  expect(commandOf(press("Enter", { ctrlKey: true }), DEFAULT_KEY_SETTINGS, true)?.command).toBe(
    "confirm",
  );
});

test("single-character keys switch off together; arrows and Enter stay", () => {
  const off = { ...DEFAULT_KEY_SETTINGS, singleKeys: false };
  for (const name of COMMANDS) {
    const keys = DEFAULT_KEYMAP[name]!;
    const shiftKey = keys.startsWith("shift+");
    const hit = command(keys.replace("shift+", ""), { shiftKey }, off);
    expect(hit === undefined).toBe(isCharacterKey(keys));
  }
});

test("one command can be switched off or remapped", () => {
  const settings = parseKeySettings({ keymap: { skip: null, flag: "k" } });
  expect(command("s", {}, settings)).toBeUndefined();
  expect(command("k", {}, settings)?.command).toBe("flag");
  expect(command("f", {}, settings)).toBeUndefined();
});

test("stored nonsense falls back to the defaults", () => {
  expect(parseKeySettings("x")).toEqual(DEFAULT_KEY_SETTINGS);
  expect(parseKeySettings({ keymap: { left: "tab", right: 7 } })).toEqual(DEFAULT_KEY_SETTINGS);
});

test("a press is written in the keymap's notation", () => {
  expect(keysOf(press("A", { shiftKey: true, ctrlKey: true }))).toBe("mod+shift+a");
  expect(keysOf(press("?", { shiftKey: true }))).toBe("?");
});
