import type { LabelState } from "@/domain/labeling/label-state";

const RECENT = 20;
const ENOUGH = 5;

/** Median of the numbers, or undefined without any. */
export function medianOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Median time in view of the annotator's last 20 judgements, in milliseconds; undefined before there
 * are five. The median, because one coffee break must not change the estimate.
 */
export function recentPace(state: LabelState, annotator: string): number | undefined {
  const times: number[] = [];
  const stack = state.undoStacks.get(annotator) ?? [];
  for (let at = stack.length - 1; at >= 0 && times.length < RECENT; at--) {
    const event = state.events.get(stack[at]!);
    if (event?.kind === "judged") times.push(event.activeMs);
  }
  return times.length < ENOUGH ? undefined : medianOf(times);
}
