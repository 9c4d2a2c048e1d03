import { exactJsonText } from "../codec/exact-json.ts";
import { isTooDeep, tooDeep } from "#schema/nesting.ts";
import { deepEqual } from "../deep-equal.ts";
import { cloneJson, isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";
import { requestEntityTooLarge } from "../status.ts";
import { doesNotApply, jsonKind, malformed } from "./patch-error.ts";

const operationsMax = 10000;
/** Copies of copies would grow without end. */
const copiedBytesMax = 3 * 1024 * 1024;

/** RFC 6902. Returns a new object; throws a 400 for no patch and a 422 for one that does not fit. */
export function applyJsonPatch(current: object, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw malformed(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type ` +
        "[]handlers.jsonPatchOp",
    );
  }
  if (patch.length > operationsMax) {
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${patch.length}`,
    );
  }
  const document: Row = { "": cloneJson(current) };
  let copiedBytes = 0;
  for (const operation of patch) {
    copiedBytes += apply(document, operation);
    if (copiedBytes > copiedBytesMax) {
      throw requestEntityTooLarge(
        `Unable to complete the copy, the accumulated size increase of copy is ${copiedBytes}, ` +
          `exceeding the limit ${copiedBytesMax}`,
      );
    }
  }
  return document[""];
}

/**
 * Returns the size of what it copied. The document hangs below the key "", so that the path "" has
 * a parent like every other.
 */
function apply(document: Row, operation: unknown): number {
  if (!isRow(operation)) {
    throw malformed(
      `error decoding patch: json: cannot unmarshal ${jsonKind(operation)} into Go value of type ` +
        "handlers.jsonPatchOp",
    );
  }
  const { op, path } = operation;
  if (typeof path !== "string") throw doesNotApply(`${String(op)} operation has no path`);
  const target = find(document, path, String(op));
  switch (op) {
    case "add":
      add(target, valueOf(operation));
      return 0;
    case "replace":
      read(target);
      replace(target, valueOf(operation));
      return 0;
    case "remove":
      if (peek(target) === undefined) throw doesNotApply(nothingToRemove(target));
      remove(target);
      return 0;
    case "test": {
      // A test for null also holds for what is not there.
      const expected = operation["value"] ?? null;
      const actual = expected === null ? (peek(target) ?? null) : read(target);
      if (!deepEqual(actual, expected))
        throw doesNotApply(`testing value ${path} failed: test failed`);
      return 0;
    }
    case "copy": {
      const copied = read(find(document, fromOf(operation), op));
      add(target, cloneJson(copied));
      return exactJsonText(copied).length;
    }
    case "move": {
      const from = fromOf(operation);
      if (path.startsWith(`${from}/`)) throw doesNotApply("cannot move a value into itself");
      const source = find(document, from, "move");
      const moved = read(source);
      remove(source);
      add(find(document, path, "move"), moved);
      return 0;
    }
    default:
      throw doesNotApply(`Unexpected kind: ${String(op)}`);
  }
}

/** A place in the document: a key of an object or an index of a list. */
interface Place {
  readonly parent: unknown;
  readonly key: string;
  readonly path: string;
}

function find(document: Row, path: string, op: string): Place {
  if (path !== "" && !path.startsWith("/")) throw doesNotApply(`bad path ${path}`);
  const keys = path.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let parent: unknown = document;
  for (const key of keys.slice(0, -1)) {
    parent = peek({ parent, key, path });
    if (typeof parent !== "object" || parent === null) {
      throw doesNotApply(`${op} operation does not apply: ${missing(op, path)}: missing value`);
    }
  }
  return { parent, key: keys.at(-1) ?? "", path };
}

/** Upstream's words for a way that ends early are not the same for all operations. */
function missing(op: string, path: string): string {
  if (op === "test") return `is missing path: ${path}`;
  if (op === "move" || op === "copy") return `doc is missing from path: ${path}`;
  return `doc is missing path: ${op === "replace" ? path : `"${path}"`}`;
}

function peek({ parent, key, path }: Place): unknown {
  if (Array.isArray(parent)) {
    if (key === "-") return undefined;
    return (parent as unknown[])[indexOf(key, parent.length, path)];
  }
  return isRow(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function nothingToRemove({ key, path }: Place): string {
  return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
}

function read(place: Place): unknown {
  const value = peek(place);
  if (value !== undefined) return value;
  throw doesNotApply(
    `replace operation does not apply: doc is missing key: ${place.path}: missing value`,
  );
}

function add({ parent, key, path }: Place, value: unknown): void {
  checkDepth(path, value);
  if (Array.isArray(parent)) {
    const index = key === "-" ? parent.length : indexOf(key, parent.length + 1, path);
    if (index > parent.length) throw doesNotApply(`index ${key} is out of bounds`);
    parent.splice(index, 0, value);
  } else setKey(parent as Row, key, value);
}

function replace({ parent, key, path }: Place, value: unknown): void {
  checkDepth(path, value);
  if (Array.isArray(parent)) parent[indexOf(key, parent.length, path)] = value;
  else setKey(parent as Row, key, value);
}

function checkDepth(path: string, value: unknown): void {
  if (isTooDeep(value, path.split("/").length)) throw doesNotApply(tooDeep);
}

function remove({ parent, key, path }: Place): void {
  if (Array.isArray(parent)) parent.splice(indexOf(key, parent.length, path), 1);
  else delete (parent as Row)[key];
}

/** Upstream also counts from the end: -1 is the last. */
function indexOf(key: string, length: number, path: string): number {
  if (!/^-?\d+$/.test(key)) throw doesNotApply(`${path}: ${key} is no index`);
  const index = Number(key);
  if (index >= -length && index < 0) return index + length;
  if (index < 0) throw doesNotApply(`${path}: index ${key} is out of bounds`);
  return index;
}

function valueOf(operation: Row): unknown {
  if (!Object.hasOwn(operation, "value")) throw doesNotApply("operation has no value");
  return cloneJson(operation["value"]);
}

function fromOf(operation: Row): string {
  const { from } = operation;
  if (typeof from !== "string") throw doesNotApply("operation has no from");
  return from;
}
