import type { FieldSpec } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldsOf } from "#schema/message.ts";

/** A type's fields by name; computed once per type. */
export function fieldMapOf(type: MessageType): ReadonlyMap<string, FieldSpec> {
  let map = cache.get(type);
  if (!map) {
    map = new Map(fieldsOf(type));
    cache.set(type, map);
  }
  return map;
}

const cache = new WeakMap<MessageType, ReadonlyMap<string, FieldSpec>>();
