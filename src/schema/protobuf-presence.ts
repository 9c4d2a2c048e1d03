import type { FieldSpec } from "./field.ts";

/**
 * Whether a field's zero says something else than that the field is missing ("replicas: 0").
 *
 * Upstream's encoder writes every field that is no pointer in Go, a missing one as zero, and its
 * JSON leaves such zeros out again where the field is optional; of pointers it writes what is
 * there. Most fields are what their kind suggests: optional texts and times are plain values,
 * optional numbers, flags and messages are pointers, and what is required or comes as an empty
 * message is no pointer. Others say so in their definition, by `explicit` or `implicit`.
 */
export function hasPresence({ of, optional, defaultValue, presence }: FieldSpec): boolean {
  if (presence) return presence === "explicit";
  if (!optional) return false;
  switch (of.kind) {
    case "bool":
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
    case "intOrString":
    case "quantity":
    case "json":
      return true;
    case "message":
      return defaultValue === undefined;
    default:
      return false;
  }
}
