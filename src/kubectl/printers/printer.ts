import type { Bytes } from "#base/bytes.ts";
import type { KubeObject } from "../objects.ts";

/** Turns objects, one after the other, into text. May remember what it printed before. */
export interface Printer {
  print(object: KubeObject): string | Bytes;
}

/** What users cannot have asked for is left out, unless they did. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const strip = (item: KubeObject): KubeObject => {
    if (!item.metadata?.managedFields) return item;
    const { managedFields: _left, ...metadata } = item.metadata;
    return { ...item, metadata };
  };
  const { items } = object;
  if (Array.isArray(items) && object.kind.endsWith("List")) {
    return { ...object, items: (items as KubeObject[]).map(strip) };
  }
  return strip(object);
}
