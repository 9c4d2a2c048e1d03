import { isRow, setKey } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { failed } from "./error.ts";

/**
 * What a file's fields hold. Files are decoded with the rules that users know from Go's JSON: names
 * in any case, unknown ones refused where that is wished, and mistakes told in its words.
 */
export interface Shape<T> {
  /** As Go writes the type. */
  readonly type: string;
  /** `undefined` where nothing is given. */
  decode(value: unknown, at: Place): T | undefined;
}

export interface Place {
  /** The innermost struct, for messages. */
  readonly struct: string;
  readonly path: readonly string[];
  /** Whether unknown fields are mistakes. */
  readonly strict: boolean;
  /** Whether numbers and booleans pass for text. */
  readonly lenient: boolean;
}

export type Decoded<S> = S extends Shape<infer T> ? T : never;

export function decodeAs<T>(
  shape: Shape<T>,
  value: unknown,
  how: { readonly strict: boolean; readonly lenient?: boolean },
): T | undefined {
  const place = { struct: "", path: [], strict: how.strict, lenient: how.lenient ?? false };
  return shape.decode(value, place);
}

function mismatch(value: unknown, type: string, { struct, path }: Place, shown?: string) {
  const into =
    struct === ""
      ? `value of type ${type}`
      : `struct field ${struct}.${path.join(".")} of type ${type}`;
  return failed(`json: cannot unmarshal ${shown ?? kindOf(value)} into Go ${into}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

export const text: Shape<string> = {
  type: "string",
  decode(value, at) {
    if (value === null || value === undefined) return undefined;
    if (typeof value === "string") return value;
    const scalar = typeof value === "number" || typeof value === "boolean";
    if (at.lenient && scalar) return String(value);
    throw mismatch(value, this.type, at);
  },
};

export const flag: Shape<boolean> = {
  type: "bool",
  decode(value, at) {
    if (value === null || value === undefined) return undefined;
    if (typeof value === "boolean") return value;
    throw mismatch(value, this.type, at);
  },
};

export function integer(type: "int" | "int64"): Shape<number> {
  return {
    type,
    decode(value, at) {
      if (value === null || value === undefined) return undefined;
      if (typeof value !== "number") throw mismatch(value, type, at);
      if (!Number.isInteger(value)) throw mismatch(value, type, at, `number ${value}`);
      return value;
    },
  };
}

/** Any JSON. */
export const anything: Shape<unknown> = {
  type: "interface {}",
  decode: (value) => value ?? undefined,
};

export function list<T>(item: Shape<T>, empty: T): Shape<readonly T[]> {
  return {
    type: `[]${item.type}`,
    decode(value, at) {
      if (value === null || value === undefined) return undefined;
      if (!Array.isArray(value)) throw mismatch(value, this.type, at);
      return (value as unknown[]).map((element) => item.decode(element, at) ?? empty);
    },
  };
}

export const texts = list(text, "");

export function mapOf<T>(item: Shape<T>, empty: T): Shape<Readonly<Record<string, T>>> {
  return {
    type: `map[string]${item.type}`,
    decode(value, at) {
      if (value === null || value === undefined) return undefined;
      if (!isRow(value)) throw mismatch(value, this.type, at);
      const decoded: Record<string, T> = {};
      for (const key of Object.keys(value).sort()) {
        setKey(decoded, key, item.decode(value[key], at) ?? empty);
      }
      return decoded;
    },
  };
}

export const textMapShape = mapOf(text, "");

type Fields = Readonly<Record<string, Shape<unknown>>>;

export type StructOf<F extends Fields> = {
  readonly [K in keyof F]?: Decoded<F[K]>;
};

/** Where Go embeds structs in each other, messages name them on the way to the field. */
export interface StructOptions {
  /** In front of the type in messages. */
  readonly package?: string;
  readonly embedded?: Readonly<Record<string, string>>;
}

export function struct<const F extends Fields>(
  name: string,
  fields: F,
  options: StructOptions = {},
): Shape<StructOf<F>> {
  const names = Object.keys(fields);
  const byLowerCase = new Map(names.map((field) => [field.toLowerCase(), field]));
  return {
    type: `${options.package ?? "types"}.${name}`,
    decode(value, at) {
      if (value === null || value === undefined) return undefined;
      if (!isRow(value)) throw mismatch(value, this.type, at);
      const decoded: Row = {};
      for (const key of Object.keys(value).sort()) {
        const field = fields[key] ? key : byLowerCase.get(key.toLowerCase());
        const shape = field === undefined ? undefined : fields[field];
        if (field === undefined || !shape) {
          if (at.strict) throw failed(`json: unknown field ${JSON.stringify(key)}`);
          continue;
        }
        const way = options.embedded?.[field]?.split(".") ?? [];
        const place = { ...at, struct: name, path: [...at.path, ...way, field] };
        const item = shape.decode(value[key], place);
        if (item !== undefined) decoded[field] = item;
      }
      return decoded as StructOf<F>;
    },
  };
}
