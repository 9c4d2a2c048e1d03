import { cloneJson, isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";
import { jsonKind, malformed } from "./patch-error.ts";

/** RFC 7386: null deletes, objects merge, everything else replaces. Returns a new object. */
export function applyMergePatch(current: object, patch: unknown): Row {
  if (patch === null) throw malformed("Invalid JSON Patch");
  if (!isRow(patch)) {
    throw malformed(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type ` +
        "map[string]interface {}",
    );
  }
  const result: Row = cloneJson(current as Row);
  merge(result, patch);
  return result;
}

function merge(target: Row, patch: Row): void {
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null || value === undefined) {
      delete target[key];
    } else if (isRow(value)) {
      const existing = Object.hasOwn(target, key) ? target[key] : undefined;
      const nested: Row = isRow(existing) ? existing : {};
      merge(nested, value);
      setKey(target, key, nested);
    } else {
      setKey(target, key, cloneJson(value));
    }
  }
}
