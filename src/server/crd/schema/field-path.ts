import { propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

export type FoundField =
  | {
      readonly names: readonly string[];
      /** As errors name it: "spec.labels[app]". */
      readonly path: string;
      readonly schema: JsonSchema | undefined;
    }
  | { readonly problem: string };

/** Follows a path of fields and keys, such as `.spec.labels['a.b']`, through a schema. */
export function findFieldPath(
  text: string,
  root: JsonSchema | undefined,
  options: { readonly arrays: boolean },
): FoundField {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/g) ?? [];
  const names: string[] = [];
  let path = "";
  let schema = root;
  const enter = (name: string): string | undefined => {
    names.push(name);
    if (schema?.properties) {
      path += path ? `.${name}` : name;
      schema = propertyOf(schema, name);
      return schema ? undefined : notValid;
    }
    if (schema?.additionalProperties === undefined) return notValid;
    path += `[${name}]`;
    schema = valuesOf(schema);
    return undefined;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    let problem: string | undefined;
    if (token === ".") {
      const name = tokens[++at];
      problem = name === undefined ? unexpectedEnd : enter(name);
    } else if (token === "[") {
      if (!options.arrays) return { problem: "array notation is not allowed" };
      const key = tokens[++at];
      if (key === undefined) return { problem: unexpectedEnd };
      if (!/^'.*'$/s.test(key)) return { problem: `expected single quoted string but got ${key}` };
      problem = enter(key.slice(1, -1).replace(/\\(.)/g, "$1"));
      const end = tokens[++at];
      if (problem === undefined && end !== "]") {
        problem = end === undefined ? unexpectedEnd : `expected ] but got ${end}`;
      }
    } else problem = `expected [ or . but got: ${token}`;
    if (problem !== undefined) return { problem };
  }
  return { names, path, schema };
}

const notValid = "does not refer to a valid field";
const unexpectedEnd = "unexpected end of JSON path";
