import type { FieldSpec } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldMapOf } from "../field-map.ts";
import { goText } from "../go-text.ts";
import { cloneJson, isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";
import { refused } from "../status.ts";
import type { StatusError } from "../status.ts";
import { doesNotApply, jsonKind, malformed } from "./patch-error.ts";

/**
 * Kubernetes' own merge: lists of the schema's merge strategy join by their key, nulls delete, and
 * directives ($patch, $retainKeys, $setElementOrder/…, $deleteFromPrimitiveList/…) say the rest.
 * Returns a new object.
 */
export function applyStrategicMergePatch(current: object, patch: unknown, type: MessageType): Row {
  if (!isRow(patch)) {
    throw malformed(
      `json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`,
    );
  }
  return mergeRow(cloneJson(current as Row), cloneJson(patch), type);
}

const patchDirective = "$patch";
const retainKeysDirective = "$retainKeys";
const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/** Both are the function's own to change. */
function mergeRow(original: Row, patch: Row, type: MessageType | undefined): Row {
  const directive = patch[patchDirective];
  delete patch[patchDirective];
  if (directive === "replace") return withoutDirectives(patch) as Row;
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") {
    const shown = goText({ ...patch, [patchDirective]: directive });
    throw refused(`unknown patch type: ${goText(directive)} in map: ${shown}`);
  }
  retainKeys(original, patch);
  const fields = type && fieldMapOf(type);
  const orders = takeOrders(patch);
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (key.startsWith(deletePrefix)) {
      deleteScalars(original, key.slice(deletePrefix.length), value);
      continue;
    }
    if (value === null || value === undefined) {
      delete original[key];
      continue;
    }
    const existing = Object.hasOwn(original, key) ? original[key] : undefined;
    setKey(original, key, mergeValue(existing, value, fields?.get(key)));
  }
  for (const [key, order] of orders) {
    reorder(original, key, order, patch[key], fields?.get(key)?.mergeKey);
  }
  return original;
}

function mergeValue(existing: unknown, value: unknown, spec: FieldSpec | undefined): unknown {
  if (spec?.patchStrategy === "replace") return withoutDirectives(value);
  if (isRow(value)) {
    const { of } = spec ?? {};
    const type =
      of?.kind === "message" ? of.type() : of?.kind === "map" ? mapValueType(of) : undefined;
    if (!isRow(existing)) {
      // Directives for what is not there: delete leaves an empty object, as upstream does.
      return value[patchDirective] === "delete" ? {} : withoutDirectives(value);
    }
    return of?.kind === "map" ? mergeMap(existing, value, type) : mergeRow(existing, value, type);
  }
  if (Array.isArray(value) && spec?.patchStrategy?.includes("merge")) {
    const item =
      spec.of.kind === "list" && spec.of.item.kind === "message" ? spec.of.item : undefined;
    const list = Array.isArray(existing) ? (existing as unknown[]) : [];
    return mergeList(list, value as unknown[], spec.mergeKey, item?.type());
  }
  return withoutDirectives(value);
}

function mapValueType(of: Extract<FieldSpec["of"], { kind: "map" }>): MessageType | undefined {
  return of.value.kind === "message" ? of.value.type() : undefined;
}

/** Maps have the same directives as messages; each value is merged as what the map holds. */
function mergeMap(original: Row, patch: Row, type: MessageType | undefined): Row {
  if (!type) return mergeRow(original, patch, undefined);
  const directive = patch[patchDirective];
  if (directive !== undefined) return mergeRow(original, patch, undefined);
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const existing = original[key];
    if (value === null || value === undefined) delete original[key];
    else if (isRow(value) && isRow(existing))
      setKey(original, key, mergeRow(existing, value, type));
    else setKey(original, key, withoutDirectives(value));
  }
  return original;
}

function mergeList(
  original: unknown[],
  patch: unknown[],
  mergeKey: string | undefined,
  type: MessageType | undefined,
): unknown[] {
  const mapped = patch.some(isRow) || original.some(isRow);
  if (!mapped) {
    const merged = [...original, ...patch.filter((value) => !original.includes(value))];
    return order([...new Set(merged)], [...new Set(patch)], original, undefined);
  }
  if (mergeKey === undefined) throw noMergeKey();
  for (const item of [...original, ...patch]) {
    if (!isRow(item)) throw doesNotApply("lists of lists are not supported");
  }
  const rows = patch as Row[];
  if (rows.some((item) => item[patchDirective] === "replace")) {
    return rows
      .filter((item) => item[patchDirective] === undefined)
      .map((item) => withoutDirectives(item));
  }
  let merged = [...(original as Row[])];
  const kept: Row[] = [];
  for (const item of rows) {
    const directive = item[patchDirective];
    if (directive === "delete") {
      const deleted = keyOf(item, mergeKey);
      merged = merged.filter((other) => other[mergeKey] !== deleted);
      continue;
    }
    if (directive !== undefined && directive !== "merge") {
      throw doesNotApply(`unknown patch type found: ${goText(directive)}`);
    }
    kept.push(item);
    const key = keyOf(item, mergeKey);
    const at = merged.findIndex((other) => keyOf(other, mergeKey) === key);
    const existing = merged[at];
    if (existing) merged[at] = mergeRow(existing, item, type);
    else merged.push(withoutDirectives(item) as Row);
  }
  return order(merged, kept, original, mergeKey);
}

