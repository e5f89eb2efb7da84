/**
 * Keys of the judging screen. Every command can be remapped or switched off; single-character keys
 * can be switched off together (WCAG 2.1.4). Keys are matched by `event.key`, never while an input
 * method composes text and never in a text field, except Ctrl/Cmd+Enter.
 */

export const COMMANDS = [
  "left",
  "right",
  "equal",
  "yes",
  "no",
  "confirm",
  "previous",
  "next",
  "undo",
  "redo",
  "skip",
  "flag",
  "note",
  "box",
  "guidelines",
  "recent",
  "overlay",
  "zoom",
  "actual-size",
  "slider",
  "reason-1",
  "reason-2",
  "reason-3",
  "reason-4",
  "reason-5",
  "reason-6",
  "reason-7",
  "reason-8",
  "reason-9",
  "reason-10",
] as const;
export type Command = (typeof COMMANDS)[number];

/** `null` switches a command's key off. Keys are as in matchesKeys: `mod+z`, `shift+arrowleft`. */
export type Keymap = Readonly<Record<Command, string | null>>;

export const DEFAULT_KEYMAP: Keymap = {
  left: "arrowleft",
  right: "arrowright",
  equal: "arrowdown",
  yes: "y",
  no: "n",
  confirm: "enter",
  previous: "arrowup",
  next: "pagedown",
  undo: "u",
  redo: "shift+u",
  skip: "s",
  flag: "f",
  note: "c",
  box: "b",
  guidelines: "g",
  recent: "h",
  overlay: "o",
  zoom: "z",
  "actual-size": "x",
  slider: "l",
  "reason-1": "1",
  "reason-2": "2",
  "reason-3": "3",
  "reason-4": "4",
  "reason-5": "5",
  "reason-6": "6",
  "reason-7": "7",
  "reason-8": "8",
  "reason-9": "9",
  "reason-10": "0",
};

export interface KeySettings {
  readonly keymap: Keymap;
  /** False: keys of one printable character do nothing; arrows, Enter and modified keys stay. */
  readonly singleKeys: boolean;
}

export const DEFAULT_KEY_SETTINGS: KeySettings = { keymap: DEFAULT_KEYMAP, singleKeys: true };

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat?: boolean;
  readonly isComposing?: boolean;
}

export interface KeyHit {
  readonly command: Command;
  /** Shift was held with an arrow: the answer is meant strongly. */
  readonly isStrong: boolean;
}

/** True for a key that types a character on its own. */
export function isCharacterKey(keys: string): boolean {
  const key = keys.split("+").at(-1) ?? "";
  return Array.from(key).length === 1 && !keys.includes("mod+") && !keys.includes("alt+");
}

/** A key press in the notation of the keymap. */
export function keysOf(press: Press): string {
  const key = press.key.toLowerCase();
  const isSymbol = key.length === 1 && !/[a-z]/u.test(key);
  const parts = [
    press.ctrlKey || press.metaKey ? "mod" : "",
    press.altKey ? "alt" : "",
    press.shiftKey && !isSymbol ? "shift" : "",
    key,
  ];
  return parts.filter((part) => part !== "").join("+");
}

/** Keys that can never be bound: they belong to the browser, the screen reader or moving focus. */
const RESERVED = new Set(["tab", "shift+tab", "escape", "shift", "control", "alt", "meta", "dead"]);

export function isBindable(keys: string): boolean {
  return !RESERVED.has(keys) && !keys.endsWith("+control") && !keys.endsWith("+meta");
}

const STRENGTHENED: ReadonlySet<Command> = new Set(["left", "right"]);
/** Commands that every platform expects on these keys, whatever the map says. */
const FIXED: Readonly<Record<string, Command>> = {
  "mod+z": "undo",
  "mod+shift+z": "redo",
  "mod+enter": "confirm",
};

/**
 * The command of a key press.
 *
 * @param isTyping - the focus is in a text field: only Ctrl/Cmd+Enter acts there.
 */
export function commandOf(
  press: Press,
  settings: KeySettings,
  isTyping: boolean,
): KeyHit | undefined {
  // 229 is reported as key "Process" or with isComposing while an input method is open.
  if (press.isComposing === true || press.key === "Process") return undefined;
  const keys = keysOf(press);
  if (isTyping) {
    return keys === "mod+enter" ? { command: "confirm", isStrong: false } : undefined;
  }
  const fixed = FIXED[keys];
  if (fixed !== undefined) return { command: fixed, isStrong: false };
  if (!settings.singleKeys && isCharacterKey(keys)) return undefined;
  const plain = keys.replace(/^shift\+/u, "");
  for (const command of COMMANDS) {
    const bound = settings.keymap[command];
    if (bound === null) continue;
    if (bound === keys) return { command, isStrong: false };
    if (plain !== keys && bound === plain && STRENGTHENED.has(command)) {
      return { command, isStrong: true };
    }
  }
  return undefined;
}

/** The commands that share a key with another one. */
export function conflictsOf(keymap: Keymap): ReadonlySet<Command> {
  const users = new Map<string, Command[]>();
  for (const command of COMMANDS) {
    const keys = keymap[command];
    if (keys !== null) users.set(keys, [...(users.get(keys) ?? []), command]);
  }
  return new Set([...users.values()].filter((list) => list.length > 1).flat());
}

/** Stored settings, with defaults where a stored value is missing or not understood. */
export function parseKeySettings(stored: unknown): KeySettings {
  if (stored === null || typeof stored !== "object") return DEFAULT_KEY_SETTINGS;
  const { keymap, singleKeys } = stored as { keymap?: unknown; singleKeys?: unknown };
  const given = (keymap ?? {}) as Record<string, unknown>;
  const merged = Object.fromEntries(
    COMMANDS.map((command) => {
      const keys = given[command];
      const isValid = keys === null || (typeof keys === "string" && isBindable(keys));
      return [command, isValid ? keys : DEFAULT_KEYMAP[command]];
    }),
  ) as Record<Command, string | null>;
  return { keymap: merged, singleKeys: singleKeys !== false };
}
