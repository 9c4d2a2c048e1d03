import { failed } from "./error.ts";
import type { MergeSchema, MergeSchemas } from "./schema/merge-schema.ts";
import { expectKind, YamlNode } from "./yaml/node.ts";
import type { NodeKind } from "./yaml/node.ts";

export interface MergeOptions {
  readonly schemas: MergeSchemas;
  /** Whether new items of a list come before those that were there. */
  readonly added: "first" | "last";
}

/**
 * Merges a patch into a node as kustomize does, in place. Undefined: the patch deletes it. Lists
 * join by the keys of the schema; others, as those of custom resources, are replaced.
 */
export function strategicMerge(
  target: YamlNode,
  patch: YamlNode,
  options: MergeOptions,
): YamlNode | undefined {
  return new Merger(options).walk(target, patch, undefined);
}

class Merger {
  readonly #options: MergeOptions;

  constructor(options: MergeOptions) {
    this.#options = options;
  }

  walk(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    known: MergeSchema | undefined,
  ): YamlNode | undefined {
    const schema = known ?? this.#schemaOf(target) ?? this.#schemaOf(patch);
    const kind = kindOf(target) ?? kindOf(patch) ?? "map";
    for (const node of [target, patch]) if (node) expectKind(node, kind);
    switch (kind) {
      case "map":
        return this.#map(target, patch, schema);
      case "list":
        if (schema?.mergeKeys) return this.#list(target, patch, schema, schema.mergeKeys);
        return patch ?? target;
      case "scalar":
        return patch ?? target;
      default:
        return kind satisfies never;
    }
  }

  #schemaOf(node: YamlNode | undefined): MergeSchema | undefined {
    if (node?.kind !== "map") return undefined;
    const [apiVersion, kind] = [node.get("apiVersion")?.text, node.get("kind")?.text];
    if (!apiVersion || !kind) return undefined;
    return this.#options.schemas.ofKind(apiVersion, kind);
  }

  #map(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    schema: MergeSchema | undefined,
  ): YamlNode | undefined {
    const into = startOfMap(target, patch);
    if (!into) return undefined;
    const names = new Set([into, patch].flatMap((node) => fieldNames(node)));
    for (const name of [...names].sort()) {
      const existing = into.get(name);
      const wanted = patch?.get(name);
      // A null that is written out stays; one that is only implied goes.
      if (existing?.isNull && existing.text !== "" && !wanted) continue;
      const value = this.walk(existing, wanted, schema?.field(name));
      if (value) into.set(name, value);
      else into.clear(name);
    }
    return into;
  }

  #list(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    schema: MergeSchema,
    schemaKeys: readonly string[],
  ): YamlNode | undefined {
    const into = startOfList(target, patch);
    if (!into) return undefined;
    const sources = [into, patch];
    const ordered = this.#options.added === "first" ? [patch, into] : [into, patch];
    const scalars = schemaKeys.length === 0;
    const keys = scalars ? [""] : schemaKeys;
    let rows = scalars ? scalarRows(ordered) : keyRows(ordered, keys);
    if (keys.length > 1) rows = joinPartialRows(rows);
    let used: MatchKeys = { keys, values: [] };
    const merged = YamlNode.list();
    for (const row of rows) {
      used = usedKeys(rows, row, keys);
      const { keys: only, values } = usedKeys([used.values], used.values, used.keys);
      const [existing, wanted] = sources.map((list) => list && findItem(list, only, values));
      const item = this.walk(existing, wanted, schema.elements());
      if (!item || item.isNull || (item.kind === "map" && item.entries.length === 0)) {
        setItem(into, undefined, used);
        continue;
      }
      completeKeys(item, used);
      setItem(merged, item, used);
    }
    if (rows.length === 0) return into;
    return this.#options.added === "first"
      ? appendItems(merged, into, used.keys)
      : appendItems(into, merged, used.keys);
  }
}

function kindOf(node: YamlNode | undefined): NodeKind | undefined {
  return node && !node.isNull ? node.kind : undefined;
}

function fieldNames(node: YamlNode | undefined): string[] {
  return node?.kind === "map" ? node.entries.map(({ key }) => key.text) : [];
}

type Directive = "merge" | "replace" | "delete";

/** What the fields are merged into; nothing where the map is to go. */
function startOfMap(
  target: YamlNode | undefined,
  patch: YamlNode | undefined,
): YamlNode | undefined {
  if (!target || target.isNull) {
    if (patch && takeDirective(patch) === "delete") return undefined;
    return patch;
  }
  if (patch?.isNull) return undefined;
  const directive = patch ? takeDirective(patch) : "merge";
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : target;
}

function startOfList(
  target: YamlNode | undefined,
  patch: YamlNode | undefined,
): YamlNode | undefined {
  if (!target || target.isNull) return patch;
  if (patch?.isNull) return undefined;
  const directive = patch ? takeListDirective(patch) : "merge";
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : target;
}

const directiveField = "$patch";

function takeDirective(patch: YamlNode): Directive {
  const node = patch.kind === "map" ? patch.get(directiveField) : undefined;
  if (!node) return "merge";
  const directive = directiveOf(node.text);
  patch.clear(directiveField);
  return directive;
}

