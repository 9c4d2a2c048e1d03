import { ExitError } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";

/**
 * Work whose end is waited for, and which the person may leave by Ctrl-C: the command then fails
 * like any other, and says nothing. Elsewhere it ends as a program does that the signal killed.
 */
export async function interruptible<T>(
  { signal }: Pick<Kubectl, "signal">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    if (!signal.aborted) return result;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw new ExitError(1);
}
