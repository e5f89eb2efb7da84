import { AppError } from "@/shared/lib/errors";
import type { EventOf, ParamsOf, RequestName, ResultOf } from "../protocol/messages";
import type { CallOptions, InferenceClient } from "./inference-client";

/** What a scripted answer can do besides returning its result. */
export interface FakeCall<K extends RequestName> {
  readonly emit: (event: EventOf<K>) => void;
  readonly signal: AbortSignal;
  /** How often this request was asked before. */
  readonly turn: number;
}

/** The answers of a fake client: one function per request that the test expects. */
export type FakeAnswers = {
  readonly [K in RequestName]?: (
    params: ParamsOf<K>,
    call: FakeCall<K>,
  ) => ResultOf<K> | Promise<ResultOf<K>>;
};

/** A request as the fake saw it. */
export type RecordedCall = {
  [K in RequestName]: { readonly name: K; readonly params: ParamsOf<K> };
}[RequestName];

export interface FakeClient extends InferenceClient {
  /** Every request so far, in order. */
  readonly calls: readonly RecordedCall[];
  /** Adds or replaces answers. */
  answer(more: FakeAnswers): void;
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's reason, as is
      reject(signal.reason);
    };
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}

/**
 * An `InferenceClient` without a worker, for tests of the interface. Answers are scripted; a request
 * without one rejects, so that a test cannot pass by accident. Cancelling rejects with the signal's
 * reason at once, as the real client does.
 */
export function createFakeClient(answers: FakeAnswers = {}): FakeClient {
  const calls: RecordedCall[] = [];
  const turns = new Map<RequestName, number>();
  const closed = new AbortController();
  let scripted: FakeAnswers = answers;
  return {
    calls,
    answer(more) {
      scripted = { ...scripted, ...more };
    },
    async call<K extends RequestName>(
      name: K,
      params: ParamsOf<K>,
      options: CallOptions<K> = {},
    ): Promise<ResultOf<K>> {
      const signal = AbortSignal.any([closed.signal, ...(options.signal ? [options.signal] : [])]);
      signal.throwIfAborted();
      calls.push({ name, params } as RecordedCall);
      const turn = turns.get(name) ?? 0;
      turns.set(name, turn + 1);
      const answer = scripted[name];
      if (answer === undefined) {
        throw new AppError("protocol", `fake client: no answer is scripted for "${name}"`);
      }
      const emit = (event: EventOf<K>): void => {
        if (!signal.aborted) options.onEvent?.(event);
      };
      // A real answer never comes in the same tick.
      await Promise.resolve();
      const result = Promise.resolve(answer(params, { emit, signal, turn }));
      return await Promise.race([result, never(signal)]);
    },
    dispose() {
      closed.abort(new DOMException("The client is closed.", "AbortError"));
    },
  };
}
