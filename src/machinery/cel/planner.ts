import type {
  CallNode,
  ComprehensionNode,
  Expression,
  ListNode,
  MapNode,
  StructNode,
} from "./ast.ts";
import {
  type Attribute,
  AttributeStep,
  type Qualifier,
  resolve,
  resolvePresence,
} from "./attributes.ts";
import type { FunctionDeclaration, Overload } from "./environment.ts";
import { type Frame, spend, type Step } from "./frame.ts";
import { matches, typeNameOf } from "./matching.ts";
import { contains, equal, noSuchOverload, withEntry, entriesOf } from "./operators.ts";
import { callCost, identCost, listCost, mapCost, structCost } from "./runtime-cost.ts";
import type { StructType } from "./types.ts";
import {
  Double,
  EntriesMap,
  ErrorValue,
  type Key,
  LazyStruct,
  MapValue,
  mapKey,
  Optional,
  type Result,
  Uint,
  type Value,
} from "./values.ts";

/** A checked expression as closures. */
export interface Plan {
  readonly run: Step;
  /** How many loop variables exist at once. */
  readonly slots: number;
  readonly variables: ReadonlySet<string>;
}

/** A conversion of a constant failed already while planning. */
export class PlanningFailure extends Error {}

export function plan(
  expression: Expression,
  functionOf: (name: string) => FunctionDeclaration | undefined,
): Plan {
  const planner = new Planner(functionOf);
  const { step } = planner.plan(expression);
  return { run: step, slots: planner.slots, variables: planner.variables };
}

/** A part of the plan, and what the parts above may know of it. */
interface Planned {
  readonly step: Step;
  /** Known without evaluation. */
  readonly constant?: Value;
  /** Selections and indexing extend it instead of starting anew, which costs count by. */
  readonly attribute?: Attribute;
}

const conversions = new Set(
  "bool bytes double duration dyn int string timestamp type uint".split(" "),
);

class Planner {
  readonly #functionOf: (name: string) => FunctionDeclaration | undefined;
  readonly variables = new Set<string>();
  slots = 0;
  #locals: readonly (readonly [name: string, slot: number])[] = [];

  constructor(functionOf: (name: string) => FunctionDeclaration | undefined) {
    this.#functionOf = functionOf;
  }

  plan(node: Expression): Planned {
    switch (node.kind) {
      case "literal":
        return constant(node.value);
      case "ident":
        return node.constant === undefined ? this.#variable(node.name) : constant(node.constant);
      case "select":
        return this.#select(node);
      case "call":
        return this.#call(node);
      case "list":
        return this.#list(node);
      case "map":
        return this.#map(node);
      case "struct":
        return this.#struct(node);
      case "comprehension":
        return this.#comprehension(node);
      default:
        return node satisfies never;
    }
  }