/** An item that is nothing but a directive speaks of the list. */
function takeListDirective(patch: YamlNode): Directive {
  const item = patch.items.find((candidate) => candidate.get(directiveField));
  const node = item?.get(directiveField);
  if (!item || !node || item.entries.length > 1) return "merge";
  const directive = directiveOf(node.text);
  setItem(patch, undefined, { keys: [directiveField], values: [directive] });
  return directive;
}

function directiveOf(text: string): Directive {
  if (text === "merge" || text === "replace" || text === "delete") return text;
  throw failed(`unknown patch strategy '${text}'`);
}

interface MatchKeys {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** The values of each item's keys, each combination once. */
function keyRows(
  lists: readonly (YamlNode | undefined)[],
  keys: readonly string[],
): (readonly string[])[] {
  const rows = new Map<string, readonly string[]>();
  for (const item of lists.flatMap((list) => list?.items ?? [])) {
    const row = keys.map((key) => {
      const value = item.get(key);
      return value && !value.isNullOrEmpty ? value.text : "";
    });
    const id = JSON.stringify(row);
    if (!rows.has(id)) rows.set(id, row);
  }
  return [...rows.values()];
}

function scalarRows(lists: readonly (YamlNode | undefined)[]): (readonly string[])[] {
  const texts = new Set(lists.flatMap((list) => (list?.items ?? []).map((item) => item.text)));
  return [...texts].map((text) => [text]);
}

/** Port 80 without a protocol and port 80 of TCP are one. */
function joinPartialRows(rows: readonly (readonly string[])[]): (readonly string[])[] {
  const joined = [...rows];
  for (let one = 0; one < joined.length; one++) {
    // What it was when its turn came meets all others.
    const row = joined[one] ?? [];
    for (let other = 0; other < joined.length; other++) {
      const both = joinRows(row, joined[other] ?? []);
      if (both) joined[one] = joined[other] = both;
    }
  }
  return joined;
}

function joinRows(one: readonly string[], other: readonly string[]): string[] | undefined {
  const joined: string[] = [];
  let common = false;
  for (const [at, value] of one.entries()) {
    const second = other[at] ?? "";
    if (value !== second && value !== "" && second !== "") return undefined;
    if (value === second) common = true;
    joined.push(value || second);
  }
  return common ? joined : undefined;
}

/** Keys that no row has a value for are left out. */
function usedKeys(
  rows: readonly (readonly string[])[],
  row: readonly string[],
  keys: readonly string[],
): MatchKeys {
  const used = new Set(rows.flatMap((values) => keys.filter((_, at) => (values[at] ?? "") !== "")));
  if (used.size === 0) return { keys, values: row };
  return {
    keys: keys.filter((key) => used.has(key)),
    values: row.filter((value, at) => value !== "" || used.has(keys[at] ?? "")),
  };
}

function findItem(
  list: YamlNode,
  keys: readonly string[],
  values: readonly string[],
): YamlNode | undefined {
  if (list.kind !== "list") return undefined;
  if (keys[0] === "") return list.items.find((item) => item.text === (values[0] ?? ""));
  return list.items.find(
    (item) => item.kind === "map" && keys.every((key, at) => item.get(key)?.text === values[at]),
  );
}

function completeKeys(item: YamlNode, { keys, values }: MatchKeys): void {
  for (const [at, key] of keys.entries()) {
    const value = values[at] ?? "";
    if (value === "" || item.get(key)) continue;
    if (key === "") item.replaceScalar(YamlNode.scalar(value));
    else item.set(key, YamlNode.scalar(value));
  }
}

/** Puts the item where its likes are, or at the end; without one, takes those away. */
function setItem(list: YamlNode, element: YamlNode | undefined, { keys, values }: MatchKeys): void {
  const items: YamlNode[] = [];
  let found = false;
  const byFields = keys[0] !== "" && (values[0] ?? "") !== "";
  for (const item of list.items) {
    if (item.isNull || (item.kind === "map" && item.entries.length === 0)) continue;
    if (item.kind !== "map" && byFields) {
      items.push(item);
      continue;
    }
    if (!matchesKeys(item, keys, values)) {
      if (values.length > 0) items.push(item);
      continue;
    }
    found = true;
    if (element) items.push(element);
  }
  if (element && !element.isNull && !found) items.push(element);
  list.items = items;
}

/** Keys beyond the values count as matched. */
function matchesKeys(item: YamlNode, keys: readonly string[], values: readonly string[]): boolean {
  let matched = false;
  for (const [at, key] of keys.entries()) {
    const wanted = values[at];
    if (wanted !== undefined) {
      if (key === "") {
        expectKind(item, "scalar");
        matched = item.text === wanted;
      } else {
        const value = item.field(key);
        matched = value !== undefined && (wanted === "" || value.text === wanted);
      }
    }
    if (!matched) return false;
  }
  return matched;
}

function appendItems(into: YamlNode, from: YamlNode, keys: readonly string[]): YamlNode {
  for (const item of from.items) {
    if (keys[0] === "") {
      setItem(into, item, { keys, values: [item.text] });
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = item.field(key);
      if (value) values.push(value.text);
      else into.items = [...into.items, item];
    }
    if (keys.length > 1) setItem(into, undefined, { keys, values });
    setItem(into, item, { keys, values });
  }
  return into;
}
