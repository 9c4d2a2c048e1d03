import type { Namespace } from "#api/core/v1.ts";
import {
  jsonPatchLibrary,
  matchConditionsCostBudget,
  mutationTypes,
  perCallCostLimit,
  runtimeCostBudget,
} from "#machinery/cel/cel.ts";
import type { CompileOptions, Compiled, Environment, Program } from "#machinery/cel/cel.ts";
import { dynType, formatType } from "#machinery/cel/types.ts";
import type { StructType, Type } from "#machinery/cel/types.ts";
import { ErrorValue, LazyStruct } from "#machinery/cel/values.ts";
import type { Result, Value } from "#machinery/cel/values.ts";
import type { Attributes, Decision } from "../../authz/authorizer.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { namespaceOf } from "../matching/rules.ts";
import { admissionRequestBody } from "../webhooks/review.ts";
import type { Param } from "./params.ts";
import { namespaceType, requestType } from "./types.ts";

/** What evaluating one group of expressions may cost, in upstream's units. */
export const budgets = {
  validation: runtimeCostBudget,
  matchConditions: matchConditionsCostBudget,
} as const;

/** The expression language, as far as admission needs it. */
export interface ExpressionEngine {
  compile(source: string, environment: Environment, options?: CompileOptions): Compiled;
  /** With Kubernetes' functions. */
  readonly environment: Environment;
  fromJson(value: unknown, type: Type): Result;
  toJson(value: Value): unknown;
  readonly authorization: AuthorizationLibrary;
}

/** The variables `authorizer` and `authorizer.requestResource`. */
export interface AuthorizationLibrary {
  readonly authorizerType: Type;
  readonly resourceCheckType: Type;
  authorizer(checks: Checks, user: AdmissionRequest["user"]): Value;
  resourceCheck(checks: Checks, request: AdmissionRequest): Value;
}

/** Answers from what is known; what is not, is found out before the next try. */
export interface Checks {
  /** Undefined: ask again after `resolve`. */
  ask(attributes: Attributes): Decision | undefined;
}

/** An expression that is ready to be evaluated, or why it is not. */
export type Expression =
  | { readonly ok: true; readonly source: string; readonly program: Program }
  | { readonly ok: false; readonly source: string; readonly error: string };

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** What the expressions of one policy or webhook may use; compiles them. */
export class ExpressionScope {
  readonly engine: ExpressionEngine;
  readonly #variables = new Map<string, Expression>();
  readonly #hasParams: boolean;
  readonly #objectType: Type;
  readonly #paramsType: Type;
  readonly #types: Record<string, Type> = {};

  constructor(
    engine: ExpressionEngine,
    options: {
      readonly hasParams: boolean;
      readonly variables?: readonly NamedExpression[];
      /** What `object` and `oldObject` are; anything when missing. */
      readonly objectType?: Type;
      readonly paramsType?: Type;
    },
  ) {
    this.engine = engine;
    this.#hasParams = options.hasParams;
    this.#objectType = options.objectType ?? dynType;
    this.#paramsType = options.paramsType ?? dynType;
    for (const { name, expression } of options.variables ?? []) {
      const compiled = this.compile(expression);
      this.#variables.set(name, compiled);
      this.#types[name] = compiled.ok ? compiled.program.type : dynType;
    }
  }

  get variables(): ReadonlyMap<string, Expression> {
    return this.#variables;
  }

  get variablesType(): StructType {
    const types = this.#types;
    return {
      kind: "struct",
      name: "kubernetes.variables",
      field: (name) => (Object.hasOwn(types, name) ? types[name] : undefined),
    };
  }

  /** `mutates` lets the expression build what is to be applied. */
  compile(
    source: string,
    options: {
      readonly results?: readonly Type[];
      readonly withAuthorizer?: boolean;
      readonly mutates?: boolean;
    } = {},
  ): Expression {
    const { results = [], withAuthorizer = true, mutates = false } = options;
    const environment = this.engine.environment.extend({
      variables: this.#declarations(withAuthorizer),
      ...(mutates && { findType: mutationTypes, libraries: [jsonPatchLibrary] }),
    });
    const compiled: Compiled = this.engine.compile(source, environment);
    if (!compiled.ok) return failed(source, `compilation failed: ${compiled.text}`);
    const { program } = compiled;
    const actual = typeText(program.type);
    const expected = results.map(typeText);
    if (expected.length > 0 && !expected.includes(actual)) {
      const wanted = expected.length === 1 ? (expected[0] ?? "") : `one of [${expected.join(" ")}]`;
      return failed(source, `must evaluate to ${wanted} but got ${actual}`);
    }
    return { ok: true, source, program };
  }