  #variable(name: string): Planned {
    const slot = this.#locals.findLast(([local]) => local === name)?.[1];
    if (slot !== undefined) return attribute(rootOf((frame) => localOf(frame, slot)));
    this.variables.add(name);
    return attribute(rootOf((frame) => frame.variable(name)));
  }

  #select(node: Extract<Expression, { kind: "select" }>): Planned {
    if (node.resolved) return this.plan(node.resolved);
    const qualifier: Qualifier = { kind: "constant", key: node.field, optional: false };
    const operand = this.#attributeOf(this.plan(node.operand));
    if (!node.testOnly) return attribute(operand.with(qualifier));
    return {
      step: (frame) => resolvePresence(operand, node.field, frame),
    };
  }

  /** Anything can be selected from; what is no variable becomes an attribute's root. */
  #attributeOf(planned: Planned): Attribute {
    return planned.attribute ?? rootOf(planned.step);
  }

  #call(node: CallNode): Planned {
    const operands = node.target ? [node.target, ...node.args] : node.args;
    const planned = operands.map((operand) => this.plan(operand));
    const steps = planned.map(({ step }) => step);
    const [first, second, third] = planned;
    switch (node.name) {
      case "_&&_":
        return { step: logical(steps, false) };
      case "_||_":
        return { step: logical(steps, true) };
      case "_?_:_":
        if (!first || !second || !third) break;
        return this.#conditional(first, second, third);
      case "_[_]":
      case "_?._":
      case "_[?_]":
        if (!first || !second) break;
        return this.#index(first, second, node.name !== "_[_]");
      case "_==_":
        return { step: this.#equality(node, steps, true) };
      case "_!=_":
        return { step: this.#equality(node, steps, false) };
      case "@in":
        if (second && Array.isArray(second.constant)) return { step: this.#in(node, planned) };
        break;
      case "or":
      case "orValue":
        if (node.target && first && second) return { step: orElse(first.step, second.step, node) };
        break;
      case "@not_strictly_false":
        return { step: notStrictlyFalse(steps) };
    }
    return this.#function(node, planned);
  }

  #conditional(condition: Planned, yes: Planned, no: Planned): Planned {
    return attribute(
      AttributeStep.conditional(condition.step, this.#attributeOf(yes), this.#attributeOf(no)),
    );
  }

  #index(operand: Planned, index: Planned, optional: boolean): Planned {
    const qualifier: Qualifier =
      index.constant !== undefined
        ? { kind: "constant", key: index.constant, optional }
        : index.attribute
          ? { kind: "attribute", attribute: index.attribute, optional }
          : { kind: "attribute", attribute: rootOf(index.step), optional };
    return attribute(this.#attributeOf(operand).with(qualifier));
  }

  #equality(node: CallNode, [left, right]: readonly Step[], wanted: boolean): Step {
    if (!left || !right) return () => noSuchOverload;
    const overload = wanted ? "equals" : "not_equals";
    return (frame) => {
      const [one, other] = [left(frame), right(frame)];
      let result: Result;
      if (one instanceof ErrorValue) result = one;
      else if (other instanceof ErrorValue) result = other;
      else result = equal(one, other) === wanted;
      spend(frame, callCost(node.name, overload, [one, other], result));
      return result;
    };
  }

  /** Constant lists of plain values are searched at no cost. */
  #in(node: CallNode, planned: readonly Planned[]): Step {
    const [item, list] = planned;
    const values = list?.constant;
    if (!item || !Array.isArray(values)) return () => noSuchOverload;
    const keys = values.map((value: Value) =>
      value instanceof Double ? value.value : mapKey(value),
    );
    if (!keys.every((key) => key !== undefined)) return this.#function(node, planned).step;
    if (keys.length === 0) return () => false;
    const set = new Set<unknown>(keys);
    return (frame) => {
      const value = item.step(frame);
      if (value instanceof ErrorValue) return value;
      return set.has(value instanceof Double ? value.value : mapKey(value));
    };
  }

  #function(node: CallNode, planned: readonly Planned[]): Planned {
    const declared = this.#functionOf(node.name);
    const candidates = (node.overloads ?? []).flatMap(
      (id) => declared?.overloads.find((overload) => overload.id === id) ?? [],
    );
    const member = node.target !== undefined;
    const all = declared?.overloads.filter((overload) => (overload.member ?? false) === member);
    const call = dispatch(node, candidates, all ?? candidates);
    const only = candidates.length === 1 ? candidates[0] : undefined;
    const step = callStep(
      node.name,
      only?.id,
      call,
      planned.map(({ step: each }) => each),
    );
    const [argument] = planned;
    if (planned.length === 1 && argument?.constant !== undefined && conversions.has(node.name)) {
      const result = call([argument.constant]);
      if (result instanceof ErrorValue) throw new PlanningFailure(result.message);
      return constant(result);
    }
    return { step };
  }

  #list(node: ListNode): Planned {
    const planned = node.elements.map((element) => this.plan(element));
    if (node.optional.size === 0) {
      const values = planned.flatMap((each) =>
        each.constant === undefined ? [] : [each.constant],
      );
      if (values.length === planned.length) return constant(values);
    }
    return {
      step: (frame) => {
        const values: Value[] = [];
        for (const [index, { step }] of planned.entries()) {
          const value = step(frame);
          if (value instanceof ErrorValue) return value;
          if (!node.optional.has(index)) values.push(value);
          else if (!(value instanceof Optional)) return notOptional(`${index}`);
          else if (value.value !== undefined) values.push(value.value);
        }
        spend(frame, listCost);
        return values;
      },
    };
  }

  #map(node: MapNode): Planned {
    const entries = node.entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    const isConstant = entries.every(
      ({ key, value, optional }) =>
        !optional && key.constant !== undefined && value.constant !== undefined,
    );
    const step: Step = (frame) => {
      const built: (readonly [Key, Value])[] = [];
      for (const entry of entries) {
        const key = entry.key.step(frame);
        if (key instanceof ErrorValue) return key;
        const value = entry.value.step(frame);
        if (value instanceof ErrorValue) return value;
        if (!isKey(key)) return new ErrorValue("unsupported key type");
        if (!entry.optional) built.push([key, value]);
        else if (!(value instanceof Optional)) return notOptional(keyText(key));
        else if (value.value !== undefined) built.push([key, value.value]);
      }
      if (!isConstant) spend(frame, mapCost);
      return new EntriesMap(built);
    };
    if (!isConstant) return { step };
    const built: (readonly [Key, Value])[] = [];
    for (const { key, value } of entries) {
      if (key.constant === undefined || value.constant === undefined) continue;
      if (!isKey(key.constant)) throw new PlanningFailure("unsupported key type");
      built.push([key.constant, value.constant]);
    }
    return constant(new EntriesMap(built));
  }

  #struct(node: StructNode): Planned {
    const fields = node.fields.map((field) => ({ ...field, step: this.plan(field.value).step }));
    const type = node.type as StructType;
    return {
      step: (frame) => {
        const values = new Map<string, () => Result>();
        for (const { name, step, optional } of fields) {
          const value = step(frame);
          if (value instanceof ErrorValue) return value;
          if (!optional) values.set(name, () => value);
          else if (!(value instanceof Optional)) return notOptional(name);
          else if (value.value !== undefined) {
            const inner = value.value;
            values.set(name, () => inner);
          }
        }
        spend(frame, structCost);
        return new LazyStruct(type, values);
      },
    };
  }

  #comprehension(node: ComprehensionNode): Planned {
    const range = this.plan(node.range);
    const initial = this.plan(node.initial);
    const outer = this.#locals;
    const slot = outer.length;
    this.slots = Math.max(this.slots, slot + 3);
    const withAccumulator = [...outer, [node.accumulator, slot] as const];
    this.#locals = [
      ...withAccumulator,
      [node.variable, slot + 1],
      [node.variable2 ?? "#unused", slot + 2],
    ];
    const condition = this.plan(node.condition);
    const step = this.#appending(node) ?? this.plan(node.step);
    // Keeps the slots of what the result nests apart from this loop's.
    this.#locals = withAccumulator;
    const result = this.plan(node.result).step;
    this.#locals = outer;
    if (condition.constant === false) {
      return { step: bindStep(slot, initial.step, result) };
    }
    const loop = { slot, condition, step: step.step, two: node.variable2 !== undefined };
    return {
      step: (frame) => {
        const over = range.step(frame);
        if (over instanceof ErrorValue) return over;
        const start = initial.step(frame);
        frame.locals[slot] = Array.isArray(start) ? [...start] : start;
        const failed = runLoop(frame, over, loop);
        return failed ?? result(frame);
      },
    };
  }

  /** `accumulator + [element]` adds to the list in place: nobody else holds it. */
  #appending(node: ComprehensionNode): Planned | undefined {
    const conditional = node.step.kind === "call" && node.step.name === "_?_:_";
    const [predicate, appended] = conditional ? node.step.args : [];
    const add = conditional ? appended : node.step;
    if (add?.kind !== "call" || add.name !== "_+_" || node.initial.kind !== "list")
      return undefined;
    const [accumulator, list] = add.args;
    if (accumulator?.kind !== "ident" || accumulator.name !== node.accumulator) return undefined;
    const [element, ...more] = list?.kind === "list" ? list.elements : [];
    if (!element || more.length > 0) return undefined;
    const value = this.plan(element);
    const test = predicate && this.plan(predicate);
    const slot = this.#locals.findLast(([name]) => name === node.accumulator)?.[1] ?? 0;
    // The list of a constant costs nothing; else reading, making a list and adding are counted.
    const cost = identCost + 1 + (value.constant === undefined ? listCost : 0);
    return {
      step: (frame) => {
        const accumulated = frame.locals[slot];
        if (test) {
          const included = test.step(frame);
          if (included === false) return accumulated ?? noSuchOverload;
          if (included !== true) return included instanceof ErrorValue ? included : noSuchOverload;
        }
        const item = value.step(frame);
        spend(frame, cost);
        if (item instanceof ErrorValue) return item;
        if (!Array.isArray(accumulated)) return accumulated ?? noSuchOverload;
        (accumulated as Value[]).push(item);
        return accumulated;
      },
    };
  }
}

