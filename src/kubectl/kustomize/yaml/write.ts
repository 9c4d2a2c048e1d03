import { toGoYaml } from "#machinery/codec/go-yaml.ts";
import { setKey } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { failed } from "../error.ts";
import type { YamlNode } from "./node.ts";
import { scalarValue } from "./scalar.ts";

/** A node's value as JSON has it. Integers beyond a double's are `bigint`s. */
export function jsonOf(node: YamlNode): unknown {
  if (node.kind === "list") return node.items.map(jsonOf);
  if (node.kind === "scalar") return scalarValue(node);
  const row: Row = {};
  for (const { key, value } of node.entries) {
    const name = keyText(key);
    if (Object.hasOwn(row, name)) {
      throw failed(
        `yaml: unmarshal errors:\n  mapping key ${JSON.stringify(name)} already defined`,
      );
    }
    setKey(row, name, jsonOf(value));
  }
  return row;
}

/** JSON has no keys but text. */
function keyText(key: YamlNode): string {
  const value = scalarValue(key);
  if (typeof value === "string") return value;
  throw failed("json: unsupported type: map[interface {}]interface {}");
}

/** The node as YAML for a message: in its own order. */
export function nodeText(node: YamlNode): string {
  return toGoYaml(orderedOf(node));
}

function orderedOf(node: YamlNode): unknown {
  if (node.kind === "list") return node.items.map(orderedOf);
  if (node.kind === "map") {
    return new Map(node.entries.map(({ key, value }) => [key.text, orderedOf(value)]));
  }
  try {
    return scalarValue(node);
  } catch {
    return node.text;
  }
}
