import { jsonPatchType } from "#machinery/cel/cel.ts";
import { deviceSelector } from "#machinery/cel/devices.ts";
import { boolType, listType, nullType, stringType } from "#machinery/cel/types.ts";
import type { Type } from "#machinery/cel/types.ts";
import type {
  ExpressionChecker,
  ExpressionUse,
} from "../../resources/admissionregistration/common/expressions.ts";
import { ExpressionScope } from "./expressions.ts";
import type { ExpressionEngine } from "./expressions.ts";
import { applyConfigurationType } from "./mutator.ts";

/** What an expression must give; anything where nothing stands. */
const results: Readonly<Partial<Record<ExpressionUse, readonly Type[]>>> = {
  matchCondition: [boolType],
  validation: [boolType],
  message: [stringType],
  auditAnnotation: [stringType, nullType],
  applyConfiguration: [applyConfigurationType],
  jsonPatch: [listType(jsonPatchType)],
};

/** Tells of expressions in admission's own objects when they are written. */
export function expressionChecker(engine: ExpressionEngine): ExpressionChecker {
  return {
    problem(expression, use, { hasParams, variables }) {
      // Devices have variables of their own.
      if (use === "deviceSelector") return problemOfSelector(expression);
      const scope = new ExpressionScope(engine, { hasParams, variables });
      const isPatch = use === "applyConfiguration" || use === "jsonPatch";
      const compiled = scope.compile(expression, {
        results: results[use] ?? [],
        withAuthorizer: use !== "message",
        mutates: isPatch,
      });
      return compiled.ok ? undefined : compiled.error;
    },
  };
}

function problemOfSelector(expression: string): string | undefined {
  const selector = deviceSelector(expression);
  return selector.ok ? undefined : selector.text;
}
