/** What keeps a kustomization from being built, in the words that a user of the stock one knows. */
export class KustomizeError extends Error {
  override name = "KustomizeError";
}

export function failed(message: string): KustomizeError {
  return new KustomizeError(message);
}

/** Runs a step; what fails in it is told with the step's name before it. */
export function within<T>(step: string | (() => string), run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw wrapped(step, error);
  }
}

export async function withinAsync<T>(
  step: string | (() => string),
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw wrapped(step, error);
  }
}

function wrapped(step: string | (() => string), error: unknown): unknown {
  if (!(error instanceof KustomizeError)) return error;
  const prefix = typeof step === "string" ? step : step();
  const wrapped = new KustomizeError(`${prefix}: ${error.message}`, { cause: error });
  return wrapped;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error of a class below what was wrapped around it. */
export function causeOf<T extends Error>(
  error: unknown,
  type: abstract new (...args: never[]) => T,
): T | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof type) return at;
  return undefined;
}
