import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** What an expression is for decides which names it may use, and what it must give. */
export type ExpressionUse =
  | "matchCondition"
  | "variable"
  | "validation"
  | "message"
  | "auditAnnotation"
  | "applyConfiguration"
  | "jsonPatch"
  | "deviceSelector";

/** What else an expression can see. */
export interface ExpressionScope {
  readonly hasParams: boolean;
  /** In the order of their definition: each may use those before it. */
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
}

/** Compiles CEL expressions that users write into objects. */
export interface ExpressionChecker {
  /** What is wrong with the expression, in upstream's wording; undefined when it compiles. */
  problem(expression: string, use: ExpressionUse, scope: ExpressionScope): string | undefined;
}

export type ExpressionCheck = (
  path: string,
  expression: string,
  use: ExpressionUse,
) => FieldError[];

/** Without a checker, an expression is taken as it is, and fails when it is evaluated. */
export function expressionCheck(
  { expressions }: Pick<ResourceDependencies, "expressions">,
  scope: ExpressionScope,
): ExpressionCheck {
  return (path, expression, use) => {
    const problem = expressions?.problem(expression, use, scope);
    return problem === undefined ? [] : [invalid(path, expression, problem)];
  };
}
