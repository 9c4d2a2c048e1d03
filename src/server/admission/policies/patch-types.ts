import { Environment } from "#machinery/cel/cel.ts";
import { jsonPatchLibrary, jsonPatchType } from "#machinery/cel/library/json-patch.ts";
import { dynType } from "#machinery/cel/types.ts";
import type { StructType } from "#machinery/cel/types.ts";
import { MapValue, StructValue } from "#machinery/cel/values.ts";
import type { Result } from "#machinery/cel/values.ts";

/** `Object`, `Object.spec`, …: what is to be applied, named by where it goes. */
export function objectTypeAt(path: string): StructType {
  return { kind: "struct", name: path, field: () => dynType };
}

/** An environment whose expressions may build patches. */
export function withPatchTypes(environment: Environment): Environment {
  return new PatchEnvironment(
    { types: [jsonPatchType], libraries: [jsonPatchLibrary] },
    environment,
  );
}

class PatchEnvironment extends Environment {
  override struct(name: string): StructType | undefined {
    return name === "Object" || name.startsWith("Object.")
      ? objectTypeAt(name)
      : super.struct(name);
  }
}

/**
 * The types of what was built are checked only by name: `Object{spec: Object.status{}}` puts
 * something where it does not belong. Says what; undefined when all is well.
 */
export function misplacedType(value: Result, path = "Object"): string | undefined {
  if (value instanceof StructValue) {
    const name = value.type.kind === "struct" ? value.type.name : "";
    if (name !== path) {
      return (
        `unexpected type name "${name}", expected "${path}", which matches field name path from ` +
        "root Object type"
      );
    }
    return first([...value.fields()], (field) => {
      const inner = value.get(field);
      return inner === undefined ? undefined : misplacedType(inner, `${path}.${field}`);
    });
  }
  if (Array.isArray(value)) return first(value as Result[], (item) => misplacedType(item, path));
  if (value instanceof MapValue) {
    return first([...value.keys()], (key) => {
      const inner = value.get(key);
      if (inner === undefined || typeof key !== "string") return undefined;
      return misplacedType(inner, `${path}.${key}`);
    });
  }
  return undefined;
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
