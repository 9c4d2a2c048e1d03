import { Environment } from "#machinery/cel/cel.ts";
import type { Activation, Program } from "#machinery/cel/cel.ts";
import { boolType, dynType } from "#machinery/cel/types.ts";
import type { Type } from "#machinery/cel/types.ts";
import { ErrorValue } from "#machinery/cel/values.ts";
import type { LazyStruct, Result, Value } from "#machinery/cel/values.ts";
import type { ExpressionEngine } from "./expressions.ts";

/** What an expression of a test does; its variables are JSON. */
export interface Meaning {
  readonly type?: Type;
  readonly cost?: number;
  readonly value: (variables: Variables) => unknown;
}

export interface Variables {
  readonly [name: string]: ReturnType<typeof JSON.parse>;
  /** Throws what the variable fails with. */
  readonly variable: (name: string) => unknown;
}

/** Expressions are names of JavaScript functions: the flow around them is what is tested. */
export function fakeEngine(meanings: Readonly<Record<string, Meaning>>): ExpressionEngine {
  return {
    environment: new Environment({}),
    compile(source) {
      const meaning = meanings[source];
      if (!meaning) {
        const text = `ERROR: <input>:1:1: Syntax error: ${source}`;
        return { ok: false, issues: [], text };
      }
      return { ok: true, program: programOf(meaning) };
    },
    fromJson: (value) => value as Value,
    toJson: (value) => value,
    authorization: {
      authorizerType: dynType,
      resourceCheckType: dynType,
      authorizer: (checks, user) => ({ checks, user }) as unknown as Value,
      resourceCheck: () => null,
    },
  };
}

function programOf({ type = boolType, cost = 1, value }: Meaning): Program {
  return {
    type,
    variables: new Set(),
    estimateCost: () => ({ min: cost, max: cost }),
    evaluate(activation) {
      try {
        const result = value(variablesOf(activation)) as Value;
        return { ok: true, value: result, cost };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { ok: false, error: why, cost, costExceeded: false };
      }
    },
  };
}

function variablesOf(activation: Activation): Variables {
  const values = Object.entries(activation).map(([name, value]) => [
    name,
    typeof value === "function" ? value() : value,
  ]);
  return {
    ...Object.fromEntries(values),
    variable(name: string) {
      const found: Result | undefined = (activation["variables"] as LazyStruct).get(name);
      if (found instanceof ErrorValue) throw new Error(found.message);
      return found;
    },
  };
}
