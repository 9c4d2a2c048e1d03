/**
 * CEL, the expression language of validation rules, admission policies, match conditions and
 * device selectors, as Kubernetes v1.36 uses it.
 *
 *     const type = typeOfSchema(schema, { isResourceRoot: true }) ?? dynType;
 *     const environment = kubernetesEnvironment.extend({ variables: { self: type } });
 *     const compiled = compile("self.replicas <= 10", environment, { result: [boolType] });
 *     if (!compiled.ok) return invalid(compiled.text);
 *     compiled.program.estimateCost().max;                     // for limits when a rule is written
 *     const outcome = compiled.program.evaluate(
 *       { self: fromJson(object, type) },
 *       { costLimit: perCallCostLimit },
 *     );
 *     if (outcome.ok) toJson(outcome.value); else outcome.error; // "no such key: x"
 *
 * Environments are immutable and meant to be kept, as are programs. Types come from `types.ts`,
 * from a CRD's schema (`typeOfSchema`) or from an API type (`typeOfMessage`). JSON becomes values
 * lazily, so that wrapping a large object costs nothing until a field is read. Variables that
 * depend on others, such as a policy's, are fields of a `LazyStruct` (`values.ts`). For admission:
 * `authorizerValue`; for mutations: `jsonPatchLibrary`, `mutationTypes`, `misplacedPart`.
 */
import { check } from "./checker.ts";
import type { Environment } from "./environment.ts";
import { type CostEstimate, estimateCost } from "./estimate.ts";
import { CostLimitExceeded, type Frame } from "./frame.ts";
import { sameType } from "./inference.ts";
import { parse } from "./parser.ts";
import { type Plan, plan, PlanningFailure } from "./planner.ts";
import { type Issue, Issues } from "./source.ts";
import { formatType, type Type } from "./types.ts";
import { ErrorValue, type Result, type Value } from "./values.ts";
import { checkLiterals } from "./validators.ts";

export {
  Environment,
  type FunctionDeclaration,
  type Library,
  type Overload,
} from "./environment.ts";
export type { CostEstimate } from "./estimate.ts";
export { fromJson, toJson } from "./json.ts";
export { kubernetesEnvironment } from "./kubernetes.ts";
export {
  type AskAuthorizer,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  authorizerType,
  authorizerValue,
  requestResourceType,
  requestResourceValue,
} from "./library/authorizer.ts";
export { jsonPatchLibrary, jsonPatchType } from "./library/json-patch.ts";
export { misplacedPart, mutationTypes } from "./library/object.ts";
export * from "./limits.ts";
export { typeOfMessage } from "./message-type.ts";
export { type Schema, typeOfSchema } from "./schema-type.ts";
export type { Issue } from "./source.ts";

/** Parses, checks and plans an expression. */
export function compile(
  expression: string,
  environment: Environment,
  options: CompileOptions = {},
): Compiled {
  const issues = new Issues(expression);
  const parsed = parse(expression, issues);
  if (!parsed) return refused(issues);
  const type = check(parsed, environment, issues);
  if (issues.list.length === 0) checkLiterals(parsed, issues);
  if (issues.list.length > 0) return refused(issues);
  const { result } = options;
  if (result && !result.some((each) => each.kind === "dyn" || sameType(each, type))) {
    const expected = result.map(formatType);
    const wanted = expected.length === 1 ? expected[0] : `one of [${expected.join(" ")}]`;
    const message = `must evaluate to ${wanted} but got ${formatType(type)}`;
    return { ok: false, issues: [{ line: 1, column: 1, message }], text: message };
  }
  let planned: Plan;
  try {
    planned = plan(parsed, (name) => environment.function(name));
  } catch (error) {
    if (!(error instanceof PlanningFailure)) throw error;
    const message = `program instantiation failed: ${error.message}`;
    return { ok: false, issues: [{ line: 1, column: 1, message }], text: message };
  }
  const program: Program = {
    type,
    variables: planned.variables,
    estimateCost: () => estimateCost(parsed, (name) => environment.variable(name)),
    evaluate: (activation, { costLimit = Infinity } = {}) =>
      evaluate(planned, activation, costLimit),
  };
  return { ok: true, program };
}

function refused(issues: Issues): Compiled {
  return { ok: false, issues: issues.list, text: issues.text };
}

function evaluate(planned: Plan, activation: Activation, costLimit: number): Outcome {
  const read = new Map<string, Result>();
  const variable = (name: string): Result => {
    let value = read.get(name);
    if (value !== undefined) return value;
    const given = Object.hasOwn(activation, name) ? activation[name] : undefined;
    value = typeof given === "function" ? given() : given;
    value ??= given === null ? null : new ErrorValue(`no such attribute(s): ${name}`);
    read.set(name, value);
    return value;
  };
  const locals = Array.from<Result>({ length: planned.slots }).fill(null);
  const frame: Frame = { locals, variable, costLimit, cost: 0 };
  try {
    const value = planned.run(frame);
    const { cost } = frame;
    return value instanceof ErrorValue
      ? { ok: false, error: value.message, cost, costExceeded: false }
      : { ok: true, value, cost };
  } catch (error) {
    if (!(error instanceof CostLimitExceeded)) throw error;
    return { ok: false, error: error.message, cost: frame.cost, costExceeded: true };
  }
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  /** `text` shows all issues with the source. */
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly text: string };

export interface CompileOptions {
  /**
   * Types that the result may have, dyn for any; anything else is an issue. Kubernetes' messages about it differ
   * by caller, so callers that have their own compare `program.type` themselves.
   */
  readonly result?: readonly Type[];
}

export interface Program {
  readonly type: Type;
  /** The names of variables that the expression reads, without its own. */
  readonly variables: ReadonlySet<string>;
  /** Bounds of what evaluation can cost, by the sizes that types declare. */
  estimateCost(): CostEstimate;
  evaluate(activation: Activation, options?: EvaluateOptions): Outcome;
}

/**
 * Variables by name. An error, as `fromJson` may give, comes up only where the variable is read. A
 * function is called when its variable is first read. */
export type Activation = Readonly<Record<string, Result | (() => Result)>>;

export interface EvaluateOptions {
  /** In upstream's units; none means no limit. */
  readonly costLimit?: number;
}

export type Outcome =
  | { readonly ok: true; readonly value: Value; readonly cost: number }
  | {
      readonly ok: false;
      readonly error: string;
      readonly cost: number;
      /** The limit ended it, so that no budget is left. */
      readonly costExceeded: boolean;
    };
