interface Stored {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
}

/** What was made of each object, as long as it stays the same and is there. */
export class Compiled<T extends Stored, C> {
  readonly #make: (object: T) => C;
  #entries = new Map<string, { readonly version: string; readonly compiled: C }>();

  constructor(make: (object: T) => C) {
    this.#make = make;
  }

  /** Forgets all others. */
  all(objects: readonly T[]): { readonly object: T; readonly compiled: C }[] {
    const entries = new Map<string, { readonly version: string; readonly compiled: C }>();
    const result = objects.map((object) => {
      const { uid, resourceVersion: version } = object.metadata;
      const known = this.#entries.get(uid);
      const compiled = known?.version === version ? known.compiled : this.#make(object);
      entries.set(uid, { version, compiled });
      return { object, compiled };
    });
    this.#entries = entries;
    return result;
  }
}