const constant = (value: Value): Planned => ({ step: () => value, constant: value });

function attribute(from: Attribute): Planned {
  return { attribute: from, step: (frame) => resolve(from, frame) };
}

const rootOf = (step: Step) => AttributeStep.root(step);

function localOf(frame: Frame, slot: number): Result {
  const value = frame.locals[slot];
  if (typeof value !== "function") return value ?? null;
  const computed = value();
  frame.locals[slot] = computed;
  return computed;
}

const keyText = (key: Key) => String(key instanceof Uint ? key.value : key);

const notOptional = (name: string) =>
  new ErrorValue(`cannot initialize optional entry '${name}' from non-optional value`);

function isKey(value: Value): value is Key {
  return mapKey(value) !== undefined && !(value instanceof Double);
}

/** `&&` and `||`: a decisive term makes up for errors in others. */
function logical(terms: readonly Step[], decisive: boolean): Step {
  return (frame) => {
    let failed: ErrorValue | undefined;
    for (const term of terms) {
      const value = term(frame);
      if (value === decisive) return decisive;
      if (value !== !decisive) failed ??= value instanceof ErrorValue ? value : noSuchOverload;
    }
    return failed ?? !decisive;
  };
}

function notStrictlyFalse([argument]: readonly Step[]): Step {
  return (frame) => {
    const value = argument?.(frame);
    spend(frame, 1);
    return value !== false;
  };
}

