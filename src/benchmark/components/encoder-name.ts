import { msg } from "@lingui/core/macro";
import type { MessageDescriptor } from "@lingui/core";
import type { BaselineId } from "@/domain/benchmark/baselines";
import type { Stage } from "../logic/stage-encoder";
import type { EncoderChoice, RunState } from "../store/bench-store";

const BASELINES: Readonly<Record<BaselineId, MessageDescriptor>> = {
  "baseline-color": msg`Baseline: colour histogram`,
  "baseline-words": msg`Baseline: bag of words`,
  "baseline-both": msg`Baseline: words and colours`,
};

const STAGE_NAMES: Readonly<Record<Stage, MessageDescriptor>> = {
  generative: msg`MOON 1: generative`,
  contrastive: msg`MOON 2: contrastive`,
  purchase: msg`MOON 3: purchases`,
  moon2: msg`MOON2.0, as many steps`,
};

/** An encoder's name as people read it. */
export function encoderName(
  { key, model, stage, imported, width }: EncoderChoice,
  translate: (message: MessageDescriptor) => string,
): string {
  const known = model?.name ?? (stage && translate(STAGE_NAMES[stage]));
  if (known !== undefined) return width === undefined ? known : `${known} (${width})`;
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
