import { PatternMistake, searchPattern } from "#machinery/re2.ts";
import { failed, within } from "../error.ts";
import { expectKind, YamlNode } from "./node.ts";
import type { NodeKind } from "./node.ts";
import { nodeText } from "./write.ts";

/**
 * Follows a path: names of fields, numbers or "-" (the last) for items, "[name=x]" for the item
 * that has it. Undefined where it leads nowhere.
 */
export function lookup(root: YamlNode, path: readonly string[]): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const raw of path) {
    const step = raw.trim();
    if (step === "") continue;
    node = lookupStep(node, step);
    if (!node) return undefined;
  }
  return node;
}

function lookupStep(node: YamlNode, step: string): YamlNode | undefined {
  if (/^[-+]?\d+$/.test(step)) {
    const index = Number(step);
    if (index < 0) throw failed(`array index ${index} cannot be negative`);
    return node.elements()[index];
  }
  if (step === "-") return node.elements().at(-1);
  if (step === "*") throw failed("wildcard is not supported in PathGetter");
  if (!isItemStep(step)) return node.field(step);
  const [name, value] = splitItemStep(step);
  return node.elements().find((item) => {
    if (name === "") return item.text === value;
    return item.kind === "map" && item.get(name)?.text === value;
  });
}

function isItemStep(step: string): boolean {
  return step.startsWith("[") && step.endsWith("]");
}

function splitItemStep(step: string): readonly [name: string, value: string] {
  const text = step.replace(/^\[/, "").replace(/\]$/, "");
  const at = text.indexOf("=");
  if (at < 0) {
    throw failed("list path element must contain fieldName=fieldValue for element to match");
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * All nodes at a path, in which "*" stands for every item and "[name=x]" matches by pattern. With
 * `create`, what is missing is made, at the end a node of that kind.
 */
export function matchPath(
  node: YamlNode,
  path: readonly string[],
  create: NodeKind | undefined,
): YamlNode[] {
  const [step, ...rest] = path;
  if (step === undefined) return [node];
  if (/^\+?\d+$/.test(step)) return matchIndex(node, Number(step), rest, create);
  if (isItemStep(step)) return matchItems(node, step, rest, create);
  if (step === "*") return node.elements().flatMap((item) => matchPath(item, rest, create));
  let field = node.field(step);
  if (!field) {
    if (!create) return [];
    field = node.set(step, new YamlNode(kindBefore(rest[0], create)));
  }
  return matchPath(field, rest, create);
}

/** What a missing node has to be for the next step. */
function kindBefore(next: string | undefined, last: NodeKind): NodeKind {
  if (next === undefined || next === "") return last;
  return isItemStep(next) || /^\+?\d+$/.test(next) ? "list" : "map";
}

function matchIndex(
  node: YamlNode,
  index: number,
  rest: readonly string[],
  create: NodeKind | undefined,
): YamlNode[] {
  const items = node.elements();
  if (items.length === index && create) append(node, new YamlNode(kindBefore(rest[0], create)));
  const item = node.items[index];
  if (!item) {
    throw failed(`index ${index} specified but only ${node.items.length} elements found`);
  }
  return matchPath(item, rest, create);
}

function append(list: YamlNode, item: YamlNode): void {
  expectKind(list, "list");
  list.items = [...list.items, item];
}

function matchItems(
  node: YamlNode,
  step: string,
  rest: readonly string[],
  create: NodeKind | undefined,
): YamlNode[] {
  const [name, source] = splitItemStep(step);
  const find = () =>
    node.elements().flatMap((item) => {
      const value = name === "" ? item : item.get(name);
      if (!value || !matchesPattern(value, source)) return [];
      return name === "" ? [item] : matchPath(item, rest, create);
    });
  const found = find();
  if (found.length > 0 || !create) return found;
  const value = YamlNode.scalar(source);
  if (name === "") append(node, value);
  else {
    const item = YamlNode.map();
    item.entries.push({ key: YamlNode.scalar(name), value });
    append(node, item);
  }
  const made = find();
  if (made.length > 0) return made;
  throw failed(`failed to create element for ${JSON.stringify(step)}`);
}

function matchesPattern(node: YamlNode, source: string): boolean {
  const pattern = searchPattern(source);
  if (pattern instanceof PatternMistake) throw failed(pattern.message);
  return within("matching", () => pattern.test(nodeText(node).trim()));
}
