import { isInt } from "./operators.ts";
import { type Type, typeName } from "./types.ts";
import {
  Double,
  Duration,
  MapValue,
  OpaqueValue,
  Optional,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

/** Whether an overload's parameter takes the value; parts of lists and maps are not looked at. */
export function matches(value: Value, type: Type): boolean {
  switch (type.kind) {
    case "param":
    case "dyn":
    case "error":
      return true;
    case "bool":
      return typeof value === "boolean";
    case "int":
      return isInt(value);
    case "uint":
      return value instanceof Uint;
    case "double":
      return value instanceof Double;
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "null":
      return value === null;
    case "timestamp":
      return value instanceof Timestamp;
    case "duration":
      return value instanceof Duration;
    case "list":
      return Array.isArray(value) && value.every((item: Value) => matches(item, type.item));
    case "map":
      return value instanceof MapValue;
    case "type":
      return value instanceof TypeValue;
    case "struct":
      return value instanceof StructValue && typeName(value.type) === type.name;
    case "opaque":
      if (type.name === "optional_type") return value instanceof Optional;
      return value instanceof OpaqueValue && typeName(value.type) === type.name;
    default:
      return type satisfies never;
  }
}

/** The name that `type(value)` has. */
export function typeNameOf(value: Value): string {
  if (value === null) return "null_type";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (isInt(value)) return "int";
  if (value instanceof Uint) return "uint";
  if (value instanceof Double) return "double";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "list";
  if (value instanceof MapValue) return "map";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof TypeValue) return "type";
  if (value instanceof Optional) return "optional_type";
  if (value instanceof StructValue) return value.typeName ?? typeName(value.type);
  if (value instanceof OpaqueValue) return typeName(value.type);
  return "dyn";
}
