import { failed } from "./error.ts";
import { Resource } from "./resource.ts";
import type { Scopes } from "./schema/kinds.ts";
import type { YamlNode } from "./yaml/node.ts";
import { nodeOfJson, readDocuments } from "./yaml/read.ts";
import { jsonOf } from "./yaml/write.ts";

/** The objects of a file; lists of objects are opened up. */
export function readResources(text: string, scopes: Scopes): Resource[] {
  const nodes = inlined(checked(unwrapped(readDocuments(text))));
  return nodes.map((node) => new Resource(node, scopes));
}

/** A single "kind: List" is only a wrapping. */
function unwrapped(documents: readonly YamlNode[]): readonly YamlNode[] {
  const [only] = documents;
  if (!only || documents.length > 1) return documents;
  const kind = only.get("kind")?.text;
  const items = only.get("items");
  if ((kind !== "List" && kind !== "ResourceList") || !items) return documents;
  return items.kind === "list" ? items.items : [];
}

function checked(nodes: readonly YamlNode[]): YamlNode[] {
  return nodes.filter((node) => {
    if (node.isNullOrEmpty) return false;
    checkMetadata(node);
    return true;
  });
}

/** Throws where an object lacks what makes it one. */
export function checkMetadata(node: YamlNode): void {
  const metadata = node.get("metadata");
  const text = (of: YamlNode | undefined, name: string) => {
    const value = of?.get(name);
    return value && !value.isNullOrEmpty ? value.text : "";
  };
  const [apiVersion, kind] = [text(node, "apiVersion"), text(node, "kind")];
  const name = text(metadata, "name");
  if (apiVersion === "" && kind === "" && (!metadata || metadata.isNullOrEmpty)) {
    throw failed("missing Resource metadata");
  }
  const shown = `{{${apiVersion} ${kind}} {{${name} ${text(metadata, "namespace")}} ${mapText(
    metadata?.get("labels"),
  )} ${mapText(metadata?.get("annotations"))}}}`;
  if (kind === "") throw failed(`missing kind in object ${shown}`);
  if (kind.endsWith("List")) return;
  if (name === "") throw failed(`missing metadata.name in object ${shown}`);
}

/** As Go prints a map. */
function mapText(node: YamlNode | undefined): string {
  const entries = node?.kind === "map" ? node.entries : [];
  const shown = entries.map(({ key, value }) => `${key.text}:${value.text}`).sort();
  return `map[${shown.join(" ")}]`;
}

/** Objects like a ConfigMapList stand for their items. */
function inlined(nodes: readonly YamlNode[]): YamlNode[] {
  const queue = [...nodes];
  const result: YamlNode[] = [];
  for (let node = queue.shift(); node; node = queue.shift()) {
    const kind = node.get("kind")?.text ?? "";
    const items = kind.endsWith("List") ? node.get("items") : undefined;
    if (!items) {
      result.push(node);
      continue;
    }
    if (items.isNull) continue;
    if (items.kind !== "list") {
      throw failed(`expected array in ${kind}/items, but found ${goKinds[items.kind]}`);
    }
    queue.push(...checked(items.items.map((item) => nodeOfJson(jsonOf(item)))));
  }
  return result;
}

const goKinds = { map: "map[string]interface {}", scalar: "string", list: "[]interface {}" };
