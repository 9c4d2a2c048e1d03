import type { CallNode, ComprehensionNode, Expression } from "./ast.ts";
import { accumulatorName } from "./ast.ts";
import { callEstimate } from "./estimate-calls.ts";
import { characters } from "./operators.ts";
import { add, addAll, fixed, type Range, times, union, unknown } from "./range.ts";
import { identCost, listCost, mapCost, structCost } from "./runtime-cost.ts";
import { dynType, type Type } from "./types.ts";
import { MapValue } from "./values.ts";

/** 2^64 stands for upstream's largest number, which means that there is no bound. */
export type CostEstimate = Range;

/**
 * Bounds of a checked expression's cost. Sizes come from literals and from the limits that
 * variables' types declare, followed along the path by which a value is reached.
 */
export function estimateCost(
  expression: Expression,
  variable: (name: string) => Type | undefined,
): CostEstimate {
  return new Estimator(variable).cost(expression);
}

/** Field names, `@items`, `@keys` and `@values` from a variable on. */
type Path = readonly string[];

/** Sizes of what a list or map holds. */
interface EntrySize {
  readonly container: "list" | "map";
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: Path;
  readonly size: Range | undefined;
  readonly entrySize: EntrySize | undefined;
}

/** A part of an expression as the rules for calls see it. */
export interface SizedNode {
  readonly expression: Expression | undefined;
  readonly type: Type;
  readonly size: Range;
  /** The size of the items of a list; undefined if it is none. */
  readonly item: () => { readonly type: Type; readonly size: Range } | undefined;
}

class Estimator {
  readonly #variable: (name: string) => Type | undefined;
  readonly #paths = new Map<Expression, Path>();
  readonly #sizes = new Map<Expression, Range>();
  readonly #entrySizes = new Map<Expression, EntrySize>();
  readonly #locals = new Map<string, Local[]>();

  constructor(variable: (name: string) => Type | undefined) {
    this.#variable = variable;
  }

  cost(node: Expression): Range {
    switch (node.kind) {
      case "literal":
        return fixed(0);
      case "ident":
        this.#paths.set(node, this.#local(node.name)?.path ?? [node.name]);
        return fixed(identCost);
      case "select":
        return this.#select(node);
      case "call":
        return this.#call(node);
      case "list": {
        const cost = addAll(node.elements.map((element) => this.cost(element)));
        const value = this.#unionOf(node.elements);
        this.#entrySizes.set(node, { container: "list", key: fixed(1), value });
        return add(cost, fixed(listCost));
      }
      case "map": {
        const cost = addAll(
          node.entries.map(({ key, value }) => add(this.cost(key), this.cost(value))),
        );
        const key = this.#unionOf(node.entries.map((entry) => entry.key));
        const value = this.#unionOf(node.entries.map((entry) => entry.value));
        this.#entrySizes.set(node, { container: "map", key, value });
        return add(cost, fixed(mapCost));
      }
      case "struct":
        return add(addAll(node.fields.map(({ value }) => this.cost(value))), fixed(structCost));
      case "comprehension":
        return node.condition.kind === "literal" && node.condition.value === false
          ? this.#bind(node)
          : this.#comprehension(node);
      default:
        return node satisfies never;
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #unionOf(nodes: readonly Expression[]): Range {
    if (nodes.length === 0) return fixed(0);
    return nodes.map((node) => this.#sizeOf(node)).reduce(union);
  }

  #select(node: Extract<Expression, { kind: "select" }>): Range {
    if (node.resolved) {
      const cost = this.cost(node.resolved);
      this.#paths.set(node, this.#pathOf(node.resolved));
      return cost;
    }
    const cost = this.cost(node.operand);
    // A test for presence costs what its operand costs.
    if (node.testOnly) return cost;
    const kind = (node.operand.type ?? dynType).kind;
    this.#paths.set(node, [...this.#pathOf(node.operand), node.field]);
    const counted = kind === "map" || kind === "struct" || kind === "param";
    return counted ? add(cost, fixed(identCost)) : cost;
  }

  #pathOf(node: Expression): Path {
    if (node.kind === "ident") return this.#local(node.name)?.path ?? this.#paths.get(node) ?? [];
    return this.#paths.get(node) ?? [];
  }

