import { characters, sizeOf } from "./operators.ts";
import { MapValue, OpaqueValue, Optional, type Result, StructValue } from "./values.ts";

/** What operations cost, as cel-go and Kubernetes count: users' limits are in these units. */
export const identCost = 1;
export const listCost = 10;
export const mapCost = 30;
export const structCost = 40;
export const perCharacter = 0.1;
export const perPatternCharacter = 0.25;

/** Two checks fit into one expression's limit. */
export const authorizationCheckCost = 350_000;

/** The cost of one call whose arguments are already counted. */
export function callCost(
  name: string,
  overload: string | undefined,
  args: readonly Result[],
  result: Result,
): number {
  return (
    (overload === undefined ? undefined : costByOverload.get(overload)?.(args, result)) ??
    costByFunction.get(name)?.(args, result, overload) ??
    (overload === undefined ? undefined : standardCost.get(overload)?.(args, result)) ??
    1
  );
}

type Rule = (args: readonly Result[], result: Result, overload?: string) => number | undefined;

export function actualSize(value: Result | undefined): number {
  if (value === undefined) return 1;
  if (value instanceof Optional && value.value !== undefined) return actualSize(value.value);
  return sizeOf(value) ?? 1;
}

const size = (args: readonly Result[], index: number) => actualSize(args[index]);
const traverse = (count: number) => Math.ceil(count * perCharacter);
const one: Rule = () => 1;
const traverseFirst: Rule = (args) => traverse(size(args, 0));
const traverseTwice: Rule = (args) => Math.ceil(size(args, 0) * 2 * perCharacter);
const search: Rule = (args) =>
  Math.ceil((1 + size(args, 0)) * perCharacter) * Math.ceil(size(args, 1) * perPatternCharacter);

const allocate = (count: number) => 1 + listCost + count;
const selfCompare = (value: Result | undefined) => {
  const count = actualSize(value);
  return allocate(count * count * (isOfText(value) ? 2 + perCharacter : 2));
};
const isOfText = (value: Result | undefined) =>
  Array.isArray(value) && (typeof value[0] === "string" || value[0] instanceof Uint8Array);

const orderedTypes = [
  "int",
  "uint",
  "double",
  "bool",
  "google.protobuf.Duration",
  "google.protobuf.Timestamp",
  "string",
  "bytes",
];

const setCost =
  (factor: number): Rule =>
  (args) =>
    1 + size(args, 0) * size(args, 1) * factor;

/** Before all else. */
const costByOverload = new Map<string, Rule>([
  ["list_sets_contains_list", setCost(1)],
  ["list_sets_intersects_list", setCost(1)],
  ["list_sets_equivalent_list", setCost(2)],
  ["list_slice", (_args, result) => allocate(actualSize(result))],
  ["lists_range", (_args, result) => allocate(actualSize(result))],
  ["list_reverse", (_args, result) => allocate(actualSize(result))],
  ["list_flatten", (args) => allocate(size(args, 0))],
  ["list_flatten_int", (args) => allocate(size(args, 0) * Number(args[1]))],
  ["list_distinct", (args) => Math.floor(selfCompare(args[0]))],
  ...orderedTypes.flatMap((type): readonly (readonly [string, Rule])[] => [
    [`list_${type}_sort`, (args) => Math.floor(selfCompare(args[0]))],
    [`list_${type}_sortByAssociatedKeys`, (args) => Math.floor(selfCompare(args[1]))],
  ]),
]);

