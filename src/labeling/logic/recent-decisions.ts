import { taskOf, type DecisionEvent } from "@/domain/labeling/events";
import type { LabelState } from "@/domain/labeling/label-state";

/**
 * The annotator's last decisions that are in force, newest first. A decision that was undone or
 * revised is not listed; its successor is.
 */
export function recentDecisions(
  state: LabelState,
  annotator: string,
  count: number,
): DecisionEvent[] {
  const out: DecisionEvent[] = [];
  const stack = state.undoStacks.get(annotator) ?? [];
  for (let at = stack.length - 1; at >= 0 && out.length < count; at--) {
    const event = state.events.get(stack[at]!);
    if (event?.kind !== "judged" && event?.kind !== "skipped") continue;
    if (state.inForce.get(taskOf(event)!)?.id === event.id) out.push(event);
  }
  return out;
}
