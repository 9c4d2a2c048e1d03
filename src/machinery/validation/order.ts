import type { Kind } from "#schema/field.ts";
import { fieldsOf } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";
import type { FieldError } from "./field-error.ts";

/**
 * One list of what the schema and what a resource's own rules find. The latter are in upstream's
 * order, which mostly is that of the fields: what the schema finds is told before the first of
 * them that is about a later field.
 */
export function inFieldOrder(
  type: MessageType,
  schema: readonly FieldError[],
  own: readonly FieldError[],
): readonly FieldError[] {
  if (schema.length === 0 || own.length === 0) return schema.length === 0 ? own : schema;
  const errors = [...own];
  for (const error of schema) {
    const later = errors.findIndex(({ path }) => comparePaths(type, path, error.path) > 0);
    const at = later === -1 ? errors.length : later;
    errors.splice(at, 0, error);
  }
  return errors;
}

/** By the first part that differs; an object comes before its fields. */
function comparePaths(type: MessageType, left: string, right: string): number {
  const [lefts, rights] = [partsOf(left), partsOf(right)];
  let kind: Kind | undefined = { kind: "message", type: () => type };
  for (const [index, part] of lefts.entries()) {
    const other = rights[index];
    if (other === undefined) return 1;
    if (part !== other) return rankOf(kind, part) - rankOf(kind, other);
    kind = kind && within(kind, part);
  }
  return lefts.length - rights.length;
}

/** "spec.ports[0].name" in parts: spec, ports, 0, name. */
function partsOf(path: string): string[] {
  return Array.from(path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g), ([part, key]) => key ?? part);
}

/** Where in its parent a part stands; who is not known is not compared. */
function rankOf(kind: Kind | undefined, part: string): number {
  if (kind?.kind === "list") return Number(part);
  if (kind?.kind !== "message") return 0;
  const at = fieldsOf(kind.type()).findIndex(([name]) => name === part);
  return at === -1 ? 0 : at;
}

function within(kind: Kind, part: string): Kind | undefined {
  switch (kind.kind) {
    case "list":
      return kind.item;
    case "map":
      return kind.value;
    case "message":
      return fieldsOf(kind.type()).find(([name]) => name === part)?.[1].of;
    default:
      return undefined;
  }
}
