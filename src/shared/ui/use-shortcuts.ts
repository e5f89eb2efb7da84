import { useEffect, useEffectEvent, useId } from "react";
import { matchesKeys } from "./match-keys";
import { shortcutsStore, type Shortcut } from "./shortcuts-store";

/** True when typing goes into `target`, or a dialog covers the screen that owns the shortcut. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "range"].includes(target.type)
  );
}

/**
 * Registers the shortcuts of a screen or panel while it is mounted: they act, show on the `?` sheet
 * and appear in the command palette. `isActive` false leaves them unregistered.
 */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[], isActive = true): void {
  const id = useId();
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
    const typing = isTyping(event.target);
    const hit = shortcuts.find(
      (shortcut) =>
        shortcut.isDocumentedOnly !== true &&
        matchesKeys(event, shortcut.keys) &&
        (!typing || shortcut.worksInFields === true),
    );
    if (hit === undefined) return;
    event.preventDefault();
    hit.run();
  });
  const register = useEffectEvent(() => {
    shortcutsStore.getState().setGroup(id, { title, shortcuts });
  });
  const signature = JSON.stringify([title, shortcuts.map(({ keys, label }) => [keys, label])]);

  // The window's keyboard events are an external system.
  useEffect(() => {
    if (!isActive) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [isActive]);

  // The sheet and the palette read the registry; it follows what is shown, not each new closure.
  useEffect(() => {
    if (!isActive) return;
    register();
    return () => shortcutsStore.getState().setGroup(id, undefined);
  }, [id, isActive, signature]);
}