/** `optional.or(other)` and `orValue(value)`: the second is evaluated only when needed. */
function orElse(first: Step, second: Step, node: CallNode): Step {
  return (frame) => {
    const value = first(frame);
    if (value instanceof ErrorValue) return value;
    if (!(value instanceof Optional)) return noSuchOverload;
    if (value.value === undefined) return second(frame);
    return node.name === "or" ? value : value.value;
  };
}

type AnyCall = (args: readonly Value[]) => Result;

/** Values of dyn may need another overload than the checker could tell. */
function dispatch(
  node: CallNode,
  candidates: readonly Overload[],
  all: readonly Overload[],
): AnyCall {
  const implementations = new Set(candidates.map(({ call }) => call));
  const [first] = implementations;
  if (implementations.size === 1 && first && candidates.every((each) => each.checksArguments)) {
    return (args) => first(...(args as never[]));
  }
  return (args) => {
    for (const candidate of candidates.length > 0 ? candidates : all) {
      if (candidate.args.every((type, index) => matches(args[index] ?? null, type))) {
        return candidate.call(...(args as never[]));
      }
    }
    return unmatched(node, args);
  };
}

/** Upstream checks these functions' arguments elsewhere, and tells less. */
const terse = new Set(["contains", "startsWith", "endsWith", "matches"]);

function unmatched({ name, target }: CallNode, args: readonly Value[]): ErrorValue {
  if (terse.has(name) || !/^[a-zA-Z]/.test(name)) return noSuchOverload;
  const types = args.map(typeNameOf);
  const receiver = target && types.shift();
  const prefix = receiver === undefined ? "" : `${receiver}.`;
  return new ErrorValue(`no such overload: ${prefix}${name}(${types.join(", ")})`);
}

function callStep(
  name: string,
  overload: string | undefined,
  call: AnyCall,
  steps: readonly Step[],
): Step {
  return (frame) => {
    const args: Result[] = [];
    let failed: ErrorValue | undefined;
    for (const step of steps) {
      const value = step(frame);
      if (value instanceof ErrorValue) failed ??= value;
      args.push(value);
    }
    const result = failed ?? call(args as Value[]);
    spend(frame, callCost(name, overload, args, result));
    return result;
  };
}

/** `cel.bind` and `optMap`: the value is computed when it is first read. */
function bindStep(slot: number, initial: Step, result: Step): Step {
  return (frame) => {
    frame.locals[slot] = () => initial(frame);
    return result(frame);
  };
}

interface Loop {
  readonly slot: number;
  readonly condition: Planned;
  readonly step: Step;
  readonly two: boolean;
}

/** Leaves the result in the accumulator's slot; returns why there can be no loop. */
function runLoop(frame: Frame, over: Value, loop: Loop): ErrorValue | undefined {
  const turn = (first: Value, second: Value): boolean => {
    frame.locals[loop.slot + 1] = first;
    frame.locals[loop.slot + 2] = second;
    if (loop.condition.constant !== true && loop.condition.step(frame) !== true) return false;
    // A nested loop may have used these slots for its own.
    frame.locals[loop.slot] = loop.step(frame);
    return true;
  };
  if (Array.isArray(over)) {
    for (const [index, item] of (over as readonly Value[]).entries()) {
      if (!(loop.two ? turn(index, item) : turn(item, null))) break;
    }
    return undefined;
  }
  if (over instanceof MapValue) {
    for (const key of over.keys()) {
      const value = loop.two ? over.get(key) : null;
      if (value instanceof ErrorValue) return value;
      if (!turn(key, value ?? null)) break;
    }
    return undefined;
  }
  const type = typeNameOf(over)
    .replace(/^.*\./, "")
    .replace(/_type$/, "");
  const shown = `types.${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  return new ErrorValue(
    loop.two
      ? `unsupported comprehension range type: ${shown}`
      : `got '${shown}', expected iterable type`,
  );
}

/** The map that transformMap builds; keys may not repeat. */
export function mapInsert(map: Value, key: Value, value?: Value): Result {
  if (!(map instanceof MapValue)) return noSuchOverload;
  const entries = value === undefined && key instanceof MapValue ? entriesOf(key) : undefined;
  let result: MapValue = map;
  for (const [each, item] of entries ?? [[key, value ?? null] as const]) {
    if (!isKey(each)) return new ErrorValue("unsupported key type");
    const next = withEntry(result, each, item);
    if (!next) {
      return new ErrorValue(`insert failed: key ${keyText(each)} already exists`);
    }
    result = next;
  }
  return result;
}

export const containsIn = (item: Value, container: Value): Result => contains(item, container);