  #declarations(withAuthorizer: boolean): Record<string, Type> {
    const { authorizerType, resourceCheckType } = this.engine.authorization;
    return {
      object: this.#objectType,
      oldObject: this.#objectType,
      request: requestType,
      namespaceObject: namespaceType,
      ...(this.#variables.size > 0 && { variables: this.variablesType }),
      ...(this.#hasParams && { params: this.#paramsType }),
      ...(withAuthorizer && {
        authorizer: authorizerType,
        "authorizer.requestResource": resourceCheckType,
      }),
    };
  }
}

/** Where results are judged, upstream calls the type of null by its other name. */
function typeText(type: Type): string {
  return type.kind === "null" ? "null_type" : formatType(type);
}

function failed(source: string, error: string): Expression {
  return { ok: false, source, error };
}

/** What a group of expressions is evaluated on. */
export interface Subject {
  readonly request: AdmissionRequest;
  readonly invocation: Invocation;
  readonly namespace: Namespace | undefined;
  readonly param?: Param | undefined;
  readonly checks: Checks;
}

/** The budget is spent: no further expression is evaluated. */
export class OutOfBudget extends Error {
  constructor() {
    super(
      "validation failed due to running out of cost budget, no further validation rules will be run",
    );
  }
}

export type Evaluated =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

/** Evaluates expressions on one subject, with one budget; variables are computed at most once. */
export class Evaluation {
  readonly #activation: Record<string, Value | (() => Result)>;
  #remaining: number;
  #variablesCost = 0;

  constructor(scope: ExpressionScope, subject: Subject, budget: number) {
    this.#remaining = budget;
    this.#activation = activationOf(scope, subject);
    this.#activation["variables"] = new LazyStruct(
      scope.variablesType,
      new Map(
        [...scope.variables].map(([name, expression]) => [
          name,
          () => this.#variable(name, expression),
        ]),
      ),
    );
  }

  get remaining(): number {
    return this.#remaining;
  }

  /** Throws `OutOfBudget`. */
  run(expression: Expression): Evaluated {
    if (!expression.ok) return { ok: false, error: `compilation error: ${expression.error}` };
    this.#variablesCost = 0;
    const limits = { costLimit: perCallCostLimit };
    const outcome = expression.program.evaluate(this.#activation, limits);
    this.#remaining -= outcome.cost + this.#variablesCost;
    if (this.#remaining < 0) throw new OutOfBudget();
    if (outcome.ok) return { ok: true, value: outcome.value };
    const { source } = expression;
    return { ok: false, error: `expression '${source}' resulted in error: ${outcome.error}` };
  }

  #variable(name: string, expression: Expression): Result {
    if (!expression.ok) {
      return new ErrorValue(`composited variable "${name}" fails to compile: ${expression.error}`);
    }
    const outcome = expression.program.evaluate(this.#activation, { costLimit: perCallCostLimit });
    this.#variablesCost += outcome.cost;
    if (outcome.ok) return outcome.value;
    return new ErrorValue(`composited variable "${name}" fails to evaluate: ${outcome.error}`);
  }
}

function activationOf(
  { engine }: ExpressionScope,
  { request, invocation, namespace, param, checks }: Subject,
): Record<string, Value | (() => Result)> {
  const { place, type, object, oldObject } = invocation;
  const { group, version, kind } = type.info;
  const body = {
    kind: { group, version, kind },
    resource: { group: place.group, version: place.version, resource: place.resource },
    ...(place.subresource && { subResource: place.subresource }),
    ...admissionRequestBody(request),
    dryRun: request.dryRun,
    ...(Object.keys(request.options).length > 0 && { options: request.options }),
  };
  const dynamic = (value: unknown) =>
    value === undefined ? null : () => engine.fromJson(value, dynType);
  return {
    object: dynamic(object),
    oldObject: dynamic(oldObject),
    request: () => engine.fromJson(body, requestType),
    namespaceObject: namespace ? () => engine.fromJson(namespace, namespaceType) : null,
    params: dynamic(param),
    authorizer: engine.authorization.authorizer(checks, request.user),
    "authorizer.requestResource": engine.authorization.resourceCheck(checks, request),
  };
}

/** The namespace of what a policy sees; a namespace itself is in none. */
export function isInNamespace(request: AdmissionRequest): boolean {
  const { group, kind } = request.type.info;
  return namespaceOf(request) !== "" && !(group === "" && kind === "Namespace");
}
