import type { Expression } from "./ast.ts";
import { PatternMistake, searchPattern } from "../re2.ts";
import type { Issues } from "./source.ts";
import { parseDuration, parseTimestamp } from "./time.ts";

/** Literals that can never work are issues: patterns, durations and timestamps. */
export function checkLiterals(node: Expression, issues: Issues): void {
  if (node.kind === "call") {
    const argument = node.args.at(node.name === "matches" ? -1 : 0);
    const text = argument?.kind === "literal" ? argument.value : undefined;
    if (argument && typeof text === "string" && isWrong(node.name, text)) {
      issues.add(argument.at, `invalid ${node.name} argument`);
    }
  }
  for (const child of childrenOf(node)) checkLiterals(child, issues);
}

function isWrong(name: string, text: string): boolean {
  switch (name) {
    case "matches":
      return searchPattern(text) instanceof PatternMistake;
    case "duration":
      return parseDuration(text) === undefined;
    case "timestamp":
      return parseTimestamp(text) === undefined;
    default:
      return false;
  }
}

function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [node.operand];
    case "call":
      return node.target ? [node.target, ...node.args] : node.args;
    case "list":
      return node.elements;
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return node.fields.map(({ value }) => value);
    case "comprehension":
      return [node.range, node.initial, node.condition, node.step, node.result];
    default:
      return node satisfies never;
  }
}
