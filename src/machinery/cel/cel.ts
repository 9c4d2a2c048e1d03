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
import type { StructType, Type } from "./types.ts";
import type { Result, Value } from "./values.ts";

export interface Compile {
  (expression: string, environment: Environment, options?: CompileOptions): Compiled;
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly text: string };

export interface CompileOptions {
  /**
   * Types that the result may have; anything else is an issue. Kubernetes' messages about it differ
   * by caller, so callers that have their own compare `program.type` themselves.
   */
  readonly result?: readonly Type[];
}

/** A mistake in an expression; `text` of a failed compilation has them all, with the source. */
export interface Issue {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
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

/** Infinity where upstream saturates at 2^64-1. */
export interface CostEstimate {
  readonly min: number;
  readonly max: number;
}

/** What expressions may use. */
export interface Environment {
  extend(extension: {
    readonly variables?: Readonly<Record<string, Type>>;
    /** Struct types that expressions may build by name. */
    readonly types?: readonly StructType[];
    readonly libraries?: readonly Library[];
  }): Environment;
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
  /** Gets values of the declared types only. */
  readonly call: (...args: never[]) => Result;
}
