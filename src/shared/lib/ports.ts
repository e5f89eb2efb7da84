/** Time as a dependency, so that logic stays pure and tests do not wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Makes ids that sort by creation time (ULID or similar). */
export type IdSource = () => string;
