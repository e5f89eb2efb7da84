import { msg } from "@lingui/core/macro";
import type { MessageDescriptor } from "@lingui/core";
import type { BaselineId } from "@/domain/benchmark/baselines";
import type { EncoderChoice, RunState } from "../store/bench-store";

const BASELINES: Readonly<Record<BaselineId, MessageDescriptor>> = {
  "baseline-color": msg`Baseline: colour histogram`,
  "baseline-words": msg`Baseline: bag of words`,
  "baseline-both": msg`Baseline: words and colours`,
};

/** An encoder's name as people read it. */
export function encoderName(
  { key, model, imported, width }: EncoderChoice,
  translate: (message: MessageDescriptor) => string,
): string {
  if (model !== undefined) return width === undefined ? model.name : `${model.name} (${width})`;
  if (imported !== undefined) return imported.name;
  return translate(BASELINES[key as BaselineId]);
}

/** The names that people read, by the id under which results are kept. */
export function createNames(
  runs: readonly RunState[],
  translate: (message: MessageDescriptor) => string,
): (id: string) => string {
  const names = new Map(
    runs.map(({ choice, run }) => [run?.encoder.id ?? choice.key, encoderName(choice, translate)]),
  );
  return (id) => names.get(id) ?? id;
}
