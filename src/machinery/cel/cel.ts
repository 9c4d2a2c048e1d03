/**
 * CEL, the expression language of validation rules, admission policies, match conditions and
 * device selectors, as Kubernetes v1.36 uses it.
 *
 *     const environment = kubernetesEnvironment.extend({ variables: { self: typeOfSchema(schema) } });
 *     const compiled = compile("self.replicas <= 10", environment, { result: [boolType] });
 *     if (!compiled.ok) return invalid(compiled.text);
 *     compiled.program.estimateCost().max;                     // for limits when a rule is written
 *     const outcome = compiled.program.evaluate(
 *       { self: fromJson(object, typeOfSchema(schema)) },
 *       { costLimit: perCallCostLimit },
 *     );
 *     if (outcome.ok) toJson(outcome.value); else outcome.error; // "no such key: x"
 *
 * Environments are immutable and meant to be kept, as are programs. Types come from `types.ts`,
 * from a CRD's schema (`typeOfSchema`) or from an API type (`typeOfMessage`). JSON becomes values
 * lazily, so that wrapping a large object costs nothing until a field is read.
 */
import { check, type Declarations } from "./checker.ts";
import { type CostEstimate, estimateCost } from "./estimate.ts";
import { CostLimitExceeded, type Frame } from "./frame.ts";
import { isDynamic, sameType } from "./inference.ts";
import { parse } from "./parser.ts";
import { type Plan, plan, PlanningFailure } from "./planner.ts";
import { type Issue, Issues } from "./source.ts";
import { formatType, type StructType, type Type } from "./types.ts";
import { ErrorValue, type Result, type Value } from "./values.ts";
import { checkLiterals } from "./validators.ts";

export type { CostEstimate } from "./estimate.ts";
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
  if (result && !isDynamic(type) && !result.some((expected) => sameType(expected, type))) {
    const message = `expected ${result.map(formatType).join(" or ")}, but got ${formatType(type)}`;
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
   * Types that the result may have; anything else is an issue. Kubernetes' messages about it differ
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

/** Variables by name. A function is called when its variable is first read. */
export type Activation = Readonly<Record<string, Value | (() => Result)>>;

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

/** What expressions may use. Immutable; an extension shares what it extends. */
export class Environment implements Declarations {
  readonly #parent: Environment | undefined;
  readonly #variables: ReadonlyMap<string, Type>;
  readonly #functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly #types: ReadonlyMap<string, Type>;
  readonly #structs: ReadonlyMap<string, StructType>;

  constructor(extension: EnvironmentExtension, parent?: Environment) {
    const { variables = {}, types = [], libraries = [] } = extension;
    this.#parent = parent;
    this.#variables = new Map(Object.entries(variables));
    this.#structs = new Map(types.map((type) => [type.name, type]));
    this.#types = new Map(libraries.flatMap((library) => Object.entries(library.types ?? {})));
    const functions = new Map<string, FunctionDeclaration>();
    for (const declared of libraries.flatMap((library) => library.functions ?? [])) {
      const known = functions.get(declared.name) ?? parent?.function(declared.name);
      const overloads = [...(known?.overloads ?? []), ...declared.overloads];
      functions.set(declared.name, { name: declared.name, overloads });
    }
    this.#functions = functions;
  }

  extend(extension: EnvironmentExtension): Environment {
    return new Environment(extension, this);
  }

  variable(name: string): Type | undefined {
    return this.#variables.get(name) ?? this.#parent?.variable(name);
  }

  function(name: string): FunctionDeclaration | undefined {
    return this.#functions.get(name) ?? this.#parent?.function(name);
  }

  type(name: string): Type | undefined {
    return this.#types.get(name) ?? this.#parent?.type(name);
  }

  struct(name: string): StructType | undefined {
    return this.#structs.get(name) ?? this.#parent?.struct(name);
  }
}

export interface EnvironmentExtension {
  readonly variables?: Readonly<Record<string, Type>>;
  /** Struct types that expressions may build by name. */
  readonly types?: readonly StructType[];
  readonly libraries?: readonly Library[];
}

/** Functions and types that extend the language. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[];
  /** Names that stand for types: `type(x) == kubernetes.URL`. */
  readonly types?: Readonly<Record<string, Type>>;
}

export interface FunctionDeclaration {
  /** As in the expression; a dotted one is a name of its own: `math.greatest`. */
  readonly name: string;
  readonly overloads: readonly Overload[];
}

export interface Overload {
  /** Upstream's, because costs are counted by it: `string_to_quantity`. */
  readonly id: string;
  /** Called on its first argument: `x.f(y)`. */
  readonly member?: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  /** It takes any values and says itself which it has no overload for, as operators do. */
  readonly checksArguments?: boolean;
  /** Gets values of the declared types only. */
  readonly call: (...args: never[]) => Result;
}
