/** Whether two JSON values are the same. A field that is undefined counts as missing. */
export function deepEqual(left: unknown, right: unknown): boolean {
  return equal(left, right, false);
}

/**
 * Whether two JSON values say the same, as upstream compares fields that must not change: a missing
 * field, null, an empty list and an empty map are all the same nothing. Not for telling whether an
 * object changed: an empty selector is something else than none.
 */
export function semanticEqual(left: unknown, right: unknown): boolean {
  return equal(left, right, true);
}

type Row = Readonly<Record<string, unknown>>;

function equal(left: unknown, right: unknown, loose: boolean): boolean {
  if (left === right) return true;
  if (loose) {
    if (isNothing(left)) return isNothing(right);
    if (isNothing(right)) return false;
  }
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right, loose);
  if (Array.isArray(right)) return false;
  return equalRecords(left as Row, right as Row, loose);
}

function equalLists(left: readonly unknown[], right: readonly unknown[], loose: boolean): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, at) => equal(item, right[at], loose));
}

function equalRecords(left: Row, right: Row, loose: boolean): boolean {
  for (const key in left) if (!equal(left[key], right[key], loose)) return false;
  for (const key in right) {
    if (!Object.hasOwn(left, key) && !equal(undefined, right[key], loose)) return false;
  }
  return true;
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== "object") return false;
  for (const _ in value) return false;
  return true;
}
