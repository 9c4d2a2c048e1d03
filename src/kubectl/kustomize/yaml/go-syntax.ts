import { shortestFloat } from "#machinery/codec/go-yaml.ts";
import type { YamlNode } from "./node.ts";
import { scalarValue } from "./scalar.ts";

/** A node as Go prints a decoded object with %#v: the stock one shows so what it cannot write. */
export function goSyntax(node: YamlNode): string {
  if (hasDuplicates(node)) return "map[string]interface {}(nil)";
  return print(node, true);
}

function hasDuplicates(node: YamlNode): boolean {
  const names = new Set(node.entries.map(({ key }) => key.text));
  if (names.size < node.entries.length) return true;
  return [...node.items, ...node.entries.map(({ value }) => value)].some(hasDuplicates);
}

function print(node: YamlNode, isRoot: boolean): string {
  if (node.kind === "scalar") return printValue(valueOf(node));
  if (node.kind === "list") {
    return `[]interface {}{${node.items.map((item) => print(item, false)).join(", ")}}`;
  }
  const entries = node.entries.map(
    ({ key, value }) => [valueOf(key), print(value, false)] as const,
  );
  const isText = isRoot || entries.every(([key]) => typeof key === "string");
  const shown = entries
    .toSorted(([left], [right]) => (sortText(left) < sortText(right) ? -1 : 1))
    .map(([key, value]) => `${printValue(isRoot ? String(key) : key)}:${value}`);
  return `map[${isText ? "string" : "interface {}"}]interface {}{${shown.join(", ")}}`;
}

/** Keys of text come before others. */
function sortText(key: unknown): string {
  return typeof key === "string" ? ` ${key}` : `~${String(key)}`;
}

function valueOf(node: YamlNode): unknown {
  return scalarValue(node);
}

function printValue(value: unknown): string {
  if (value === null) return "interface {}(nil)";
  if (typeof value === "number" && !Number.isInteger(value)) return shortestFloat(value);
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}
