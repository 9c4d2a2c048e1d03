/**
 * Types of expressions and of the variables that they may use. A struct's fields are found lazily,
 * because API types are large and refer to themselves.
 */
export type Type =
  | { readonly kind: SimpleKind; readonly maxElements?: number }
  | {
      readonly kind: "list";
      readonly item: Type;
      readonly maxElements?: number;
      /** The order does not count: a set, or items told apart by these fields. */
      readonly associative?: "set" | readonly string[];
    }
  | {
      readonly kind: "map";
      readonly key: Type;
      readonly value: Type;
      readonly maxElements?: number;
    }
  | StructType
  /** Types of libraries (IP, optional_type, …), told apart by name and parameters. */
  | {
      readonly kind: "opaque";
      readonly name: string;
      readonly parameters: readonly Type[];
      readonly maxElements?: number;
    }
  /** The type of a type: `type(1) == int`. */
  | { readonly kind: "type"; readonly of?: Type; readonly maxElements?: number }
  /** A free type of an overload, bound at each call. */
  | { readonly kind: "param"; readonly name: string; readonly maxElements?: number };

export type SimpleKind =
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "null"
  | "dyn"
  | "timestamp"
  | "duration"
  /** What a mistaken expression has; accepted everywhere, so that one mistake is told once. */
  | "error";

/** An object with declared fields. Two struct types are the same when their names are. */
export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  /** The type of a field by the name that expressions use (escaped); undefined if there is none. */
  readonly field: (name: string) => Type | undefined;
  /**
   * The name that JSON uses; missing means "the same". Only called with names that `field` knows.
   */
  readonly jsonName?: (name: string) => string;
  /** The other way. */
  readonly fieldOfJson?: (name: string) => string | undefined;
  /** Most entries it can have, for estimated costs. */
  readonly maxElements?: number;
}

const simple = (kind: SimpleKind): Type => ({ kind });

export const boolType = simple("bool");
export const intType = simple("int");
export const uintType = simple("uint");
export const doubleType = simple("double");
export const stringType = simple("string");
export const bytesType = simple("bytes");
export const nullType = simple("null");
export const dynType = simple("dyn");
export const timestampType = simple("timestamp");
export const durationType = simple("duration");
export const errorType = simple("error");
export const typeType: Type = { kind: "type" };

export const listType = (item: Type, maxElements?: number): Type => ({
  kind: "list",
  item,
  ...(maxElements !== undefined && { maxElements }),
});
export const mapType = (key: Type, value: Type, maxElements?: number): Type => ({
  kind: "map",
  key,
  value,
  ...(maxElements !== undefined && { maxElements }),
});
export const opaqueType = (name: string, ...parameters: Type[]): Type => ({
  kind: "opaque",
  name,
  parameters,
});
export const optionalType = (of: Type): Type => opaqueType("optional_type", of);
export const typeParam = (name: string): Type => ({ kind: "param", name });

/** A struct of known fields. */
export function structType(
  name: string,
  fields: Readonly<Record<string, Type>>,
  options: Pick<StructType, "maxElements" | "jsonName" | "fieldOfJson"> = {},
): StructType {
  return {
    kind: "struct",
    name,
    field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
    ...options,
  };
}

/** As error messages write it: `map(string, list(int))`. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case "list":
      return `list(${formatType(type.item)})`;
    case "map":
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case "struct":
      return type.name;
    case "opaque":
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(formatType).join(", ")})`;
    case "type":
      return type.of ? `type(${formatType(type.of)})` : "type";
    case "param":
      return type.name;
    case "timestamp":
    case "duration":
      return `google.protobuf.${type.kind === "timestamp" ? "Timestamp" : "Duration"}`;
    case "error":
      return "!error!";
    default:
      return type.kind;
  }
}

/** The name that `type(x)` has: `list`, `google.protobuf.Timestamp`, `kubernetes.Quantity`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "list":
    case "map":
    case "type":
      return type.kind;
    case "struct":
    case "opaque":
    case "param":
      return type.name;
    case "null":
      return "null_type";
    default:
      return formatType(type);
  }
}
