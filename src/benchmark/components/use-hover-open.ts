import { useRef, useState } from "react";

const LEAVE_MS = 160;

/**
 * Open while the pointer is on the target or the card. Pressing keeps it open until the next press: a
 * tap, which points first, opens too.
 */
export function useHoverOpen() {
  const [state, setState] = useState<"closed" | "pointed" | "kept">("closed");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const enter = () => {
    clearTimeout(timer.current);
    setState((old) => (old === "closed" ? "pointed" : old));
  };
  const leave = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => setState((old) => (old === "pointed" ? "closed" : old)),
      LEAVE_MS,
    );
  };
  return {
    isOpen: state !== "closed",
    press: () => setState((old) => (old === "kept" ? "closed" : "kept")),
    close: () => setState("closed"),
    pointer: { onMouseEnter: enter, onMouseLeave: leave },
  };
}
