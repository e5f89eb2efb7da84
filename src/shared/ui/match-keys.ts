/** The part of a keyboard event that a shortcut looks at. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * True when `press` is the shortcut `keys`. Shift is compared only for named keys and letters:
 * symbols such as `?` already hold it, differently on every keyboard layout.
 */
export function matchesKeys(press: KeyPress, keys: string): boolean {
  const parts = keys.toLowerCase().split("+");
  const key = parts.at(-1) ?? "";
  const wantsMod = parts.includes("mod");
  const wantsShift = parts.includes("shift");
  if (press.key.toLowerCase() !== key) return false;
  if ((press.ctrlKey || press.metaKey) !== wantsMod) return false;
  if (press.altKey) return false;
  const isSymbol = key.length === 1 && !/[a-z]/.test(key);
  return isSymbol || press.shiftKey === wantsShift;
}
