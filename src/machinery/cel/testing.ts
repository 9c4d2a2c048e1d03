import { typeNameOf } from "./matching.ts";
import { formatDouble } from "./stdlib.ts";
import { formatDuration, formatTimestamp } from "./time.ts";
import {
  Double,
  Duration,
  ErrorValue,
  MapValue,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "./values.ts";

/** A value as the tables of tests write it: its type's name, and Go's `%v` of it. */
export function showValue(value: Value): string {
  return `${typeNameOf(value)} ${plain(value)}`;
}

function plain(value: Value): string {
  if (value === null) return "NULL_VALUE";
  if (value instanceof Double) return formatDouble(value.value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return `[${[...value].join(" ")}]`;
  if (value instanceof Optional) return value.value === undefined ? "<nil>" : plain(value.value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (Array.isArray(value)) return `[${value.map(plain).join(" ")}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => {
      const item = value.get(key) ?? null;
      return `${plain(key)}:${item instanceof ErrorValue ? item.message : plain(item)}`;
    });
    return `map[${entries.toSorted().join(" ")}]`;
  }
  if (value instanceof OpaqueValue || typeof value === "object") return JSON.stringify(value);
  return String(value);
}
