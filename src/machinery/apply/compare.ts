import type { MessageType } from "#schema/message.ts";
import { deepEqual } from "../deep-equal.ts";
import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { emptySet, leaf, node, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { isLeafValue, itemsByElement, itemShape, shapeOfField, shapeOfType } from "./typed.ts";
import type { Shape } from "./typed.ts";

/** What differs between two versions of an object, as sets of fields. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
  /** Added or modified. */
  readonly changed: FieldSet;
}

const nothing: Comparison = {
  added: emptySet,
  modified: emptySet,
  removed: emptySet,
  changed: emptySet,
};

/**
 * Compares two objects of a type, leaving out what the server itself keeps (resourceVersion,
 * managedFields, …) and has no manager. Parts that are the same object are not looked into.
 */
export function compareObjects(type: MessageType | undefined, before: Row, after: Row): Comparison {
  const shape = shapeOfType(type);
  const parts = compareRows(shape, before, after, rootSkips);
  if (!parts) return nothing;
  const added = parts.added ?? emptySet;
  const modified = parts.modified ?? emptySet;
  return { added, modified, removed: parts.removed ?? emptySet, changed: union(added, modified) };
}

/** Fields that nobody manages. */
const rootSkips: ReadonlySet<string> = new Set(["apiVersion", "kind"]);
const metadataSkips: ReadonlySet<string> = new Set([
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "clusterName",
  "generation",
  "managedFields",
  "resourceVersion",
]);

/** The same, as a set, for what a user applies. */
export const unmanaged: FieldSet = {
  "f:apiVersion": leaf,
  "f:kind": leaf,
  "f:metadata": Object.fromEntries([
    [".", leaf],
    ...[...metadataSkips].map((name) => [`f:${name}`, leaf] as const),
  ]),
};

interface Parts {
  added?: Record<string, FieldSet>;
  modified?: Record<string, FieldSet>;
  removed?: Record<string, FieldSet>;
}

interface NodeParts {
  readonly added?: FieldSet | undefined;
  readonly modified?: FieldSet | undefined;
  readonly removed?: FieldSet | undefined;
}

const addedLeaf: NodeParts = { added: leaf };
const removedLeaf: NodeParts = { removed: leaf };
const modifiedLeaf: NodeParts = { modified: leaf };
const noKeys: ReadonlySet<string> = new Set();

function compareValues(shape: Shape, before: unknown, after: unknown): NodeParts | undefined {
  if (before === after) return undefined;
  if (isOneValue(shape, before, after)) {
    if (before === undefined) return addedLeaf;
    if (after === undefined) return removedLeaf;
    return deepEqual(before, after) ? undefined : modifiedLeaf;
  }
  const parts =
    isRow(before) || isRow(after)
      ? compareRows(shape, rowOf(before), rowOf(after), noKeys)
      : compareLists(shape, asList(before), asList(after));
  if (before !== undefined && after !== undefined) return parts;
  return {
    added: node(before === undefined, parts?.added),
    modified: parts?.modified,
    removed: node(after === undefined, parts?.removed),
  };
}

/** Also two empty ones are compared as a whole: an empty map is something else than none. */
function isOneValue(shape: Shape, before: unknown, after: unknown): boolean {
  if (before !== undefined && isLeafValue(shape, before)) return true;
  if (after !== undefined && isLeafValue(shape, after)) return true;
  return isBlank(before) && isBlank(after);
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function compareRows(
  shape: Shape,
  before: Row | undefined,
  after: Row | undefined,
  skips: ReadonlySet<string>,
): Parts | undefined {
  let parts: Parts | undefined;
  const visit = (key: string) => {
    let left = before && Object.hasOwn(before, key) ? before[key] : undefined;
    let right = after && Object.hasOwn(after, key) ? after[key] : undefined;
    if (left === right || skips.has(key)) return;
    if (skips === rootSkips && key === "metadata") {
      const metadata = shapeOfField(shape, key);
      const inner = compareRows(metadata, rowOf(left) ?? {}, rowOf(right) ?? {}, metadataSkips);
      if (inner) parts = collect(parts, "f:metadata", inner);
      return;
    }
    if (left === undefined && before) left = standIn(shape, key, right);
    else if (right === undefined && after) right = standIn(shape, key, left);
    const inner = compareValues(shapeOfField(shape, key), left, right);
    if (inner) parts = collect(parts, `f:${key}`, inner);
  };
  for (const key in before) visit(key);
  for (const key in after) if (!before || !Object.hasOwn(before, key)) visit(key);
  return parts;
}

function compareLists(
  shape: Shape,
  before: readonly unknown[],
  after: readonly unknown[],
): Parts | undefined {
  let parts: Parts | undefined;
  const left = itemsByElement(shape, before);
  const right = itemsByElement(shape, after);
  const inner = itemShape(shape);
  for (const [element, item] of left) {
    const found = compareValues(inner, item, right.get(element));
    if (found) parts = collect(parts, element, found);
  }
  for (const [element, item] of right) {
    if (left.has(element)) continue;
    const found = compareValues(inner, undefined, item);
    if (found) parts = collect(parts, element, found);
  }
  return parts;
}

function collect(parts: Parts | undefined, element: string, found: NodeParts): Parts {
  const result = parts ?? {};
  if (found.added) (result.added ??= {})[element] = found.added;
  if (found.modified) (result.modified ??= {})[element] = found.modified;
  if (found.removed) (result.removed ??= {})[element] = found.removed;
  return result;
}

function rowOf(value: unknown): Row | undefined {
  return isRow(value) ? value : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/**
 * To upstream, a struct that is no pointer and a list without "omitempty" are always there, be it
 * empty: then only what is inside was added, and the field itself has no owner.
 */
function standIn(shape: Shape, key: string, other: unknown): unknown {
  if (shape.kind !== "struct") return undefined;
  const type = shape.type.schemaName;
  const field = `${type.slice(type.lastIndexOf(".") + 1)}.${key}`;
  if (isRow(other)) {
    return plainStructs.has(key) && !pointerStructs.has(field) ? {} : undefined;
  }
  return plainLists.has(field) ? [] : undefined;
}

const plainStructs = new Set([
  "metadata",
  "spec",
  "status",
  "strategy",
  "updateStrategy",
  "template",
  "jobTemplate",
  "resources",
  "loadBalancer",
  "daemonEndpoints",
  "kubeletEndpoint",
  "nodeInfo",
  "names",
  "state",
  "lastState",
]);

const pointerStructs = new Set(["ReplicationControllerSpec.template", "PodSpec.resources"]);

const plainLists = new Set([
  "PodSpec.containers",
  "Role.rules",
  "ClusterRole.rules",
  "CustomResourceDefinitionSpec.versions",
  "CustomResourceDefinitionStatus.conditions",
  "CustomResourceDefinitionStatus.storedVersions",
]);
