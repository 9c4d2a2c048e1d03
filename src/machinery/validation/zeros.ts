import { applyDefaults, fillRequired } from "#schema/default.ts";
import type { FieldSpec } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { cloneJson } from "../json.ts";
import type { Row } from "../json.ts";

/**
 * A copy of an object in which what is required and missing is there, and says nothing: so do
 * upstream's rules see it, which go on to tell of everything else.
 */
export function withZeros<T extends object>(type: MessageType, object: T): T {
  const copy = cloneJson(object);
  fillRequired(type, copy as unknown as Row, isZero);
  applyDefaults(type, copy);
  return copy;
}

/** Upstream tells a selector that is missing from an empty one; a spec is never missing there. */
function isZero(name: string, { of, optional }: FieldSpec): boolean {
  if (of.kind !== "message") return !optional;
  return name === "spec" || (!optional && of.type().schemaName !== selector);
}

const selector = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector";
