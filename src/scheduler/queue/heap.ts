/** A priority queue of things with keys; `before` says which comes out first. */
export class KeyedHeap<T extends { readonly key: string }> {
  readonly #before: (left: T, right: T) => boolean;
  readonly #items: T[] = [];
  readonly #positions = new Map<string, number>();

  constructor(before: (left: T, right: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  get(key: string): T | undefined {
    const position = this.#positions.get(key);
    return position === undefined ? undefined : this.#items[position];
  }

  add(item: T): void {
    this.remove(item.key);
    this.#items.push(item);
    this.#positions.set(item.key, this.#items.length - 1);
    this.#up(this.#items.length - 1);
  }

  remove(key: string): T | undefined {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const item = this.#items[position];
    const last = this.#items.pop();
    this.#positions.delete(key);
    if (last && position < this.#items.length) {
      this.#put(last, position);
      this.#down(this.#up(position));
    }
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#positions.clear();
  }

  values(): readonly T[] {
    return this.#items;
  }

  #up(from: number): number {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#goesBefore(position, parent)) break;
      this.#swap(position, parent);
      position = parent;
    }
    return position;
  }

  #down(from: number): void {
    let position = from;
    for (;;) {
      let first = position;
      for (const child of [2 * position + 1, 2 * position + 2]) {
        if (child < this.#items.length && this.#goesBefore(child, first)) first = child;
      }
      if (first === position) return;
      this.#swap(position, first);
      position = first;
    }
  }

  #goesBefore(left: number, right: number): boolean {
    const [a, b] = [this.#items[left], this.#items[right]];
    return a !== undefined && b !== undefined && this.#before(a, b);
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#items[left], this.#items[right]];
    if (a && b) {
      this.#put(b, left);
      this.#put(a, right);
    }
  }

  #put(item: T, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item.key, position);
  }
}
