import type { ModelSummary, StepProgress } from "@/inference/protocol/messages";
import type { Clock } from "@/shared/lib/ports";
import { coupleKey } from "../logic/build-pairs";
import { opinionsKey, type ModelOpinions, type Reading } from "../logic/model-opinions";
import { askSelector, type SelectorAccess } from "../store/ask-selector";

/** Readings between two saves: a closed tab loses at most these. */
const SAVE_EVERY = 5;

export interface OpinionsRequest extends SelectorAccess {
  readonly clock: Clock;
  readonly model: ModelSummary;
  readonly couples: readonly (readonly [string, string])[];
  /** What is known already; dropped when it came from another model. */
  readonly known: ModelOpinions | undefined;
}

export interface OpinionsReport {
  readonly opinions: ModelOpinions;
  /** Couples that could not be read, with the first reason. */
  readonly failures: number;
  readonly firstFailure: unknown;
}

/**
 * Lets the selector read couples in both display orders, and keeps what it says as it comes. A couple
 * that cannot be read is counted and left out; cancelling keeps what was read.
 */
export async function readOpinions(
  request: OpinionsRequest,
  signal: AbortSignal,
  onProgress: (progress: StepProgress) => void,
): Promise<OpinionsReport> {
  const { model, couples, known, handle, clock } = request;
  const { id, revision } = model;
  const isSame = known?.model === id && known.revision === revision;
  const readings: Record<string, Reading> = { ...(isSame ? known.readings : {}) };
  const current = (): ModelOpinions => ({ model: id, revision, readings: { ...readings } });
  const key = opinionsKey(handle.store.getState().project.id);
  const save = () => handle.repository.saveSetting(key, current());
  let failures = 0;
  let firstFailure: unknown;
  const started = clock.now();

  for (const [at, [first, second]] of couples.entries()) {
    if (signal.aborted) break;
    try {
      const { runs } = await askSelector(request, model, [first, second], {
        priority: "batch",
        signal,
      });
      // The second run shows the first creative on the right: its A is the second creative.
      readings[coupleKey(first, second)] = {
        onLeft: runs[0].probabilityA,
        onRight: 1 - runs[1].probabilityA,
      };
    } catch (error) {
      if (signal.aborted) break;
      failures++;
      firstFailure ??= error;
    }
    const done = at + 1;
    if (done % SAVE_EVERY === 0) await save();
    onProgress({
      step: "score",
      done,
      total: couples.length,
      unit: "items",
      remainingMs: ((clock.now() - started) / done) * (couples.length - done),
    });
  }
  await save();
  return { opinions: current(), failures, firstFailure };
}
