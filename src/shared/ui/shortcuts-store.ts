import { createStore } from "zustand/vanilla";

/** One keyboard command of the current screen. */
export interface Shortcut {
  /** Keys joined by `+`, lower case, `mod` for ⌘ or Ctrl: `mod+k`, `s`, `shift+?`, `arrowleft`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
  /** True to act while a text field has the focus as well. */
  readonly worksInFields?: boolean;
  /** True to list it on the sheet without listening: something else handles the key. */
  readonly isDocumentedOnly?: boolean;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

interface ShortcutsState {
  readonly groups: ReadonlyMap<string, ShortcutGroup>;
  readonly setGroup: (id: string, group: ShortcutGroup | undefined) => void;
}

/** The groups registered by what is on screen; the sheet and the command palette list them. */
export const shortcutsStore = createStore<ShortcutsState>()((set) => ({
  groups: new Map(),
  setGroup: (id, group) =>
    set((state) => {
      const groups = new Map(state.groups);
      if (group === undefined) groups.delete(id);
      else groups.set(id, group);
      return { groups };
    }),
}));
