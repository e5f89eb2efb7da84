import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const slotStore = createStore<{ readonly element: HTMLElement | null }>()(() => ({
  element: null,
}));

/** Where the top bar shows the current project or data set; the shell renders it once. */
export function TopBarOutlet({ className }: { readonly className?: string | undefined }) {
  return <div className={className} ref={(element) => slotStore.setState({ element })} />;
}

/** Puts a page's current project or data set into the top bar. */
export function TopBarSlot({ children }: { readonly children: ReactNode }) {
  const element = useStore(slotStore, (state) => state.element);
  return element === null ? null : createPortal(children, element);
}
