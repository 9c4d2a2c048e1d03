import type { MutatingAdmissionPolicy, Mutation } from "#api/admissionregistration/v1.ts";
import { jsonPatchType, misplacedPart } from "#machinery/cel/cel.ts";
import { listType, structType } from "#machinery/cel/types.ts";
import { itemShape, mergeTyped, shapeOfField } from "#machinery/apply/typed.ts";
import { shapeOfType, TypedError } from "#machinery/apply/typed.ts";
import { fieldSetOf } from "#machinery/apply/extract.ts";
import type { Shape } from "#machinery/apply/typed.ts";
import { cloneJson } from "#machinery/json.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { StatusError } from "#machinery/status.ts";
import { isRecord } from "#schema/decode.ts";
import { compileConditions } from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import { Evaluation, ExpressionScope, OutOfBudget, budgets } from "./expressions.ts";
import type { Expression, ExpressionEngine, Subject } from "./expressions.ts";

type Row = Record<string, unknown>;

/** A policy whose expressions are ready. */
export interface Mutator {
  readonly scope: ExpressionScope;
  readonly conditions: readonly Condition[];
  readonly mutations: readonly CompiledMutation[];
}

interface CompiledMutation {
  readonly kind: "apply" | "jsonPatch";
  readonly expression: Expression;
}

/** What an apply configuration is built as. */
export const applyConfigurationType = structType("Object", {});

export function compileMutator(
  engine: ExpressionEngine,
  { spec }: MutatingAdmissionPolicy,
): Mutator {
  const { variables = [], mutations = [], matchConditions } = spec;
  const scope = new ExpressionScope(engine, { hasParams: spec.paramKind !== undefined, variables });
  return {
    scope,
    conditions: compileConditions(scope, matchConditions),
    mutations: mutations.map((mutation) => compileMutation(scope, mutation)),
  };
}

function compileMutation(scope: ExpressionScope, mutation: Mutation): CompiledMutation {
  const isPatch = mutation.patchType === "JSONPatch";
  const source = (isPatch ? mutation.jsonPatch : mutation.applyConfiguration)?.expression ?? "";
  const results = isPatch ? [listType(jsonPatchType)] : [applyConfigurationType];
  const expression = scope.compile(source, { results, mutates: true });
  return { kind: isPatch ? "jsonPatch" : "apply", expression };
}

export type Patched =
  /** Without an object: nothing changes. */
  | { readonly ok: true; readonly object: Row | undefined }
  | { readonly ok: false; readonly error: string };

/** The object as one mutation makes it; the subject's own stays. */
export function patched(
  { scope }: Mutator,
  { kind, expression }: CompiledMutation,
  subject: Subject,
): Patched {
  if (!expression.ok) return { ok: false, error: expression.error };
  const evaluation = new Evaluation(scope, subject, budgets.validation);
  try {
    const outcome = evaluation.run(expression);
    if (!outcome.ok) return outcome;
    const value = scope.engine.toJson(outcome.value);
    if (kind === "jsonPatch") return jsonPatched(subject, value);
    const misplaced = misplacedPart(outcome.value);
    if (misplaced) return { ok: false, error: `type mismatch: ${misplaced}` };
    return applied(subject, value);
  } catch (error) {
    if (error instanceof OutOfBudget) return { ok: false, error: error.message };
    throw error;
  }
}

function jsonPatched({ invocation }: Subject, operations: unknown): Patched {
  try {
    const object = applyJsonPatch(invocation.object ?? {}, operations);
    if (isRecord(object)) return { ok: true, object };
    return { ok: false, error: "JSON Patch: the result is no object" };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const why = typeof error.cause === "string" ? error.cause : error.message;
    // A test that fails is a policy's way to say "not this time".
    if (why.startsWith("testing value ")) return { ok: true, object: undefined };
    return { ok: false, error: `JSON Patch: ${why}` };
  }
}

function applied({ invocation }: Subject, configuration: unknown): Patched {
  if (!isRecord(configuration)) return { ok: false, error: "invalid return type" };
  const { object = {}, type } = invocation;
  const shape = shapeOfType(type);
  const undeclared = undeclaredIn(shape, configuration);
  if (undeclared) {
    const error = `error applying patch: failed to convert patch object to typed object: ${undeclared}`;
    return { ok: false, error };
  }
  const atomics = atomicsIn(shape, configuration, "");
  if (atomics.length > 0) {
    return {
      ok: false,
      error:
        "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or " +
        `structs: ${atomics.join(", ")}`,
    };
  }
  const { apiVersion, kind } = object;
  const merged = mergeTyped(shape, cloneJson(object), { ...configuration, apiVersion, kind });
  return { ok: true, object: merged as Row };
}

function undeclaredIn(shape: Shape, configuration: Row): string | undefined {
  try {
    fieldSetOf(shape, configuration);
    return undefined;
  } catch (error) {
    if (error instanceof TypedError) return error.message;
    throw error;
  }
}

/** Applying to what has one owner as a whole would silently take away the rest of it. */
function atomicsIn(shape: Shape, value: unknown, path: string): string[] {
  const isCompound = isRecord(value) || Array.isArray(value);
  if (shape.kind === "leaf" || shape.kind === "unknown") {
    return shape.kind === "leaf" && isCompound ? [path] : [];
  }
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      atomicsIn(shapeOfField(shape, key), inner, `${path}.${key}`),
    );
  }
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) =>
      atomicsIn(itemShape(shape), item, `${path}[${index}]`),
    );
  }
  return [];
}
