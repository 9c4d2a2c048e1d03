import { TimeoutError } from "#base/clock.ts";
import type { ObjectReference } from "#client/client.ts";
import type { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";
import { isAtLeast } from "#client/object.ts";

/** A write of ours that an informer must have shown before we decide anything again. */
export interface Expectation {
  readonly informer: Pick<Informer<ApiObject>, "get" | "resourceVersion" | "until">;
  readonly reference: ObjectReference;
  readonly uid: string;
  /** The version written; missing for a deletion. */
  readonly resourceVersion?: string;
}

/** With the loop's timeout as long as upstream's expectations last: five minutes. */
const timeoutsMax = 10;

/**
 * Remembers what a controller wrote for each key, so that no pass counts on a cache that does not
 * have it yet. (Upstream counts creations and deletions; we know the very objects.)
 */
export class Expectations {
  readonly #pending = new Map<string, Expectation[]>();
  /** How often they were waited for in vain, in a row. */
  readonly #timeouts = new Map<string, number>();

  expect(key: string, expectation: Expectation): void {
    const pending = this.#pending.get(key);
    if (pending) pending.push(expectation);
    else this.#pending.set(key, [expectation]);
  }

  /** Resolves when the caches show all that was written; rejects with a `TimeoutError`. */
  async settled(key: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const pending = this.#pending.get(key);
    if (!pending) return;
    try {
      for (const expectation of pending) {
        await expectation.informer.until(() => isMet(expectation), timeoutMs, signal);
      }
    } catch (error) {
      if (error instanceof TimeoutError) this.#giveUp(key);
      throw error;
    }
    this.forget(key);
  }

  forget(key: string): void {
    this.#pending.delete(key);
    this.#timeouts.delete(key);
  }

  /** What was expected may be wrong: better to decide on what there is than never again. */
  #giveUp(key: string): void {
    const timeouts = (this.#timeouts.get(key) ?? 0) + 1;
    if (timeouts < timeoutsMax) this.#timeouts.set(key, timeouts);
    else this.forget(key);
  }
}

function isMet({ informer, reference, uid, resourceVersion }: Expectation): boolean {
  const object = informer.get(reference);
  if (object?.metadata.uid === uid) {
    if (resourceVersion === undefined) return object.metadata.deletionTimestamp !== undefined;
    if (isAtLeast(object.metadata.resourceVersion, resourceVersion)) return true;
  }
  if (resourceVersion === undefined) return object?.metadata.uid !== uid;
  // The informer is past our write and does not have it: it is gone already.
  return informer.resourceVersion !== "" && isAtLeast(informer.resourceVersion, resourceVersion);
}
