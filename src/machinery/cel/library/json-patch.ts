import type { Library } from "../environment.ts";
import { declare, overload } from "../signature.ts";
import { dynType, stringType, structType } from "../types.ts";

/** One operation of a patch: `JSONPatch{op: "add", path: "/spec/x", value: 1}`. */
export const jsonPatchType = structType("JSONPatch", {
  op: stringType,
  path: stringType,
  from: stringType,
  value: dynType,
});

/** Mutating admission only; add `jsonPatchType` to the environment's types along with it. */
export const jsonPatchLibrary: Library = {
  functions: [
    declare(
      "jsonpatch.escapeKey",
      overload("string_jsonpatch_escapeKey_string", "string -> string", (key: string) =>
        key.replace(/[~/]/g, (character) => (character === "/" ? "~1" : "~0")),
      ),
    ),
  ],
};
