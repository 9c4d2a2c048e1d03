import { messageBytesMax, perCallCostLimit, runtimeCostBudget } from "#machinery/cel/cel.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isRow } from "#machinery/json.ts";
import { duplicate, forbidden, invalid } from "#machinery/validation/field-error.ts";
import { omittedValue, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { itemsOf, propertyOf, valuesOf } from "../schema/json-schema.ts";
import type { JsonSchema, ValidationRule } from "../schema/json-schema.ts";
import { oldFieldOf, oldItemsOf } from "../schema/validate-value.ts";
import type { Old } from "../schema/validate-value.ts";
import { compileRules, hasRules } from "./compiled.ts";
import type { Rule } from "./compiled.ts";
import type { RuleEngine } from "./engine.ts";

/** Checks values by the rules of a schema. The expressions are read once. */
export class RuleChecker {
  readonly #engine: RuleEngine;
  readonly #schema: JsonSchema;
  readonly #isResource: boolean;
  readonly #rules = new Map<JsonSchema, readonly Rule[] | undefined>();

  constructor(engine: RuleEngine, schema: JsonSchema, isResource: boolean) {
    this.#engine = engine;
    this.#schema = schema;
    this.#isResource = isResource;
  }

  get isEmpty(): boolean {
    return !hasRules(this.#schema);
  }

  /**
   * Failures of rules that do not look at the old value are let through where the value has not
   * changed. Without an old one, rules that look at it are passed over.
   */
  check(
    value: unknown,
    options: { old?: Old | undefined; path?: string; ratchet: boolean },
  ): RuleFailures {
    const { old, path = "", ratchet } = options;
    const run: Run = { errors: [], tolerated: [], budget: runtimeCostBudget };
    const before = ratchet && old ? { current: old, isParentSame: false } : unrelated;
    if (!this.isEmpty)
      this.#node(run, this.#schema, this.#isResource, { value, old, path, before });
    return run;
  }

  /** False when the budget is used up: then no further rule is looked at. */
  #node(run: Run, schema: JsonSchema, isResource: boolean, place: Place): boolean {
    const { value } = place;
    if (value === null || value === undefined || !hasRules(schema)) return true;
    if (!this.#evaluate(run, schema, isResource, place)) return false;
    if (Array.isArray(value)) return this.#items(run, schema, place);
    return isRow(value) ? this.#fields(run, schema, place) : true;
  }

  #items(run: Run, schema: JsonSchema, { value, old, path, before }: Place): boolean {
    const items = itemsOf(schema);
    if (!items) return true;
    const oldItem = oldItemsOf(schema, old);
    const correlated = before.current && oldItemsOf(schema, before.current);
    return (value as unknown[]).every((item, index) => {
      const next = below(before, value, correlated?.(item));
      const at = `${path}[${index}]`;
      const inner = { value: item, old: oldItem(item), path: at, before: next };
      return this.#node(run, items, items["x-kubernetes-embedded-resource"] ?? false, inner);
    });
  }

  #fields(run: Run, schema: JsonSchema, { value, old, path, before }: Place): boolean {
    const row = value as Readonly<Record<string, unknown>>;
    const values = valuesOf(schema);
    return Object.keys(row).every((key) => {
      const property = propertyOf(schema, key);
      const inner = property ?? values;
      if (!inner) return true;
      const isTypeMeta = path === "" && (key === "apiVersion" || key === "kind");
      const correlated = before.current && oldFieldOf(schema, before.current, key);
      const next = isTypeMeta ? unrelated : below(before, value, correlated);
      const oldRow = old && isRow(old.value) ? old.value : {};
      const oldField = Object.hasOwn(oldRow, key) ? { value: oldRow[key] } : undefined;
      const at = property ? (path ? `${path}.${key}` : key) : `${path}[${key}]`;
      const isResource = inner["x-kubernetes-embedded-resource"] ?? false;
      return this.#node(run, inner, isResource, {
        value: row[key],
        old: oldField,
        path: at,
        before: next,
      });
    });
  }

  #rulesOf(schema: JsonSchema, isResource: boolean): readonly Rule[] | undefined {
    if (!this.#rules.has(schema)) {
      this.#rules.set(schema, compileRules(schema, isResource, this.#engine));
    }
    return this.#rules.get(schema);
  }

  #evaluate(run: Run, schema: JsonSchema, isResource: boolean, place: Place): boolean {
    const rules = this.#rulesOf(schema, isResource) ?? [];
    if (rules.length === 0) return true;
    if (run.budget <= 0) return outOfBudget(run, schema, place);
    return rules.every((rule) => evaluateRule(run, rule, schema, place));
  }
}

export interface RuleFailures {
  readonly errors: readonly FieldError[];
  /** Failures that were let through. */
  readonly tolerated: readonly FieldError[];
}

