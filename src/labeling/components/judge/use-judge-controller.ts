import { useEffect, useState } from "react";
import type { LabelingPair } from "@/domain/labeling/records";
import {
  createJudgeController,
  type JudgeController,
  type JudgeOptions,
} from "../../store/judge-store";
import type { ImageSource } from "../../store/image-source";
import type { ProjectHandle } from "../../store/open-project";
import type { Task } from "../../logic/queue";

/** Reads and decodes the next pairs while the annotator looks at this one. */
function prefetch(controller: JudgeController, handle: ProjectHandle, images: ImageSource): void {
  const { task, upcoming } = controller.store.getState();
  const { creatives } = handle.store.getState();
  const load = ({ pair }: { readonly pair: LabelingPair }) => {
    for (const id of [pair.a, pair.b]) {
      const creative = creatives.get(id);
      // A broken image shows its error when its pair comes up.
      if (creative !== undefined) images.load(creative).catch(() => undefined);
    }
  };
  if (task !== undefined) load(task);
  upcoming.forEach(load);
}

export interface ControllerRequest extends Omit<JudgeOptions, "handle"> {
  readonly handle: ProjectHandle;
  readonly images: ImageSource;
}

/** The judging controller of one annotator, alive while the screen is. */
export function useJudgeController(request: ControllerRequest): JudgeController | undefined {
  const { handle, images, annotator, mode, language, clock, newId, pairId, gain, suggestionFor } =
    request;
  const [controller, setController] = useState<JudgeController>();

  // The log, the page's visibility and image decoding are external systems.
  useEffect(() => {
    const made = createJudgeController({
      handle,
      annotator,
      mode,
      language,
      clock,
      newId,
      pairId,
      gain,
      suggestionFor,
    });
    let lastTask: Task | undefined;
    const stopPrefetch = made.store.subscribe((state) => {
      if (state.task === lastTask) return;
      lastTask = state.task;
      prefetch(made, handle, images);
    });
    const onVisibility = () =>
      document.visibilityState === "hidden" ? made.pauseTimer() : made.resumeTimer();
    document.addEventListener("visibilitychange", onVisibility);
    let isCurrent = true;
    made
      .start()
      .catch((error: unknown) => made.store.setState({ error }))
      .finally(() => {
        if (isCurrent) setController(made);
      });
    return () => {
      isCurrent = false;
      document.removeEventListener("visibilitychange", onVisibility);
      stopPrefetch();
      made.stop();
    };
  }, [handle, images, annotator, mode, language, clock, newId, pairId, gain, suggestionFor]);

  return controller;
}
