import type { EventOf, ParamsOf, Priority, RequestName, ResultOf } from "../protocol/messages";

export interface CallOptions<K extends RequestName> {
  readonly signal?: AbortSignal;
  readonly priority?: Priority;
  readonly onEvent?: (event: EventOf<K>) => void;
  readonly transfer?: readonly Transferable[];
}

/** What the page knows of inference. The worker connection and the test fake both implement it. */
export interface InferenceClient {
  /**
   * Sends one request. Rejects with an `AppError`, or with the signal's reason when cancelled.
   */
  call<K extends RequestName>(
    name: K,
    params: ParamsOf<K>,
    options?: CallOptions<K>,
  ): Promise<ResultOf<K>>;
  dispose(): void;
}
