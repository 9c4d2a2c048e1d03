const firstMs = 1_000;
const longestMs = 15 * 60_000;

/** How long failed pods of a node are left alone: twice as long each time. */
export class FailedPods {
  readonly #pauses = new Map<string, { since: number; ms: number }>();

  /** 0: the next failed pod may be deleted now. */
  msToRetry(key: string, now: number): number {
    const pause = this.#pauses.get(key);
    return pause && !isForgotten(pause, now) ? Math.max(0, pause.since + pause.ms - now) : 0;
  }

  deleted(key: string, now: number): void {
    for (const [other, pause] of this.#pauses) {
      if (isForgotten(pause, now)) this.#pauses.delete(other);
    }
    const before = this.#pauses.get(key);
    const ms = before ? Math.min(longestMs, 2 * before.ms) : firstMs;
    this.#pauses.set(key, { since: now, ms });
  }
}

function isForgotten({ since }: { since: number }, now: number): boolean {
  return now - since > 2 * longestMs;
}
