import { failed, within } from "./error.ts";
import { idText, parseApiVersion, writtenId } from "./ids.ts";
import type { GroupVersionKind } from "./ids.ts";
import { YamlNode } from "./yaml/node.ts";
import type { NodeKind } from "./yaml/node.ts";
import { tags } from "./yaml/scalar.ts";

/** A place in objects of some kinds, written "spec/template/metadata/labels". */
export interface FieldSpec extends GroupVersionKind {
  readonly path: string;
  /** Whether the way to it is made where it is missing. */
  readonly create: boolean;
}

/** Puts a value into a node that was found. A value's node may be shared by all that it sets. */
export type SetNode = (node: YamlNode) => void;

export interface FieldEdit {
  readonly set: SetNode;
  /** What is made at a missing place; without it nothing is. */
  readonly createKind?: NodeKind;
  readonly createTag?: string;
}

/** Edits every node at the place; lists on the way are gone through item by item. */
export function editField(object: YamlNode, spec: FieldSpec, edit: FieldEdit): void {
  if (!appliesTo(spec, object)) return;
  const path = splitPath(spec.path, "/");
  within(
    () => `considering field '${spec.path}' of object ${objectText(object)}`,
    () => new Visit(spec, edit).node(object, path),
  );
}

export function editFields(object: YamlNode, specs: readonly FieldSpec[], edit: FieldEdit): void {
  for (const spec of specs) editField(object, spec, edit);
}

/** A setter of one text: of the node itself, or of one of its fields. */
export function textSetter(text: string, tag: string = tags.text, field = ""): SetNode {
  const value = YamlNode.scalar(text, tag);
  return (node) => {
    if (field === "") node.replaceScalar(value);
    else node.set(field, value);
  };
}

class Visit {
  readonly #spec: FieldSpec;
  readonly #edit: FieldEdit;

  constructor(spec: FieldSpec, edit: FieldEdit) {
    this.#spec = spec;
    this.#edit = edit;
  }

  node(node: YamlNode, path: readonly string[]): void {
    if (path.length === 0) return this.#edit.set(node);
    if (node.isNull) return;
    if (node.kind === "scalar") throw failed("expected sequence or mapping node");
    if (node.kind === "map") return this.#map(node, path);
    within(
      () => `visit traversal on path: [${path.join(" ")}]`,
      () => {
        for (const item of node.items) this.node(item, path);
      },
    );
  }

  #map(node: YamlNode, path: readonly string[]): void {
    const [step = "", ...rest] = path;
    const isList = step.endsWith("[]");
    const name = isList ? step.slice(0, -2) : step;
    if (name === "") throw failed("cannot set or create an empty field name");
    const create = this.#spec.create && this.#edit.createKind !== undefined && !isList;
    const kind: NodeKind | undefined = isList
      ? "list"
      : create
        ? rest.length > 0
          ? "map"
          : this.#edit.createKind
        : undefined;
    const field = within(
      () => `fieldName: ${name}`,
      () => node.field(name) ?? (create && kind ? node.set(name, new YamlNode(kind)) : undefined),
    );
    if (!field) return;
    if (field.isNull && kind) {
      field.kind = kind;
      field.tag =
        rest.length > 0 && !isList ? tags.map : isList ? "" : (this.#edit.createTag ?? "");
      field.text = kind === "scalar" ? field.text : "";
    }
    this.node(field, rest);
  }
}

function appliesTo(spec: FieldSpec, object: YamlNode): boolean {
  if (spec.kind !== "" && spec.kind !== (object.get("kind")?.text ?? "")) return false;
  const { group, version } = parseApiVersion(object.get("apiVersion")?.text ?? "");
  if (spec.group !== "" && spec.group !== group) return false;
  return spec.version === "" || spec.version === version;
}

function objectText(object: YamlNode): string {
  const { group, version } = parseApiVersion(object.get("apiVersion")?.text ?? "");
  const metadata = object.get("metadata");
  const text = (name: string) => metadata?.get(name)?.text ?? "";
  const kind = object.get("kind")?.text ?? "";
  return idText(writtenId({ group, version, kind }, text("name"), text("namespace")));
}

/** Splits where the delimiter is not escaped by a backslash. */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === "") parts.shift();
  const joined: string[] = [parts[0] ?? ""];
  for (const part of parts.slice(1)) {
    const last = joined.at(-1) ?? "";
    if (last.endsWith("\\")) joined[joined.length - 1] = last.slice(0, -1) + delimiter + part;
    else joined.push(part);
  }
  return joined;
}

/** As `splitPath` by dots, but what stands in brackets stays one part. */
export function splitDottedPath(path: string): string[] {
  const parts = splitPath(path, ".");
  const joined: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? "";
    if (!part.startsWith("[") || part.endsWith("]")) {
      joined.push(part);
      continue;
    }
    const bracketed = [part];
    while (at < parts.length - 1) {
      at++;
      bracketed.push(parts[at] ?? "");
      if (bracketed.at(-1)?.endsWith("]")) break;
    }
    const text = bracketed.join(".");
    joined.push(text.includes("=") ? text : text.replaceAll(/^[[\]]+|[[\]]+$/g, ""));
  }
  return joined;
}
