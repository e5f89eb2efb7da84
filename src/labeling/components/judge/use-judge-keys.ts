import { useEffect, useEffectEvent } from "react";
import { commandOf, type KeyHit, type KeySettings } from "../../logic/keymap";

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)
  );
}

/** Controls that Enter activates by themselves; on answers and reasons Enter confirms the pair. */
function ownsEnter(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const control = target.closest("button, a[href], summary, [role=menuitem], [role=option]");
  return control !== null && control.getAttribute("data-enter") !== "confirm";
}

/** Groups that use the arrow keys themselves: menus, tabs, sliders, radio groups. */
function ownsArrows(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("[role=menu], [role=tablist], [role=radiogroup], [role=listbox]") !== null
  );
}

/** Listens to the judging keys while nothing covers the screen. */
export function useJudgeKeys(
  settings: KeySettings,
  isActive: boolean,
  onCommand: (hit: KeyHit) => void,
): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
    const typing = isField(event.target);
    const hit = commandOf(event, settings, typing);
    if (hit === undefined) return;
    if (event.key === "Enter" && !typing && ownsEnter(event.target)) return;
    if (event.key.startsWith("Arrow") && ownsArrows(event.target)) return;
    event.preventDefault();
    // A held key must not answer ten questions.
    if (!event.repeat) onCommand(hit);
  });

  // The window's keyboard events are an external system.
  useEffect(() => {
    if (!isActive) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [isActive]);
}
