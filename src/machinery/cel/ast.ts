import type { Type } from "./types.ts";
import type { Value } from "./values.ts";

/**
 * An expression. Macros are already expanded. The checker writes what it finds into the nodes:
 * `type`, and for calls the overloads that may be meant.
 */
export type Expression =
  | LiteralNode
  | IdentNode
  | SelectNode
  | CallNode
  | ListNode
  | MapNode
  | StructNode
  | ComprehensionNode;

interface Node {
  /** Where issues point: of an operation, its operator. */
  readonly at: number;
  type?: Type;
}

export interface LiteralNode extends Node {
  readonly kind: "literal";
  readonly value: Value;
}

export interface IdentNode extends Node {
  readonly kind: "ident";
  name: string;
  /** The name is a type's. */
  constant?: Value;
}

export interface SelectNode extends Node {
  readonly kind: "select";
  readonly operand: Expression;
  readonly field: string;
  /** `has(a.b)`. */
  readonly testOnly: boolean;
  /** The whole path is the name of one variable or type. */
  resolved?: IdentNode;
}

export interface CallNode extends Node {
  readonly kind: "call";
  /** Operators have names such as `_+_`. */
  name: string;
  target: Expression | undefined;
  readonly args: readonly Expression[];
  /** Ids of overloads. */
  overloads?: readonly string[];
}

export interface ListNode extends Node {
  readonly kind: "list";
  readonly elements: readonly Expression[];
  /** Which elements are left out when they are none. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntryNode {
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

export interface MapNode extends Node {
  readonly kind: "map";
  readonly entries: readonly MapEntryNode[];
}

export interface StructFieldNode {
  readonly name: string;
  readonly value: Expression;
  readonly optional: boolean;
  readonly at: number;
}

export interface StructNode extends Node {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly StructFieldNode[];
}

/** A loop over a list or map, which all macros with a variable become. */
export interface ComprehensionNode extends Node {
  readonly kind: "comprehension";
  readonly range: Expression;
  readonly variable: string;
  /** With two variables the first is the index or key, this the value. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** What no user can name. */
export const accumulatorName = "@result";

export const literal = (at: number, value: Value): LiteralNode => ({ kind: "literal", at, value });
export const ident = (at: number, name: string): IdentNode => ({ kind: "ident", at, name });
export const call = (
  at: number,
  name: string,
  args: readonly Expression[],
  target?: Expression,
): CallNode => ({ kind: "call", at, name, args, target });
export const list = (
  at: number,
  elements: readonly Expression[],
  optional: ReadonlySet<number> = new Set(),
): ListNode => ({ kind: "list", at, elements, optional });

/** `a.b.c` as text; undefined for anything else. */
export function qualifiedName(node: Expression): string | undefined {
  if (node.kind === "ident") return node.name;
  if (node.kind !== "select" || node.testOnly) return undefined;
  const prefix = qualifiedName(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}
