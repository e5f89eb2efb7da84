/** What went wrong, as a closed set: error boundaries and the command line react to the code. */
export type ErrorCode =
  | "webgpu-unavailable"
  | "device-lost"
  | "out-of-memory"
  | "asset-fetch"
  | "asset-integrity"
  | "weights-mismatch"
  | "shape-mismatch"
  | "input-decode"
  | "input-invalid"
  | "token-limit"
  | "generation"
  | "storage-quota"
  | "schema-version"
  | "protocol"
  | "unsupported";

/** Plain values that travel with an error and survive `structuredClone`. */
export type ErrorDetails = Readonly<
  Record<string, string | number | boolean | readonly string[] | null>
>;

/**
 * Base of every error Perigee throws on purpose. The message says where, what was expected, what
 * came, and what to do next; the code says what a caller can do.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryable = options.retryable ?? (code === "device-lost" || code === "asset-fetch");
    this.details = options.details ?? {};
  }
}

/** The error's message, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True when `error` is an AppError with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is AppError {
  return error instanceof AppError && error.code === code;
}

/** What went wrong in plain values: the message, and the code of an error thrown on purpose. */
export function describeError(error: unknown): {
  readonly reason: string;
  readonly code?: ErrorCode;
} {
  return {
    reason: messageOf(error),
    ...(error instanceof AppError ? { code: error.code } : {}),
  };
}