/** Kubernetes' own functions. */
const costByFunction = new Map<string, Rule>([
  ["check", () => authorizationCheckCost],
  ...names("serviceAccount path group resource subresource namespace name", one),
  ...names("allowed reason error errored", one),
  ...names("fieldSelector labelSelector", (args) => selectorCost(size(args, 1))),
  ...names("isSorted sum max min indexOf lastIndexOf", (args) => traversal(args[0])),
  ...names("url lowerAscii upperAscii substring trim jsonpatch.escapeKey", traverseFirst),
  ...names("replace split ip.isCanonical", traverseTwice),
  ["join", (_args, result) => Math.ceil(actualSize(result) * 2 * perCharacter)],
  ...names("find findAll", search),
  ...names("cidr isIP isCIDR quantity isQuantity semver isSemver", traverseFirst),
  ["ip", (args, _result, overload) => (overload === "cidr_ip" ? 1 : traverse(size(args, 0)))],
  ...names("masked prefixLength family isUnspecified isLoopback", one),
  ...names("isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast", one),
  ["containsIP", containsCost("cidr_contains_ip_string", false)],
  ["containsCIDR", containsCost("cidr_contains_cidr_string", true)],
  ["validate", validateCost],
  ...names("format.named sign asInteger isInteger asApproximateFloat isGreaterThan", one),
  ...names("isLessThan compareTo add sub major minor patch", one),
  ...names("getScheme getHostname getHost getPort getEscapedPath getQuery", one),
  ["_==_", (args) => (args[0] instanceof OpaqueValue ? 1 : undefined)],
]);

const minSize = (args: readonly Result[]) => Math.min(size(args, 0), size(args, 1));
const traverseShorter: Rule = (args) => traverse(minSize(args));
const traverseBoth: Rule = (args) => traverse(size(args, 0) + size(args, 1));

/** The standard library; what is not here costs 1. */
const standardCost = new Map<string, Rule>([
  ...names("starts_with_string ends_with_string string_to_bytes bytes_to_string", traverseFirst),
  ...names("strings_quote string_format", traverseFirst),
  ["in_list", (args) => size(args, 1)],
  ...names("less_string greater_string less_equals_string greater_equals_string", traverseShorter),
  ...names("less_bytes greater_bytes less_equals_bytes greater_equals_bytes", traverseShorter),
  ...names("equals not_equals", traverseShorter),
  ...names("add_string add_bytes", traverseBoth),
  ["matches_string", search],
  ["contains_string", (args) => traverse(size(args, 0)) * traverse(size(args, 1))],
]);

function names(list: string, rule: Rule): readonly (readonly [string, Rule])[] {
  return list.split(" ").map((name) => [name, rule] as const);
}

export function selectorCost(length: number): number {
  const requirements = Math.ceil(length * 0.5);
  return listCost + traverse(length) + requirements * (listCost + structCost);
}

function containsCost(parsing: string, masks: boolean): Rule {
  return (args, _result, overload) => {
    const bytes = size(args, 0);
    let cost = Math.ceil(2 * bytes * perCharacter);
    if (masks) cost += traverse(bytes) + 1;
    if (overload === parsing) cost += traverse(size(args, 1));
    return cost;
  };
}

function validateCost(args: readonly Result[]): number | undefined {
  const [format] = args;
  if (!(format instanceof OpaqueValue) || format.patternSize === undefined) return undefined;
  const text = Math.ceil((1 + size(args, 1)) * perCharacter);
  return text * Math.ceil(format.patternSize * perPatternCharacter);
}

/** The cost of visiting a value with everything in it. */
function traversal(value: Result | undefined): number {
  if (typeof value === "string") return Math.floor(utf8Length(value) * perCharacter);
  if (value instanceof Uint8Array) return Math.floor(value.length * perCharacter);
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += traversal(item);
    return sum;
  }
  if (value instanceof MapValue) {
    let sum = 0;
    for (const key of value.keys()) sum += traversal(key) + traversal(value.get(key));
    return sum;
  }
  if (value instanceof StructValue) {
    let sum = 0;
    for (const field of value.fields()) sum += traversal(field) + traversal(value.get(field));
    return sum;
  }
  return 1;
}

function utf8Length(text: string): number {
  let length = characters(text);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0x7f) length += code > 0xffff ? 3 : code > 0x7ff ? 2 : 1;
  }
  return length;
}