/**
 * Items that the patch names keep the patch's order, the others the server's; where the server
 * knew no order between two of them, the patch's comes first. All this is upstream's.
 */
function order(
  merged: readonly unknown[],
  patch: readonly unknown[],
  server: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const identity = (item: unknown) => (mergeKey && isRow(item) ? item[mergeKey] : item);
  const ranks = (list: readonly unknown[]) =>
    new Map(list.map((item, index) => [identity(item), index]));
  const patchRank = ranks(patch);
  const serverRank = ranks(server);
  const byRank = (rank: ReadonlyMap<unknown, number>) => (left: unknown, right: unknown) =>
    (rank.get(identity(left)) ?? rank.size) - (rank.get(identity(right)) ?? rank.size);
  const named = merged.filter((item) => patchRank.has(identity(item))).sort(byRank(patchRank));
  const others = merged.filter((item) => !patchRank.has(identity(item))).sort(byRank(serverRank));
  const result: unknown[] = [];
  let at = 0;
  for (const item of named) {
    const rank = serverRank.get(identity(item));
    // Nothing comes before an item that the server did not know.
    const before = rank ?? -1;
    while (at < others.length && (serverRank.get(identity(others[at])) ?? Infinity) < before) {
      result.push(others[at++]);
    }
    result.push(item);
  }
  return [...result, ...others.slice(at)];
}

function retainKeys(original: Row, patch: Row): void {
  const directive = patch[retainKeysDirective];
  if (directive === undefined) return;
  delete patch[retainKeysDirective];
  if (!Array.isArray(directive)) throw malformed("invalid patch format of retainKeys");
  const retained = new Set<unknown>(directive);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith("$") || retained.has(key)) continue;
    throw malformed("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function takeOrders(patch: Row): [key: string, order: unknown[]][] {
  const orders: [string, unknown[]][] = [];
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const list = patch[key];
    if (!Array.isArray(list)) throw malformed("invalid patch format of setElementOrder list");
    orders.push([key.slice(orderPrefix.length), list as unknown[]]);
    delete patch[key];
  }
  return orders;
}

/** After the merge: items of the list take the order that the directive gives. */
function reorder(
  original: Row,
  key: string,
  wanted: readonly unknown[],
  patched: unknown,
  mergeKey: string | undefined,
): void {
  const list = original[key];
  if (Array.isArray(patched)) {
    const identity = (item: unknown) => (mergeKey && isRow(item) ? item[mergeKey] : item);
    const known = new Set(wanted.map(identity));
    const stray = (patched as unknown[]).find(
      (item) => !(isRow(item) && item[patchDirective] !== undefined) && !known.has(identity(item)),
    );
    if (stray !== undefined) {
      throw refused(
        `The order in patch list:\n${goText(patched)}\n doesn't match ` +
          `$setElementOrder list:\n${goText(wanted)}\n`,
      );
    }
  }
  if (Array.isArray(list)) original[key] = order(list, wanted, list, mergeKey);
}

function deleteScalars(original: Row, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw malformed("invalid patch format of primitive list");
  const list = original[key];
  if (Array.isArray(list)) {
    original[key] = (list as unknown[]).filter((item) => !values.includes(item));
  }
}

/** What a patch adds where nothing was: nulls delete nothing, and directives have done their work. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return (value as unknown[])
      .filter((item) => !(isRow(item) && item[patchDirective] === "delete"))
      .map(withoutDirectives);
  }
  if (!isRow(value)) return value;
  for (const key of Object.keys(value)) {
    const directive =
      key === patchDirective ||
      key === retainKeysDirective ||
      key.startsWith(orderPrefix) ||
      key.startsWith(deletePrefix);
    if (directive || value[key] === null) delete value[key];
    else setKey(value, key, withoutDirectives(value[key]));
  }
  return value;
}

function keyOf(item: Row, mergeKey: string): unknown {
  const key = item[mergeKey];
  if (key !== undefined) return key;
  return raise(refused(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`));
}

function raise(error: StatusError): never {
  throw error;
}

function noMergeKey(): StatusError {
  return doesNotApply("the list has no merge key");
}