  #sizeOf(node: Expression): Range {
    return this.#knownSize(node) ?? unknown;
  }

  #knownSize(node: Expression): Range | undefined {
    const known =
      this.#sizes.get(node) ?? literalSize(node) ?? this.#declaredSize(this.#pathOf(node));
    if (known) return known;
    if (isScalar(node.type ?? dynType)) return fixed(1);
    return node.kind === "ident" ? this.#local(node.name)?.size : undefined;
  }

  #declaredSize(path: Path): Range | undefined {
    const [name = accumulatorName] = path;
    // The name of a type: upstream takes it for the root object, which has no size.
    const isType = path.length === 1 && name !== accumulatorName && !this.#variable(name);
    if (isType) return fixed(0);
    const type = this.#typeAt(path);
    return type && { min: 0, max: type.maxElements ?? 0 };
  }

  /** Undefined for what no variable's type declares. */
  #typeAt(path: Path): Type | undefined {
    const [name, ...rest] = path;
    if (name === undefined || name === accumulatorName) return undefined;
    let type = this.#variable(name);
    if (type?.maxElements === undefined && type?.kind !== "struct") return undefined;
    for (const step of rest) {
      if (type?.kind === "list" && step === "@items") type = type.item;
      else if (type?.kind === "map" && (step === "@values" || step === "@items")) type = type.value;
      else if (type?.kind === "map" && step === "@keys") type = type.key;
      else if (type?.kind === "struct") type = type.field(step);
      else return undefined;
    }
    return type;
  }

  #sized(node: Expression): SizedNode {
    const type = node.type ?? dynType;
    return {
      expression: node,
      type,
      size: this.#sizeOf(node),
      item: () => {
        if (type.kind !== "list") return undefined;
        const path = this.#pathOf(node);
        const reachable = path.length > 0 && path[0] !== accumulatorName;
        const size = reachable ? this.#declaredSize([...path, "@items"]) : undefined;
        return { type: type.item, size: size ?? unknown };
      },
    };
  }

  #call(node: CallNode): Range {
    const [argument] = node.args;
    if (node.name === "dyn" && argument) {
      const cost = add(fixed(1), this.cost(argument));
      this.#copySizes(node, argument);
      return cost;
    }
    const costs = node.args.map((each) => this.cost(each));
    const target = node.target && this.cost(node.target);
    const overloads = node.overloads ?? [];
    if (overloads.length === 0) return fixed(0);
    let total: Range | undefined;
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate = this.#overload(node, overload, costs);
      total = total ? union(total, estimate.cost) : estimate.cost;
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      const isIndex = overload === "index_list" || overload === "index_map";
      if (isIndex && argument) {
        size = this.#entrySizeOf(argument)?.value;
        const step = overload === "index_list" ? "@items" : "@values";
        this.#paths.set(node, [...this.#pathOf(argument), step]);
      }
      size ??= this.#knownSize(node);
    }
    if (size) this.#sizes.set(node, size);
    return add(target ?? fixed(0), total ?? fixed(0));
  }

  #overload(
    node: CallNode,
    overload: string,
    costs: readonly Range[],
  ): { readonly cost: Range; readonly size?: Range | undefined } {
    const [first = fixed(0), second = fixed(0), third = fixed(0)] = costs;
    const [condition, left, right] = node.args;
    switch (overload) {
      case "logical_and":
      case "logical_or":
        return { cost: { min: first.min, max: add(first, second).max } };
      case "conditional": {
        if (!condition || !left || !right) return { cost: fixed(0) };
        this.#joinEntrySizes(node, left, right);
        const size = union(this.#sizeOf(left), this.#sizeOf(right));
        return { cost: add(first, union(second, third)), size };
      }
      case "add_string":
      case "add_bytes":
      case "add_list":
        if (condition && left) this.#joinEntrySizes(node, condition, left);
    }
    const estimate = callEstimate(
      node.name,
      overload,
      node.target && this.#sized(node.target),
      node.args.map((each) => this.#sized(each)),
    );
    return { cost: add(estimate.cost, addAll(costs)), size: estimate.size };
  }

  #joinEntrySizes(node: Expression, one: Expression, other: Expression): void {
    const [left, right] = [this.#entrySizeOf(one), this.#entrySizeOf(other)];
    if (!left || !right) return;
    this.#entrySizes.set(node, {
      container: left.container,
      key: union(left.key, right.key),
      value: union(left.value, right.value),
    });
  }

  #entrySizeOf(node: Expression): EntrySize | undefined {
    const known = this.#entrySizes.get(node);
    if (known || node.kind !== "ident") return known;
    return this.#local(node.name)?.entrySize;
  }

  #copySizes(to: Expression, from: Expression): void {
    const [size, entrySize] = [this.#knownSize(from), this.#entrySizeOf(from)];
    if (size) this.#sizes.set(to, size);
    if (entrySize) this.#entrySizes.set(to, entrySize);
  }

  #push(name: string, local: Local): void {
    const stack = this.#locals.get(name);
    if (stack) stack.push(local);
    else this.#locals.set(name, [local]);
  }

  #pushValue(name: string, node: Expression): void {
    this.#push(name, {
      path: this.#pathOf(node),
      size: this.#knownSize(node),
      entrySize: this.#entrySizeOf(node),
    });
  }

  #pushLoopVariables(node: ComprehensionNode): void {
    const entry = this.#entrySizeOf(node.range);
    const container = entry?.container ?? (node.range.type ?? dynType).kind;
    const path = this.#pathOf(node.range);
    const push = (name: string, part: "key" | "value", step: string) =>
      this.#push(name, { path: [...path, step], size: entry?.[part], entrySize: undefined });
    const isList = container === "list";
    if (node.variable2 !== undefined) {
      push(node.variable, "key", isList ? "@indices" : "@keys");
      push(node.variable2, "value", isList ? "@items" : "@values");
    } else {
      push(node.variable, isList ? "value" : "key", isList ? "@items" : "@keys");
    }
  }

  #comprehension(node: ComprehensionNode): Range {
    const start = add(this.cost(node.range), this.cost(node.initial));
    this.#pushValue(node.accumulator, node.initial);
    this.#pushLoopVariables(node);
    const condition = this.cost(node.condition);
    const step = this.cost(node.step);
    this.#locals.get(node.variable)?.pop();
    if (node.variable2 !== undefined) this.#locals.get(node.variable2)?.pop();
    const result = this.cost(node.result);
    this.#locals.get(node.accumulator)?.pop();
    const count = this.#sizeOf(node.range);
    if (node.initial.kind === "literal") this.#sizes.set(node, this.#sizeOf(node.initial));
    if (node.initial.kind === "list" || node.initial.kind === "map") {
      this.#sizes.set(node, count);
      const entry = this.#entrySizeOf(node.step);
      if (entry) this.#entrySizes.set(node, entry);
    }
    return add(add(start, result), times(count, add(step, condition)));
  }

  #bind(node: ComprehensionNode): Range {
    const start = add(this.cost(node.range), this.cost(node.initial));
    this.#pushValue(node.accumulator, node.initial);
    const result = this.cost(node.result);
    this.#locals.get(node.accumulator)?.pop();
    this.#copySizes(node, node.result);
    return add(start, result);
  }
}

function literalSize(node: Expression): Range | undefined {
  if (node.kind === "list") return fixed(node.elements.length);
  if (node.kind === "map") return fixed(node.entries.length);
  if (node.kind !== "literal") return undefined;
  const { value } = node;
  if (typeof value === "string") return fixed(characters(value));
  if (value instanceof Uint8Array) return fixed(value.length);
  return value instanceof MapValue ? undefined : fixed(1);
}

function isScalar(type: Type): boolean {
  switch (type.kind) {
    case "bool":
    case "double":
    case "duration":
    case "int":
    case "timestamp":
    case "uint":
      return true;
    case "opaque":
      return type.name === "optional_type" && isScalar(type.parameters[0] ?? dynType);
    default:
      return false;
  }
}
