import type { SizedNode } from "./estimate.ts";
import { add, boundless, fixed, type Range, scale, times } from "./range.ts";
import {
  authorizationCheckCost,
  listCost,
  perCharacter,
  perPatternCharacter,
  structCost,
} from "./runtime-cost.ts";
import type { Type } from "./types.ts";
import { sameType } from "./inference.ts";

interface Estimate {
  readonly cost: Range;
  /** Of the result, where that is known from the arguments. */
  readonly size?: Range | undefined;
}

type Operands = readonly SizedNode[];
type Rule = (
  target: SizedNode | undefined,
  args: Operands,
  overload: string,
) => Estimate | undefined;

/** Bounds of one call's own cost. The mirror image of `callCost`, by upstream's rules. */
export function callEstimate(
  name: string,
  overload: string,
  target: SizedNode | undefined,
  args: Operands,
): Estimate {
  return (
    byOverload.get(overload)?.(target, args, overload) ??
    byFunction.get(name)?.(target, args, overload) ??
    standard.get(overload)?.(target, args, overload) ?? { cost: fixed(1) }
  );
}

const one: Rule = () => ({ cost: fixed(1) });
const traverse = (size: Range): Range => scale(size, perCharacter);

const allocate = (factor: number, size: Range): Estimate => ({
  cost: add(scale(size, factor), fixed(1 + listCost)),
  size,
});

/** An integer literal's value, not below 0. */
function literalInt(node: SizedNode | undefined, otherwise: number): number {
  const { expression } = node ?? {};
  if (expression?.kind !== "literal" || typeof expression.value !== "number") return otherwise;
  return Math.max(0, expression.value);
}

const square = (size: Range) => times(size, size);
const sortFactor = (type: string) => (type === "string" || type === "bytes" ? 2 + perCharacter : 2);

const setEstimate =
  (factor: number): Rule =>
  (_target, [left, right]) =>
    left && right && { cost: add(scale(times(left.size, right.size), factor), fixed(1)) };

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

const byOverload = new Map<string, Rule>([
  ["list_sets_contains_list", setEstimate(1)],
  ["list_sets_intersects_list", setEstimate(1)],
  ["list_sets_equivalent_list", setEstimate(2)],
  [
    "list_slice",
    (target, [from, to]) =>
      target && allocate(1, fixed(literalInt(to, target.size.max) - literalInt(from, 0))),
  ],
  ["lists_range", (_target, [count]) => allocate(1, fixed(literalInt(count, boundless)))],
  ["list_reverse", (target) => target && allocate(1, target.size)],
  ["list_flatten", (target) => target && allocate(1, target.size)],
  [
    "list_flatten_int",
    (target, [depth]) => target && allocate(literalInt(depth, boundless), target.size),
  ],
  ["list_distinct", (target) => target && allocate(2, square(target.size))],
  ...orderedTypes.flatMap((type): readonly (readonly [string, Rule])[] => [
    [`list_${type}_sort`, (target) => target && allocate(sortFactor(type), square(target.size))],
    [
      `list_${type}_sortByAssociatedKeys`,
      (_target, [keys]) => keys && allocate(sortFactor(type), square(keys.size)),
    ],
  ]),
]);

const firstArgument: Rule = (_target, [text]) => text && { cost: traverse(text.size) };
const sizedFirstArgument: Rule = (_target, [text]) =>
  text && { cost: traverse(text.size), size: text.size };
const sizedTarget: Rule = (target) => target && { cost: traverse(target.size), size: target.size };
/** The bytes of an IP address, twice. */
const compareAddresses = scale({ min: 8, max: 32 }, perCharacter);

const byFunction = new Map<string, Rule>([
  ["check", () => ({ cost: fixed(authorizationCheckCost) })],
  ...rules("serviceAccount path group resource subresource namespace name allowed reason", one),
  ...rules("error errored", one),
  ...rules("fieldSelector labelSelector", selector),
  ...rules("isSorted sum max min indexOf lastIndexOf", visitItems),
  ...rules("url jsonpatch.escapeKey", sizedFirstArgument),
  ...rules("lowerAscii upperAscii substring trim", sizedTarget),
  ["replace", replace],
  ["split", split],
  ["join", join],
  ...rules("find findAll", find),
  ...rules("cidr isIP isCIDR quantity isQuantity semver isSemver", firstArgument),
  [
    "ip",
    (target, args, overload) =>
      (overload === "cidr_ip" ? one : firstArgument)(target, args, overload),
  ],
  ["ip.isCanonical", (_target, [text]) => text && { cost: scale(text.size, 2 * perCharacter) }],
  ...rules("masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast", one),
  ...rules("isLinkLocalUnicast isGlobalUnicast", one),
  ["containsIP", contained("cidr_contains_ip_string", compareAddresses)],
  [
    "containsCIDR",
    contained(
      "cidr_contains_cidr_string",
      add(add(compareAddresses, traverse({ min: 4, max: 16 })), fixed(1)),
    ),
  ],
  ["validate", validate],
  ...rules("format.named sign asInteger isInteger asApproximateFloat isGreaterThan", one),
  ...rules("isLessThan compareTo add sub major minor patch", one),
  ...rules("getScheme getHostname getHost getPort getEscapedPath getQuery", one),
  ["_==_", equality],
]);

function rules(names: string, rule: Rule): readonly (readonly [string, Rule])[] {
  return names.split(" ").map((name) => [name, rule] as const);
}

