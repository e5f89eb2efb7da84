import { useLingui } from "@lingui/react/macro";
import { QUESTION_IDS } from "@/domain/evaluation-protocol";
import { useShortcuts } from "@/shared/ui/use-shortcuts";
import type { Heat } from "./use-heat";
import type { StageMode, StageView } from "./use-view";

/** How far one arrow key moves the pictures, in shares of the stage. */
const PAN_STEP = 0.1;

/** The keyboard of the workbench. */
export function useCompareShortcuts({
  stage,
  onMode,
  onCompare,
  onSwap,
  onCancel,
  heat,
}: {
  readonly stage: StageView;
  readonly onMode: (mode: StageMode) => void;
  readonly onCompare: () => void;
  readonly onSwap: () => void;
  readonly onCancel: () => void;
  readonly heat: Heat;
}): void {
  const { t } = useLingui();
  function showNext(step: 1 | -1) {
    const at = heat.shown === undefined ? -1 : QUESTION_IDS.indexOf(heat.shown);
    const start = at === -1 && step === -1 ? 0 : at;
    heat.show(QUESTION_IDS[(start + step + QUESTION_IDS.length) % QUESTION_IDS.length]);
  }
  useShortcuts(t`Compare`, [
    { keys: "mod+enter", label: t`Compare`, run: onCompare, worksInFields: true },
    { keys: "escape", label: t`Cancel the comparison`, run: onCancel },
    { keys: "x", label: t`Exchange the sides`, run: onSwap },
    { keys: "1", label: t`Side by side`, run: () => onMode("side") },
    { keys: "2", label: t`Overlay`, run: () => onMode("overlay") },
    { keys: "3", label: t`Slider`, run: () => onMode("slider") },
    { keys: "+", label: t`Zoom in`, run: () => stage.zoomBy(1.5) },
    { keys: "-", label: t`Zoom out`, run: () => stage.zoomBy(1 / 1.5) },
    { keys: "0", label: t`Fit`, run: stage.fit },
    { keys: "shift+arrowleft", label: t`Move left`, run: () => stage.panBy(PAN_STEP, 0) },
    { keys: "shift+arrowright", label: t`Move right`, run: () => stage.panBy(-PAN_STEP, 0) },
    { keys: "shift+arrowup", label: t`Move up`, run: () => stage.panBy(0, PAN_STEP) },
    { keys: "shift+arrowdown", label: t`Move down`, run: () => stage.panBy(0, -PAN_STEP) },
    { keys: "j", label: t`Heatmap of the next reason`, run: () => showNext(1) },
    { keys: "k", label: t`Heatmap of the reason before`, run: () => showNext(-1) },
    { keys: "h", label: t`Hide the heatmap`, run: () => heat.show(undefined) },
  ]);
}
