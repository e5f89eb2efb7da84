import { useRef, useState } from "react";

const LEAVE_MS = 160;

/** Open while the pointer is on the target or the card; pressing toggles, for keys and touch. */
export function useHoverOpen() {
  const [isOpen, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const enter = () => {
    clearTimeout(timer.current);
    setOpen(true);
  };
  const leave = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(false), LEAVE_MS);
  };
  return {
    isOpen,
    setOpen,
    pointer: { onMouseEnter: enter, onMouseLeave: leave },
  };
}