interface Run extends RuleFailures {
  readonly errors: FieldError[];
  readonly tolerated: FieldError[];
  budget: number;
}

interface Place {
  readonly value: unknown;
  /** For `oldSelf`. */
  readonly old: Old | undefined;
  readonly path: string;
  readonly before: Before;
}

/** What the place, or the nearest one around it that can be told, was before the update. */
interface Before {
  readonly current: Old | undefined;
  readonly isParentSame: boolean;
}

const unrelated: Before = { current: undefined, isParentSame: false };

function below(before: Before, value: unknown, current: Old | undefined): Before {
  if (!before.current) return before;
  const isParentSame = !current && deepEqual(before.current.value, value);
  return { current, isParentSame };
}

function isUnchanged({ before, value }: Place): boolean {
  return before.current ? deepEqual(before.current.value, value) : before.isParentSame;
}

const pathOrNone = (path: string) => path || "<nil>";

function outOfBudget(run: Run, schema: JsonSchema, { path }: Place): false {
  const detail =
    "validation failed due to running out of cost budget, no further validation rules will be run";
  run.errors.push(invalid(pathOrNone(path), schema.type ?? "", detail));
  return false;
}

/** False when no further rule is to be looked at. */
function evaluateRule(run: Run, rule: Rule, schema: JsonSchema, place: Place): boolean {
  const { given, program, problem } = rule;
  const { old, path } = place;
  const fail = (detail: string) =>
    run.errors.push(invalid(pathOrNone(path), schema.type ?? "", detail));
  if (problem !== undefined) fail(`rule compile error: ${problem}`);
  if (!program) return true;
  const oldSelf = old?.value === null ? undefined : old;
  if (program.usesOldSelf && !oldSelf && !given.optionalOldSelf) return true;
  const outcome = program.evaluate(place.value, oldSelf, perCallCostLimit);
  if (!outcome.ok && outcome.costExceeded) {
    fail(
      `'${outcome.error}': no further validation rules will be run due to call cost exceeds ` +
        `limit for rule: ${textOf(given)}`,
    );
    return false;
  }
  if (outcome.cost > run.budget) return outOfBudget(run, schema, place);
  run.budget -= outcome.cost;
  if (!outcome.ok) {
    fail(
      outcome.error.startsWith("no such overload")
        ? `'${outcome.error}': call arguments did not match a supported operator, function or ` +
            `macro signature for rule: ${textOf(given)}`
        : `${outcome.error} evaluating rule: ${textOf(given)}`,
    );
    return true;
  }
  if (outcome.value === true) return true;
  return refuse(run, rule, schema, place);
}

/** The rule does not hold: says so in the words that it brings. */
function refuse(run: Run, rule: Rule, schema: JsonSchema, place: Place): boolean {
  const { given, program } = rule;
  const { path, value, old } = place;
  const at = rule.fieldPath ? (path ? `${path}.${rule.fieldPath}` : rule.fieldPath) : path;
  const isTolerated = !program?.usesOldSelf && isUnchanged(place);
  const tell = (error: FieldError) => (isTolerated ? run.tolerated : run.errors).push(error);
  let detail = given.message ? given.message.trim() : `failed rule: ${(given.rule ?? "").trim()}`;
  if (rule.message) {
    const quoted = JSON.stringify(given.messageExpression);
    const outcome = rule.message.evaluate(value, old, perCallCostLimit);
    const isOver = outcome.cost > run.budget;
    if (isOver || (!outcome.ok && outcome.costExceeded)) {
      const why = isOver
        ? "messageExpression evaluation failed due to running out of cost budget, " +
          "no further validation rules will be run"
        : "no further validation rules will be run due to call cost exceeds limit for " +
          `messageExpression: ${quoted}`;
      tell(invalid(pathOrNone(at), schema.type ?? "", why));
      return false;
    }
    run.budget -= outcome.cost;
    detail = (outcome.ok && usableMessage(outcome.value)) || detail;
  }
  const shown = schema.type === "object" || schema.type === "array" ? omittedValue : value;
  tell(errorOf(given.reason, pathOrNone(at), shown, detail));
  return true;
}

/** A message that an expression made; undefined where it cannot be shown. */
function usableMessage(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const message = value.trim();
  const size = new TextEncoder().encode(message).length;
  return size > messageBytesMax || message.includes("\n") ? undefined : message;
}

function errorOf(
  reason: string | undefined,
  path: string,
  value: unknown,
  detail: string,
): FieldError {
  switch (reason) {
    case "FieldValueForbidden":
      return forbidden(path, detail);
    case "FieldValueRequired":
      return requiredValue(path, detail);
    case "FieldValueDuplicate":
      return duplicate(path, value);
    default:
      return invalid(path, value, detail);
  }
}

function textOf({ message, rule = "" }: ValidationRule): string {
  return (message || rule).trim();
}
