import type { Entry, Revision } from "../store.ts";

/** A state that is being read, part by part, and those who follow it meanwhile. */
export class Loading {
  readonly #parts: (readonly Entry[])[] = [];
  #end: { readonly revision: Revision } | { readonly failure: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  get hasBegun(): boolean {
    return this.#parts.length > 0;
  }

  add(part: readonly Entry[]): void {
    this.#parts.push(part);
    this.#tell();
  }

  end(revision: Revision): void {
    this.#end = { revision };
    this.#tell();
  }

  fail(failure: unknown): void {
    this.#end = { failure };
    this.#tell();
  }

  /**
   * What is under the prefix, in the order in which it is read, from the beginning. Returns the
   * revision of it all; undefined when the signal aborts.
   */
  async *follow(
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Entry[], Revision | undefined, undefined> {
    const onAbort = () => this.#tell();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (let index = 0; !signal.aborted;) {
        const part = this.#parts[index];
        if (part) {
          index++;
          const entries = part.filter(({ key }) => key.startsWith(prefix));
          if (entries.length > 0) yield entries;
        } else if (this.#end) {
          if ("failure" in this.#end) throw this.#end.failure;
          return this.#end.revision;
        } else await this.#changed.promise;
      }
      return undefined;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
