import { estimatedRuleCostLimit } from "#machinery/cel/cel.ts";
import {
  forbidden,
  internal,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { findFieldPath } from "../../../crd/schema/field-path.ts";
import type { JsonSchema, ValidationRule } from "../../../crd/schema/json-schema.ts";
import { compileRules } from "../../../crd/rules/compiled.ts";
import type { Rule } from "../../../crd/rules/compiled.ts";
import { costText, totalCost } from "../../../crd/rules/costs.ts";
import type { Cardinality, CostTotal } from "../../../crd/rules/costs.ts";
import type { RuleEngine } from "../../../crd/rules/engine.ts";

const reasons = [
  "FieldValueDuplicate",
  "FieldValueForbidden",
  "FieldValueInvalid",
  "FieldValueRequired",
];

/** What of the rules of a schema can be told without reading their expressions. */
export function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((given, index) => {
    const { rule = "", message = "", messageExpression = "", reason, fieldPath = "" } = given;
    const at = `${path}.x-kubernetes-validations[${index}]`;
    const errors: FieldError[] = [];
    if (rule.trim() === "") errors.push(requiredValue(`${at}.rule`, "rule is not specified"));
    else if (message !== "" && message.trim() === "") {
      errors.push(invalid(`${at}.message`, message, "must be non-empty if specified"));
    } else if (hasLineBreaks(message.trim())) {
      errors.push(invalid(`${at}.message`, message, "must not contain line breaks"));
    } else if (hasLineBreaks(rule.trim()) && message.trim() === "") {
      const detail = "message must be specified if rule contains line breaks";
      errors.push(requiredValue(`${at}.message`, detail));
    }
    if (messageExpression !== "" && messageExpression.trim() === "") {
      const detail = "messageExpression must be non-empty if specified";
      errors.push(requiredValue(`${at}.messageExpression`, detail));
    }
    if (reason !== undefined && !reasons.includes(reason)) {
      errors.push(notSupported(`${at}.reason`, reason, reasons));
    }
    if (fieldPath === "") return errors;
    const pathAt = `${at}.fieldPath`;
    if (fieldPath.trim() === "") {
      errors.push(invalid(pathAt, fieldPath, "must be non-empty if specified"));
    }
    if (hasLineBreaks(fieldPath)) {
      errors.push(invalid(pathAt, fieldPath, "must not contain line breaks"));
    }
    if ("problem" in findFieldPath(fieldPath, schema, { arrays: true })) {
      errors.push(invalid(pathAt, fieldPath, "must be a valid path"));
    }
    return errors;
  });
}

function hasLineBreaks(text: string): boolean {
  return /[\n\r]/.test(text);
}

/** What the place of a schema says of its rules. */
export interface RuleContext {
  readonly engine: RuleEngine;
  readonly isResource: boolean;
  readonly cardinality: Cardinality;
  readonly total: CostTotal;
  /** The schema was there before: what it costs has been accepted. */
  readonly isAccepted: boolean;
  /** What around the schema cannot be told apart between two versions of an object. */
  readonly uncorrelatable: string | undefined;
}

/** Whether the expressions of a schema's rules can be read, and what they may cost. */
export function validateRules(
  schema: JsonSchema,
  path: string,
  context: RuleContext,
): FieldError[] {
  const at = `${path}.x-kubernetes-validations`;
  const rules = compileRules(schema, context.isResource, context.engine);
  if (!rules) {
    const why =
      "internal error: failed to construct type information for x-kubernetes-validations rules: " +
      "unable to convert structural schema to CEL declarations";
    return [internal(at, why)];
  }
  return rules.flatMap((rule, index) => [
    ...validateCosts(rule, schema, `${at}[${index}]`, context),
    ...validateRule(rule, `${at}[${index}]`, context),
  ]);
}

function validateCosts(
  { program, message }: Rule,
  schema: JsonSchema,
  at: string,
  { cardinality, total, isAccepted }: RuleContext,
): FieldError[] {
  const errors: FieldError[] = [];
  const ruleCost = program ? totalCost(schema, program.costMax, cardinality) : 0;
  if (!isAccepted && ruleCost > estimatedRuleCostLimit) {
    errors.push(
      forbidden(`${at}.rule`, costText("estimated rule cost", ruleCost, estimatedRuleCostLimit)),
    );
  }
  total.add(`${at}.rule`, ruleCost);
  if (!message) return errors;
  const { costMax } = message;
  if (!isAccepted && costMax > estimatedRuleCostLimit) {
    const detail = costText("estimated messageExpression cost", costMax, estimatedRuleCostLimit);
    errors.push(forbidden(`${at}.messageExpression`, detail));
  }
  total.add(`${at}.messageExpression`, costMax);
  return errors;
}

function validateRule(
  { given, program, problem, messageProblem }: Rule,
  at: string,
  { uncorrelatable }: RuleContext,
): FieldError[] {
  const errors: FieldError[] = [];
  if (problem !== undefined) errors.push(invalid(`${at}.rule`, shown(given), problem));
  if (messageProblem !== undefined) {
    errors.push(invalid(`${at}.messageExpression`, shown(given), messageProblem));
  }
  if (program?.usesOldSelf) {
    if (uncorrelatable === undefined) return errors;
    const detail =
      "oldSelf cannot be used on the uncorrelatable portion of the schema within " + uncorrelatable;
    return [...errors, invalid(`${at}.rule`, given.rule, detail)];
  }
  if (given.optionalOldSelf === undefined) return errors;
  const detail = "may not be set if oldSelf is not used in rule";
  return [...errors, invalid(`${at}.optionalOldSelf`, given.optionalOldSelf, detail)];
}

/** A rule as upstream's messages show it. */
function shown(rule: ValidationRule): Record<string, unknown> {
  return {
    Rule: rule.rule ?? "",
    Message: rule.message ?? "",
    MessageExpression: rule.messageExpression ?? "",
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? "",
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
