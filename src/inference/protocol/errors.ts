import { AppError, messageOf, type ErrorCode, type ErrorDetails } from "@/shared/lib/errors";

/** An error as data: what crosses the worker boundary. */
export interface WireError {
  readonly kind: "app" | "abort" | "other";
  readonly code?: ErrorCode;
  readonly retryable: boolean;
  readonly name: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
}

/** Turns whatever was thrown into data. */
export function toWire(error: unknown): WireError {
  const stack = error instanceof Error ? error.stack : undefined;
  const base = { message: messageOf(error), ...(stack === undefined ? {} : { stack }) };
  if (error instanceof AppError) {
    const { code, retryable, name, details } = error;
    return { kind: "app", code, retryable, name, details, ...base };
  }
  const name = error instanceof Error || error instanceof DOMException ? error.name : "Error";
  const kind = name === "AbortError" ? "abort" : "other";
  return { kind, retryable: false, name, details: {}, ...base };
}

/** Rebuilds the error on the other side, with its class, code and remote stack. */
export function fromWire(wire: WireError): Error {
  if (wire.kind === "abort") return new DOMException(wire.message, "AbortError");
  const options = { details: wire.details, retryable: wire.retryable };
  const error = new AppError(wire.code ?? "protocol", wire.message, options);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
