import type { Type } from "./types.ts";

/**
 * What expressions compute with. Small integers are plain numbers, because nearly all of them are
 * small and JSON holds them so; from 2^53 on they are bigints. So a number is always an `int`, and
 * the rarer doubles and unsigned integers are boxed.
 */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Double
  | Uint
  | Uint8Array
  | Duration
  | Timestamp
  | readonly Value[]
  | MapValue
  | StructValue
  | Optional
  | TypeValue
  | OpaqueValue;

/** What failed in place of a value. It is passed on as values are, for `||` and `&&` may absorb it. */
export class ErrorValue {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export type Result = Value | ErrorValue;

/** A floating point number. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A span of time. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A point in time, in nanoseconds since 1970 in UTC. */
export class Timestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A value that may be missing. */
export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A type as a value. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library: compared by its own rule, used through the library's functions. */
export abstract class OpaqueValue {
  abstract readonly type: Type;
  abstract equals(other: OpaqueValue): boolean;
  /** What size costs are counted by; most have none. */
  get size(): number | undefined {
    return undefined;
  }
  /** How long a named format's pattern may be, which validation is charged by. */
  get patternSize(): number | undefined {
    return undefined;
  }
}

/** A key of a map: bool, int, uint or string. */
export type Key = boolean | string | number | bigint | Uint;

/** A map. Looking up a number finds an equal key of any numeric type. */
export abstract class MapValue {
  abstract readonly size: number;
  abstract get(key: Result): Result | undefined;
  abstract keys(): Iterable<Key>;
}

/** A map that an expression built. */
export class EntriesMap extends MapValue {
  readonly #entries = new Map<string | number | bigint | boolean, readonly [Key, Value]>();

  constructor(entries: Iterable<readonly [Key, Value]>) {
    super();
    for (const entry of entries) {
      const key = mapKey(entry[0]);
      if (key !== undefined) this.#entries.set(key, entry);
    }
  }

  override get size(): number {
    return this.#entries.size;
  }

  override get(key: Result): Value | undefined {
    const normal = mapKey(key);
    return normal === undefined ? undefined : this.#entries.get(normal)?.[1];
  }

  override *keys(): Iterable<Key> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** Equal keys become the same primitive, so that 1, 1u and 1.0 meet; undefined is no key. */
export function mapKey(key: unknown): string | number | bigint | boolean | undefined {
  switch (typeof key) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return key;
    default:
      if (key instanceof Uint) return normalInt(key.value);
      if (key instanceof Double && Number.isInteger(key.value)) return normalInt(BigInt(key.value));
      return undefined;
  }
}

/** An object with declared fields; reads them when they are asked for. */
export abstract class StructValue {
  abstract readonly type: Type;
  /** What `type(value)` is called; what comes from JSON is a map. */
  readonly typeName: string | undefined = undefined;
  /** By the names that expressions use. A declared field that is not set is undefined. */
  abstract get(field: string): Result | undefined;
  /** The fields that are set. */
  abstract fields(): Iterable<string>;
  /** How many fields are set. */
  abstract readonly size: number;
}

/** Fields that are computed when they are first read, such as an admission policy's variables. */
export class LazyStruct extends StructValue {
  override readonly type: Type;
  readonly #fields: ReadonlyMap<string, () => Result>;
  readonly #read = new Map<string, Result>();

  constructor(type: Type, fields: ReadonlyMap<string, () => Result>) {
    super();
    this.type = type;
    this.#fields = fields;
  }

  override get size(): number {
    return this.#fields.size;
  }

  override fields(): Iterable<string> {
    return this.#fields.keys();
  }

  override get(field: string): Result | undefined {
    let value = this.#read.get(field);
    if (value !== undefined) return value;
    value = this.#fields.get(field)?.();
    if (value !== undefined) this.#read.set(field, value);
    return value;
  }
}

/** A list from an API whose order does not count: equal as a set, or by the items' key fields. */
export class AssociativeList extends Array<Value> {
  /** Undefined for sets. */
  keyFields: readonly string[] | undefined = undefined;
  /** Set by whoever knows how values are compared. */
  same: (left: Value, right: Value) => boolean = Object.is;

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

const smallest = BigInt(Number.MIN_SAFE_INTEGER);
const largest = BigInt(Number.MAX_SAFE_INTEGER);

/** The one representation of an int. */
export function normalInt(value: bigint): number | bigint {
  return value >= smallest && value <= largest ? Number(value) : value;
}