function selector(_target: SizedNode | undefined, [text]: Operands): Estimate | undefined {
  if (!text) return undefined;
  const requirements = scale(scale(text.size, 0.5), listCost + structCost);
  return { cost: add(add(fixed(listCost), traverse(text.size)), requirements) };
}

const isText = ({ kind }: Type) => kind === "string" || kind === "bytes";

function visitItems(target: SizedNode | undefined): Estimate | undefined {
  if (!target) return undefined;
  const item = target.item();
  if (!item) return { cost: traverse(target.size) };
  const each = isText(item.type) ? add(fixed(1), traverse(item.size)) : fixed(1);
  return { cost: times(target.size, each) };
}

function replace(target: SizedNode | undefined, [from, to]: Operands): Estimate | undefined {
  if (!target || !from || !to) return undefined;
  const { size } = target;
  const [longest, longestRest] = replacements(
    size.max,
    from.size.min,
    to.size.max <= from.size.min,
  );
  const [shortest, shortestRest] = replacements(
    size.min,
    from.size.max,
    from.size.max <= to.size.min,
  );
  const result = add(times({ min: shortest, max: longest }, to.size), {
    min: shortestRest,
    max: longestRest,
  });
  return { cost: scale(size, 2 * perCharacter), size: result };
}

/** How often something is replaced at most (or least), and what of the text stays. */
function replacements(size: number, replaced: number, keeps: boolean): readonly [number, number] {
  if (replaced === 0) return [size + 1, size];
  if (keeps) return [0, size];
  return [replaced === boundless ? 0 : Math.ceil(size / replaced), 0];
}

function split(target: SizedNode | undefined, args: Operands): Estimate | undefined {
  if (!target) return undefined;
  const max = literalInt(args[1], target.size.max);
  return { cost: scale(target.size, 2 * perCharacter), size: { min: 0, max } };
}

function join(target: SizedNode | undefined, [separator]: Operands): Estimate | undefined {
  if (!target) return undefined;
  const item = target.item();
  let size = item ? times(target.size, item.size) : fixed(0);
  if (separator) {
    const separators = {
      min: Math.max(0, target.size.min - 1),
      max: Math.max(0, target.size.max - 1),
    };
    size = add(size, times(separator.size, separators));
  }
  return { cost: traverse(size), size };
}

function find(target: SizedNode | undefined, [pattern]: Operands): Estimate | undefined {
  if (!target || !pattern) return undefined;
  return { cost: searchCost(target.size, pattern.size), size: { min: 0, max: target.size.max } };
}

function searchCost(text: Range, pattern: Range): Range {
  return times(traverse(add(text, fixed(1))), scale(pattern, perPatternCharacter));
}

function contained(parsing: string, compare: Range): Rule {
  return (_target, [other], overload) => {
    if (!other) return undefined;
    return { cost: overload === parsing ? add(compare, traverse(other.size)) : compare };
  };
}

/** Patterns of named formats have at most 128 characters. */
function validate(_target: SizedNode | undefined, [text]: Operands): Estimate | undefined {
  return text && { cost: scale(traverse(text.size), 128 * perPatternCharacter) };
}

/** Kubernetes' own types are compared at once; formats and URLs as text. */
function equality(_target: SizedNode | undefined, [left, right]: Operands): Estimate | undefined {
  if (left?.type.kind !== "opaque" || !right || !sameType(left.type, right.type)) return undefined;
  switch (left.type.name) {
    case "optional_type":
      return undefined;
    case "kubernetes.NamedFormat":
      return { cost: traverse({ min: 1, max: 64 }) };
    default:
      return { cost: fixed(1) };
  }
}

const shorter: Rule = (_target, [left, right]) => {
  if (!left || !right) return undefined;
  const max = Math.min(left.size.max, right.size.max);
  return { cost: traverse({ min: max > 0 ? 1 : 0, max }) };
};

const joined: Rule = (_target, [left, right]) => {
  if (!left || !right) return undefined;
  const size = add(left.size, right.size);
  return { cost: traverse(size), size };
};

const standard = new Map<string, Rule>([
  ["string_format", (target) => target && { cost: traverse(target.size) }],
  [
    "string_to_bytes",
    (_target, [text]) =>
      text && {
        cost: traverse(text.size),
        size: { min: text.size.min, max: text.size.max * 4 },
      },
  ],
  [
    "bytes_to_string",
    (_target, [bytes]) =>
      bytes && {
        cost: traverse(bytes.size),
        size: { min: Math.floor(bytes.size.min / 4), max: bytes.size.max },
      },
  ],
  [
    "strings_quote",
    (_target, [text]) =>
      text && {
        cost: traverse(text.size),
        size: { min: text.size.min + 2, max: text.size.max * 2 + 2 },
      },
  ],
  ...rules("starts_with_string ends_with_string", firstArgument),
  ["in_list", (_target, [, list]) => list && { cost: list.size }],
  [
    "matches_string",
    (target, [pattern]) => target && pattern && { cost: searchCost(target.size, pattern.size) },
  ],
  [
    "contains_string",
    (target, [part]) =>
      target && part && { cost: times(traverse(target.size), traverse(part.size)) },
  ],
  ...rules("add_string add_bytes", joined),
  [
    "add_list",
    (_target, [left, right]) =>
      left && right && { cost: fixed(1), size: add(left.size, right.size) },
  ],
  ...rules("less_string greater_string less_equals_string greater_equals_string", shorter),
  ...rules("less_bytes greater_bytes less_equals_bytes greater_equals_bytes", shorter),
  ...rules("equals not_equals", shorter),
]);
