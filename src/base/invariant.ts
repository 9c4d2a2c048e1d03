/** Throws when the program itself is wrong. Bad input is not an invariant: it gets an answer. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

export class InvariantError extends Error {
  override name = "InvariantError";
}

/** The value, or an `InvariantError` where the program has lost what it must have. */
export function required<T>(value: T | null | undefined, message: string): T {
  if (value === undefined || value === null) throw new InvariantError(message);
  return value;
}
