/** Fails to compile when a union gains a member that a switch forgot; throws if one slips through. */
export function assertNever(value: never): never {
  throw new Error(`assertNever: unexpected value ${JSON.stringify(value)}`);
}

/** Returns `value`, or throws naming `what` when it is missing. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`required: ${what} is missing`);
  return value;
}
