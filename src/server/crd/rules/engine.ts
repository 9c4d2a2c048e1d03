import type { JsonSchema } from "../schema/json-schema.ts";

/** What rules need of the language that they are written in. */
export interface RuleEngine {
  /**
   * How expressions see values of a schema; undefined where they cannot. At the root of a resource
   * they see what kind it is and what it is called, whatever the schema says.
   */
  scopeOf(schema: JsonSchema, isResource: boolean): RuleScope | undefined;
}

/** The place of a rule: it knows the value in that place as `self`, and what it was as `oldSelf`. */
export interface RuleScope {
  /** With `optionalOldSelf`, expressions see that there may be no old value. */
  compile(expression: string, options: { readonly optionalOldSelf: boolean }): CompiledRule;
}

export type CompiledRule =
  | { readonly ok: false; readonly text: string }
  | {
      readonly ok: true;
      readonly result: "bool" | "string" | "other";
      readonly usesOldSelf: boolean;
      /** The most that one evaluation can cost; Infinity where nothing bounds it. */
      readonly costMax: number;
      evaluate(
        self: unknown,
        oldSelf: { readonly value: unknown } | undefined,
        costLimit: number,
      ): Evaluated;
    };

export type Evaluated =
  | { readonly ok: true; readonly value: unknown; readonly cost: number }
  | {
      readonly ok: false;
      readonly error: string;
      readonly cost: number;
      readonly costExceeded: boolean;
    };
