import { boolType } from "#machinery/cel/types.ts";
import type { Authorizer } from "../../authz/authorizer.ts";
import type { ConditionMatcher, ConditionOutcome } from "../webhooks/webhook.ts";
import { AuthorizationChecks } from "./checks.ts";
import { Evaluation, ExpressionScope, OutOfBudget, budgets } from "./expressions.ts";
import type { Expression, ExpressionEngine, NamedExpression, Subject } from "./expressions.ts";

export interface Condition {
  readonly name: string;
  readonly expression: Expression;
}

export function compileConditions(
  scope: ExpressionScope,
  conditions: readonly NamedExpression[] = [],
): Condition[] {
  return conditions.map(({ name, expression }) => ({
    name,
    expression: scope.compile(expression, { results: [boolType] }),
  }));
}

/** All must hold. One that is false outweighs those that fail. */
export function evaluateConditions(
  scope: ExpressionScope,
  conditions: readonly Condition[],
  subject: Subject,
): ConditionOutcome {
  const errors = new Set<string>();
  const evaluation = new Evaluation(scope, subject, budgets.matchConditions);
  try {
    const outcomes = conditions.map(({ name, expression }) => ({
      name,
      outcome: evaluation.run(expression),
    }));
    for (const { name, outcome } of outcomes) {
      if (!outcome.ok) errors.add(outcome.error);
      else if (outcome.value === false) return { kind: "noMatch", name };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { kind: "error", message: error.message };
  }
  const [first, ...others] = errors;
  if (first === undefined) return { kind: "match" };
  return { kind: "error", message: others.length === 0 ? first : `[${[...errors].join(", ")}]` };
}

/** Sets of conditions that are kept ready; beyond that, all are compiled anew. */
const keptMax = 1000;

/** The conditions of webhooks: the same, without parameters and variables. */
export function conditionMatcher(
  engine: ExpressionEngine,
  authorizer: Authorizer | undefined,
): ConditionMatcher {
  const kept = new Map<string, readonly Condition[]>();
  let scope: ExpressionScope | undefined;
  return (conditions, { request, invocation }) => {
    scope ??= new ExpressionScope(engine, { hasParams: false });
    const within = scope;
    const key = JSON.stringify(conditions);
    let compiled = kept.get(key);
    if (!compiled) {
      if (kept.size >= keptMax) kept.clear();
      compiled = compileConditions(within, conditions);
      kept.set(key, compiled);
    }
    const ready = compiled;
    const checks = new AuthorizationChecks(authorizer);
    const subject = { request, invocation, namespace: undefined, checks };
    return checks.settle(() => evaluateConditions(within, ready, subject));
  };
}
