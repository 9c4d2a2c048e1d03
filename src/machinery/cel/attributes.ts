import { typeNameOf } from "./matching.ts";
import { type Frame, spend, type Step } from "./frame.ts";
import { noSuchOverload } from "./operators.ts";
import { identCost } from "./runtime-cost.ts";
import {
  Double,
  ErrorValue,
  MapValue,
  Optional,
  type Result,
  StructValue,
  Uint,
  type Value,
} from "./values.ts";

/**
 * A value and a path into it. Paths are kept together because their cost is counted so: once for
 * the root, and once for every step.
 */
export interface Attribute {
  with(qualifier: Qualifier): Attribute;
  /** Without the root's cost. */
  resolve(frame: Frame): Resolution;
  readonly rootCost: number;
  readonly last: Qualifier | undefined;
}

export type Qualifier =
  | { readonly kind: "constant"; readonly key: Value; readonly optional: boolean }
  | { readonly kind: "attribute"; readonly attribute: Attribute; readonly optional: boolean };

interface Resolution {
  readonly value: Result;
  /** The value is to be wrapped. */
  readonly optional: boolean;
}

/** Evaluates an attribute as an expression. */
export function resolve(attribute: Attribute, frame: Frame): Result {
  const { value, optional } = attribute.resolve(frame);
  spend(frame, attribute.rootCost);
  return optional && !(value instanceof ErrorValue) ? new Optional(value) : value;
}

/** `has(a.b)`: costs what `a` costs. */
export function resolvePresence(operand: Attribute, field: string, frame: Frame): Result {
  let { value } = operand.resolve(frame);
  if (value instanceof ErrorValue) return value;
  if (value instanceof Optional) {
    if (value.value === undefined) return false;
    ({ value } = value as { value: Value });
  }
  spend(frame, 1);
  const found = find(value, field);
  if (found instanceof ErrorValue) return found;
  return found !== undefined;
}

export class AttributeStep {
  /** Anything that is evaluated first. */
  static root(step: Step, qualifiers: readonly Qualifier[] = []): Attribute {
    return {
      rootCost: identCost,
      last: qualifiers.at(-1),
      with: (qualifier) => AttributeStep.root(step, [...qualifiers, qualifier]),
      resolve: (frame) => applyQualifiers(step(frame), qualifiers, frame),
    };
  }

  /** What is selected from `c ? a : b` is selected from both; the choice itself is free. */
  static conditional(condition: Step, yes: Attribute, no: Attribute): Attribute {
    return {
      rootCost: 0,
      last: undefined,
      with: (qualifier) =>
        AttributeStep.conditional(condition, yes.with(qualifier), no.with(qualifier)),
      resolve: (frame) => {
        const value = condition(frame);
        if (value === true) return yes.resolve(frame);
        if (value === false) return no.resolve(frame);
        const failed = value instanceof ErrorValue ? value : noSuchOverload;
        return { value: failed, optional: false };
      },
    };
  }
}

function applyQualifiers(root: Result, qualifiers: readonly Qualifier[], frame: Frame): Resolution {
  let value = root;
  let optional = false;
  if (value instanceof Optional && qualifiers.length > 0) {
    if (value.value === undefined) return { value, optional: false };
    ({ value } = value as { value: Value });
    optional = true;
  }
  for (const qualifier of qualifiers) {
    if (value instanceof ErrorValue) return { value, optional: false };
    optional ||= qualifier.optional;
    const key = keyOf(qualifier, frame);
    const found = key instanceof ErrorValue ? key : find(value, key);
    if (found === undefined && optional) return { value: Optional.none, optional: false };
    spend(frame, 1);
    value = found ?? missing(value, key);
  }
  return { value, optional };
}

function keyOf(qualifier: Qualifier, frame: Frame): Result {
  if (qualifier.kind === "constant") return qualifier.key;
  const { value, optional } = qualifier.attribute.resolve(frame);
  return optional && !(value instanceof ErrorValue) ? new Optional(value) : value;
}

/** The item, entry or field; undefined when there is none. */
function find(container: Value, key: Result): Result | undefined {
  if (container instanceof StructValue) {
    return typeof key === "string" ? container.get(key) : noSuchOverload;
  }
  if (container instanceof MapValue) return container.get(key);
  if (container instanceof Optional) {
    return container.value === undefined ? undefined : find(container.value, key);
  }
  if (!Array.isArray(container)) return undefined;
  const index = listIndex(key);
  return typeof index === "number" ? (container as readonly Value[])[index] : index;
}

/** Whole numbers of any type; -1 for what no list can have. */
function listIndex(key: Result): number | ErrorValue {
  if (typeof key === "number") return key;
  if (typeof key === "bigint") return -1;
  if (key instanceof Uint) return key.value < 2n ** 31n ? Number(key.value) : -1;
  if (key instanceof Double && Number.isInteger(key.value)) return key.value;
  if (key instanceof ErrorValue) return key;
  return new ErrorValue(`unsupported index type '${typeNameOf(key)}' in list`);
}

function missing(container: Value, key: Result): ErrorValue {
  if (typeof key === "string") return new ErrorValue(`no such key: ${key}`);
  if (typeof key === "boolean") return new ErrorValue(`no such key: ${key}`);
  const index = key instanceof Uint || key instanceof Double ? key.value : key;
  const isNumber = typeof index === "number" || typeof index === "bigint";
  if (!isNumber) return noSuchOverload;
  const what = Array.isArray(container) ? "index out of bounds" : "no such key";
  return new ErrorValue(`${what}: ${index}`);
}
