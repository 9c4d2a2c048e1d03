import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  opaqueType,
  optionalType,
  stringType,
  timestampType,
  type Type,
  typeParam,
  typeType,
  uintType,
} from "./types.ts";
import type { FunctionDeclaration, Overload } from "./environment.ts";
import type { Result } from "./values.ts";

const named: Readonly<Record<string, Type>> = {
  bool: boolType,
  int: intType,
  uint: uintType,
  double: doubleType,
  string: stringType,
  bytes: bytesType,
  null: nullType,
  dyn: dynType,
  timestamp: timestampType,
  duration: durationType,
  type: typeType,
};

/** Reads `list(A), int`: single capitals are parameters, other unknown names are opaque types. */
export function parseTypes(text: string): Type[] {
  const tokens = text.match(/[\w.@]+|[(),]/g) ?? [];
  let next = 0;
  const parseType = (): Type => {
    const name = tokens[next++] ?? "";
    const parameters: Type[] = [];
    if (tokens[next] === "(") {
      do {
        next++;
        parameters.push(parseType());
      } while (tokens[next] === ",");
      next++;
    }
    const [first = dynType, second = dynType] = parameters;
    if (name === "list") return listType(first);
    if (name === "map") return mapType(first, second);
    if (name === "optional") return optionalType(first);
    if (name === "type" && parameters.length > 0) return { kind: "type", of: first };
    if (/^[A-Z]$/.test(name)) return typeParam(name);
    return named[name] ?? opaqueType(name, ...parameters);
  };
  const types: Type[] = [];
  while (next < tokens.length) {
    types.push(parseType());
    next++;
  }
  return types;
}

/** An overload from a signature such as `string, int -> string`. */
export function overload(
  id: string,
  signature: string,
  call: (...args: never[]) => Result,
  member = false,
): Overload {
  const [args = "", result = ""] = signature.split("->");
  const [resultType = dynType] = parseTypes(result);
  return { id, member, args: parseTypes(args), result: resultType, call };
}

/** An overload that is called on its first argument. */
export const method = (id: string, signature: string, call: (...args: never[]) => Result) =>
  overload(id, signature, call, true);

export const declare = (name: string, ...overloads: Overload[]): FunctionDeclaration => ({
  name,
  overloads,
});
