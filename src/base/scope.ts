/**
 * Owns background tasks: every promise has an owner that stops it, waits for it and hears of its
 * failure. Closing aborts the tasks and resolves when the last one has returned.
 */
export class Scope implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  readonly #onFailure: (task: string, error: unknown) => void;
  #closers: (() => void | Promise<void>)[] = [];

  /** `onFailure` hears errors of tasks, except those that follow from closing. */
  constructor(options: {
    onFailure: (task: string, error: unknown) => void;
    signal?: AbortSignal;
  }) {
    this.#onFailure = options.onFailure;
    const outer = options.signal;
    if (outer?.aborted) this.#controller.abort(outer.reason);
    outer?.addEventListener("abort", () => this.#controller.abort(outer.reason), { once: true });
  }

  /** Aborts when the scope closes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task. It should return soon after its signal aborts. */
  run(name: string, task: (signal: AbortSignal) => void | Promise<void>): void {
    const promise = (async () => {
      try {
        await task(this.signal);
      } catch (error) {
        if (!this.signal.aborted) this.#onFailure(name, error);
      }
    })();
    this.#tasks.add(promise);
    void promise.then(() => this.#tasks.delete(promise));
  }

  /** Runs at closing, last registered first, after the tasks were told to stop. */
  onClose(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  async close(reason: unknown = new ClosedError()): Promise<void> {
    if (!this.signal.aborted) this.#controller.abort(reason);
    const closers = this.#closers.reverse();
    this.#closers = [];
    for (const close of closers) {
      try {
        await close();
      } catch (error) {
        this.#onFailure("close", error);
      }
    }
    await Promise.all(this.#tasks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export class ClosedError extends Error {
  override name = "ClosedError";
  constructor(message = "closed") {
    super(message);
  }
}
