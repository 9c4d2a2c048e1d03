import type { ValidatingAdmissionPolicy, Validation } from "#api/admissionregistration/v1.ts";
import { messageBytesMax } from "#machinery/cel/cel.ts";
import { boolType, formatType, nullType, stringType } from "#machinery/cel/types.ts";
import { compileConditions, evaluateConditions } from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import { Evaluation, ExpressionScope, OutOfBudget, budgets } from "./expressions.ts";
import type { Evaluated, Expression, ExpressionEngine, Subject } from "./expressions.ts";

const annotationLengthMax = 10 * 1024;

/** A policy whose expressions are ready. */
export interface Validator {
  readonly scope: ExpressionScope;
  readonly failsOpen: boolean;
  readonly conditions: readonly Condition[];
  readonly validations: readonly {
    readonly validation: Validation;
    readonly expression: Expression;
    readonly message: Expression | undefined;
  }[];
  readonly annotations: readonly { readonly key: string; readonly value: Expression }[];
}

export function compileValidator(
  engine: ExpressionEngine,
  { spec }: ValidatingAdmissionPolicy,
): Validator {
  const { variables = [], validations = [], auditAnnotations = [], matchConditions } = spec;
  const scope = new ExpressionScope(engine, { hasParams: spec.paramKind !== undefined, variables });
  return {
    scope,
    failsOpen: spec.failurePolicy === "Ignore",
    conditions: compileConditions(scope, matchConditions),
    validations: validations.map((validation) => ({
      validation,
      expression: scope.compile(validation.expression, { results: [boolType] }),
      message: validation.messageExpression
        ? scope.compile(validation.messageExpression, {
            results: [stringType],
            withAuthorizer: false,
          })
        : undefined,
    })),
    annotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      value: scope.compile(valueExpression, { results: [stringType, nullType] }),
    })),
  };
}

/** What a policy has against a request, whatever its binding makes of that. */
export interface Judgement {
  readonly failures: readonly Failure[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
  /** Refuse the request, as annotations that are wanted cannot be told. */
  readonly annotationErrors: readonly string[];
}

interface Failure {
  /** Of the validation. */
  readonly index: number;
  readonly message: string;
  readonly reason: string;
}

const nothing: Judgement = { failures: [], annotations: [], annotationErrors: [] };

/** Pure but for the authorizer's answers, which come from `subject.checks`. */
export function judge(validator: Validator, subject: Subject): Judgement {
  const { scope, failsOpen, conditions } = validator;
  const failed = (message: string): Judgement =>
    failsOpen ? nothing : { ...nothing, failures: [{ index: 0, message, reason: "" }] };
  try {
    if (conditions.length > 0) {
      const outcome = evaluateConditions(scope, conditions, subject);
      if (outcome.kind === "noMatch") return nothing;
      // An error of the conditions skips a policy that fails open.
      if (outcome.kind === "error") return failed(outcome.message);
    }
    const failures = validate(validator, subject);
    return { failures, ...annotate(validator, subject) };
  } catch (error) {
    if (error instanceof OutOfBudget) return failed(error.message);
    throw error;
  }
}

function validate({ scope, failsOpen, validations }: Validator, subject: Subject): Failure[] {
  const evaluation = new Evaluation(scope, subject, budgets.validation);
  const outcomes = validations.map(({ expression }) => evaluation.run(expression));
  const messages = messagesOf(validations, scope, subject, evaluation.remaining);
  return validations.flatMap(({ validation }, index) => {
    const outcome = outcomes[index];
    if (!outcome?.ok) {
      return failsOpen ? [] : [{ index, message: outcome?.error ?? "", reason: "" }];
    }
    if (messages instanceof OutOfBudget) {
      const message = `failed messageExpression: ${messages.message}`;
      return failsOpen ? [] : [{ index, message, reason: "" }];
    }
    if (outcome.value === true) return [];
    const message = messageOf(validation, messages[index]);
    return [{ index, message, reason: validation.reason ?? "Invalid" }];
  });
}

function messagesOf(
  validations: Validator["validations"],
  scope: ExpressionScope,
  subject: Subject,
  budget: number,
): (Evaluated | undefined)[] | OutOfBudget {
  const evaluation = new Evaluation(scope, subject, budget);
  try {
    return validations.map(({ message }) => message && evaluation.run(message));
  } catch (error) {
    if (error instanceof OutOfBudget) return error;
    throw error;
  }
}

/** A computed message that is none gives way to the fixed one, and that to the expression. */
function messageOf({ expression, message }: Validation, computed: Evaluated | undefined): string {
  if (computed?.ok && typeof computed.value === "string") {
    const text = computed.value.trim();
    if (text && text.length <= messageBytesMax && !text.includes("\n")) return text;
  }
  return message?.trim() || `failed expression: ${expression.trim()}`;
}

function annotate({ scope, failsOpen, annotations }: Validator, subject: Subject) {
  const evaluation = new Evaluation(scope, subject, budgets.validation);
  const found: { key: string; value: string }[] = [];
  const errors: string[] = [];
  for (const { key, value: expression } of annotations) {
    const outcome = evaluation.run(expression);
    if (!outcome.ok) {
      if (!failsOpen) errors.push(outcome.error);
    } else if (typeof outcome.value === "string") {
      const value = outcome.value.trim();
      if (value) found.push({ key, value: value.slice(0, annotationLengthMax) });
    } else if (outcome.value !== null) {
      errors.push(
        `valueExpression '${expression.source}' resulted in unsupported return type: ` +
          `${expression.ok ? formatType(expression.program.type) : "unknown"}. Return type must ` +
          "be either string or null.",
      );
    }
  }
  return { annotations: found, annotationErrors: errors };
}
