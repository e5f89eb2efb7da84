import { useState } from "react";
import { FITTED, panned, zoomed, type ViewState } from "../logic/view-state";

export type StageMode = "side" | "overlay" | "slider";

/** Zoom, pan and mode of the stage; both pictures follow one state. */
export interface StageView {
  readonly view: ViewState;
  readonly zoomBy: (factor: number, at?: { readonly x: number; readonly y: number }) => void;
  readonly panBy: (dx: number, dy: number) => void;
  readonly fit: () => void;
}

export function useStageView(): StageView {
  const [view, setView] = useState<ViewState>(FITTED);
  return {
    view,
    zoomBy: (factor, at) => setView((current) => zoomed(current, factor, at)),
    panBy: (dx, dy) => setView((current) => panned(current, dx, dy)),
    fit: () => setView(FITTED),
  };
}
