/**
 * A set of fields, in the very form in which objects store it (fieldsV1): a tree whose keys are
 * "f:name" (a field or map key), `k:{"name":"x"}` (a list item by its keys), `v:"x"` (a member of a
 * set) and "i:0" (an index). A node belongs to the set when it is empty or has a "." in it.
 *
 * Sets are never changed: operations share what stays the same, and return the same set when
 * nothing changes, so that "did anything change" is a comparison of references.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const emptySet: FieldSet = {};
/** A node that belongs to the set and has nothing below. */
export const leaf: FieldSet = {};

const self = ".";

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether a node below the root belongs to the set itself, not just something below it. */
export function isMember(node: FieldSet): boolean {
  return isEmptySet(node) || Object.hasOwn(node, self);
}

/** The nodes below, without the mark of the node itself. */
export function children(node: FieldSet): [element: string, node: FieldSet][] {
  return Object.entries(node).filter(([element]) => element !== self);
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return left;
  if (isEmptySet(left)) return right;
  return joinChildren(left, right, false);
}

/** What is in `left` and not itself in `right`. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return emptySet;
  return subtractChildren(left, right, false, false) ?? emptySet;
}

/** What is in `left` and neither in `right` nor below a field of `right`. */
export function recursiveDifference(left: FieldSet, right: FieldSet): FieldSet {
  return subtractChildren(left, right, false, true) ?? emptySet;
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return intersectChildren(left, right, false) ?? emptySet;
}

/** The set of one path: `setOf("f:spec", "f:replicas")`. */
export function setOf(...path: string[]): FieldSet {
  return path.reduceRight((node: FieldSet, element) => ({ [element]: node }), leaf);
}

/** Every path that belongs to the set, in order. */
export function paths(set: FieldSet): string[][] {
  const found: string[][] = [];
  const visit = (node: FieldSet, path: string[]) => {
    for (const [element, child] of children(node)) {
      const at = [...path, element];
      if (isMember(child)) found.push(at);
      visit(child, at);
    }
  };
  visit(set, []);
  return found;
}

/** `.spec.containers[name="x"].image`, as conflicts name fields. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join("");
}

function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case "k:": {
      const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    }
    case "v:":
      return `[=${rest}]`;
    case "i:":
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}

/** The order in which upstream writes a set: fields, then items, then values. */
export function sorted(set: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {};
  const keys = Object.keys(set);
  if (keys.length > 1) keys.sort(compareElements);
  for (const key of keys) result[key] = sorted(set[key] ?? leaf);
  return result;
}

function compareElements(left: string, right: string): number {
  // Almost always all elements of a node are of one sort.
  const order = left[0] === right[0] ? 0 : rank(left) - rank(right);
  return order !== 0 ? order : left < right ? -1 : left > right ? 1 : 0;
}

function rank(element: string): number {
  return element === self ? -1 : "fkvi".indexOf(element.charAt(0));
}

/** A node from its parts; undefined when nothing is in it. */
export function node(
  member: boolean,
  below: Record<string, FieldSet> | undefined,
): FieldSet | undefined {
  if (!below || isEmptySet(below)) return member ? leaf : undefined;
  return member ? { [self]: leaf, ...below } : below;
}

function joinChildren(left: FieldSet, right: FieldSet, member: boolean): FieldSet {
  let result: Record<string, FieldSet> | undefined;
  for (const element in right) {
    if (element === self) continue;
    const theirs = right[element] ?? leaf;
    const ours = Object.hasOwn(left, element) ? left[element] : undefined;
    const joined = ours ? joinNodes(ours, theirs) : theirs;
    if (joined !== ours) {
      result ??= { ...left };
      result[element] = joined;
    }
  }
  if (!member || Object.hasOwn(left, self)) return result ?? left;
  // The mark comes first, as upstream writes it.
  const below = result ?? left;
  return isEmptySet(below) ? leaf : { [self]: leaf, ...below };
}

function joinNodes(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left;
  if (isEmptySet(left)) {
    return isMember(right) ? right : { [self]: leaf, ...right };
  }
  return joinChildren(left, right, isMember(right));
}

function subtractChildren(
  left: FieldSet,
  right: FieldSet,
  member: boolean,
  recursive: boolean,
): FieldSet | undefined {
  let result: Record<string, FieldSet> | undefined;
  for (const element in right) {
    if (element === self || !Object.hasOwn(left, element)) continue;
    const ours = left[element] ?? leaf;
    const remaining = subtractNodes(ours, right[element] ?? leaf, recursive);
    if (remaining === ours) continue;
    result ??= { ...left };
    if (remaining) result[element] = remaining;
    else delete result[element];
  }
  const hadMark = Object.hasOwn(left, self);
  if (!result && member === hadMark) return left;
  const below: Record<string, FieldSet> = { ...(result ?? left) };
  delete below[self];
  return node(member, below);
}

function subtractNodes(left: FieldSet, right: FieldSet, recursive: boolean): FieldSet | undefined {
  const removes = isMember(right);
  if (removes && recursive) return undefined;
  if (isEmptySet(left)) return removes ? undefined : left;
  return subtractChildren(left, right, isMember(left) && !removes, recursive);
}

function intersectChildren(left: FieldSet, right: FieldSet, member: boolean): FieldSet | undefined {
  let below: Record<string, FieldSet> | undefined;
  for (const element in left) {
    if (element === self || !Object.hasOwn(right, element)) continue;
    const ours = left[element] ?? leaf;
    const theirs = right[element] ?? leaf;
    const common = intersectChildren(ours, theirs, isMember(ours) && isMember(theirs));
    if (!common) continue;
    below ??= {};
    below[element] = common;
  }
  return node(member, below);
}
