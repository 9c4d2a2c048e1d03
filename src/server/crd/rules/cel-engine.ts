import { compile, fromJson, kubernetesEnvironment, typeOfSchema } from "#machinery/cel/cel.ts";
import type { Environment, Program, Schema } from "#machinery/cel/cel.ts";
import { optionalType } from "#machinery/cel/types.ts";
import type { Type } from "#machinery/cel/types.ts";
import { ErrorValue, Optional } from "#machinery/cel/values.ts";
import type { Result } from "#machinery/cel/values.ts";
import type { CompiledRule, RuleEngine } from "./engine.ts";

/** Rules in CEL. */
export const celRules: RuleEngine = {
  scopeOf(schema, isResource) {
    // A structural schema has one schema for all items.
    const type = typeOfSchema(schema as Schema, { isResourceRoot: isResource });
    if (!type) return undefined;
    return {
      compile(expression, { optionalOldSelf }) {
        const oldSelf = optionalOldSelf ? optionalType(type) : type;
        const environment = kubernetesEnvironment.extend({ variables: { self: type, oldSelf } });
        return compileRule(expression, environment, type, optionalOldSelf);
      },
    };
  },
};

function compileRule(
  expression: string,
  environment: Environment,
  type: Type,
  optionalOldSelf: boolean,
): CompiledRule {
  const compiled = compile(expression, environment);
  if (!compiled.ok) return { ok: false, text: compiled.text };
  const { program } = compiled;
  return {
    ok: true,
    result: resultOf(program),
    usesOldSelf: program.variables.has("oldSelf"),
    get costMax() {
      return program.estimateCost().max;
    },
    evaluate(self, oldSelf, costLimit) {
      const before = (): Result => {
        if (!oldSelf) return optionalOldSelf ? Optional.none : null;
        const value = fromJson(oldSelf.value, type);
        return !optionalOldSelf || value instanceof ErrorValue ? value : new Optional(value);
      };
      return program.evaluate({ self: () => fromJson(self, type), oldSelf: before }, { costLimit });
    },
  };
}

function resultOf({ type }: Program): "bool" | "string" | "other" {
  return type.kind === "bool" || type.kind === "string" ? type.kind : "other";
}
