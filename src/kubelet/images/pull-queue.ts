/**
 * Runs work with at most `parallel` at a time, and once for all who ask with the same key. The
 * work goes on while anybody waits for it, and is aborted when the last one has left.
 */
export class PullQueue<T> {
  readonly #parallel: number;
  readonly #running = new Map<string, Shared<T>>();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(options: { parallel: number }) {
    this.#parallel = options.parallel;
  }

  async run(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    let shared = this.#running.get(key);
    if (!shared) {
      const controller = new AbortController();
      shared = { controller, waiters: 0, result: this.#take(controller.signal, work) };
      this.#running.set(key, shared);
      const own = shared;
      const forget = () => {
        if (this.#running.get(key) === own) this.#running.delete(key);
      };
      shared.result.then(forget, forget);
    }
    return await this.#wait(key, shared, signal);
  }

  async #wait(key: string, shared: Shared<T>, signal: AbortSignal): Promise<T> {
    shared.waiters++;
    let onAbort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
    });
    try {
      return await Promise.race([shared.result, aborted]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      shared.waiters--;
      if (shared.waiters === 0 && this.#running.get(key) === shared) {
        this.#running.delete(key);
        shared.controller.abort(new Error("nobody waits for the image any more"));
      }
    }
  }

  async #take(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    while (this.#active >= this.#parallel) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (signal.aborted) {
        this.#waiting.shift()?.();
        throw signal.reason;
      }
    }
    this.#active++;
    try {
      return await work(signal);
    } finally {
      this.#active--;
      this.#waiting.shift()?.();
    }
  }
}

interface Shared<T> {
  readonly controller: AbortController;
  readonly result: Promise<T>;
  waiters: number;
}
