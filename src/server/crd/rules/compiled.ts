import { findFieldPath } from "../schema/field-path.ts";
import { itemsOf, valuesOf } from "../schema/json-schema.ts";
import type { JsonSchema, ValidationRule } from "../schema/json-schema.ts";
import type { CompiledRule, RuleEngine } from "./engine.ts";

/** A rule as it stands in a schema, with what its expressions became. */
export interface Rule {
  readonly given: ValidationRule;
  /** Undefined where the rule is empty. */
  readonly program: Extract<CompiledRule, { ok: true }> | undefined;
  readonly problem: string | undefined;
  readonly message: Extract<CompiledRule, { ok: true }> | undefined;
  readonly messageProblem: string | undefined;
  /** Where failures are told to be, below the place of the rule: "replicas", "labels[a]". */
  readonly fieldPath: string;
}

/** The rules of one schema, without those further down. Undefined where expressions see nothing. */
export function compileRules(
  schema: JsonSchema,
  isResource: boolean,
  engine: RuleEngine,
): readonly Rule[] | undefined {
  const given = schema["x-kubernetes-validations"] ?? [];
  if (given.length === 0) return [];
  const scope = engine.scopeOf(schema, isResource);
  if (!scope) return undefined;
  return given.map((rule): Rule => {
    const { rule: expression = "", messageExpression = "" } = rule;
    const options = { optionalOldSelf: rule.optionalOldSelf ?? false };
    const none = { program: undefined, problem: undefined, message: undefined };
    const blank = { given: rule, ...none, messageProblem: undefined, fieldPath: "" };
    if (expression.trim() === "") return blank;
    const compiled = scope.compile(expression, options);
    if (!compiled.ok) return { ...blank, problem: `compilation failed: ${compiled.text}` };
    if (compiled.result !== "bool") {
      return { ...blank, problem: "cel expression must evaluate to a bool" };
    }
    const whole = { ...blank, program: compiled, fieldPath: fieldPathOf(rule, schema) };
    if (!messageExpression) return whole;
    const message = scope.compile(messageExpression, options);
    if (!message.ok) {
      const messageProblem = `messageExpression compilation failed: ${message.text}`;
      return { ...whole, messageProblem };
    }
    if (message.result !== "string") {
      return { ...whole, messageProblem: "messageExpression must evaluate to a string" };
    }
    return { ...whole, message };
  });
}

function fieldPathOf({ fieldPath }: ValidationRule, schema: JsonSchema): string {
  if (!fieldPath) return "";
  const found = findFieldPath(fieldPath, schema, { arrays: true });
  return "path" in found ? found.path : "";
}

/** Whether rules stand anywhere in what is structural of a schema. */
export function hasRules(schema: JsonSchema): boolean {
  let has = having.get(schema);
  if (has === undefined) {
    has =
      (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
      [itemsOf(schema), valuesOf(schema)].some((part) => part !== undefined && hasRules(part)) ||
      Object.values(schema.properties ?? {}).some(hasRules);
    having.set(schema, has);
  }
  return has;
}

const having = new WeakMap<JsonSchema, boolean>();
