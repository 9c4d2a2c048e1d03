/**
 * Equal things made once: whoever asks with an equal key gets the same value, so that what is
 * known of it can be kept with it. The oldest are forgotten beyond `max`, and made anew.
 */
export class Interned<V> {
  readonly #max: number;
  readonly #values = new Map<string, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string, make: () => V): V {
    let value = this.#values.get(key);
    if (value !== undefined) return value;
    value = make();
    this.#values.set(key, value);
    if (this.#values.size > this.#max) {
      const oldest = this.#values.keys().next();
      if (!oldest.done) this.#values.delete(oldest.value);
    }
    return value;
  }
}
