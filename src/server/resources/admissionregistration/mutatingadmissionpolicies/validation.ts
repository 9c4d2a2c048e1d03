import type { MutatingAdmissionPolicy, Mutation } from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { sameValue } from "../../common/validation.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { expressionCheck } from "../common/expressions.ts";
import type { ExpressionCheck } from "../common/expressions.ts";
import { validateConstraints, validateParamKind, validateVariables } from "../common/policies.ts";
import {
  failurePolicies,
  oneOfWords,
  reinvocationPolicies,
  validateMatchConditions,
} from "../common/rules.ts";

type Policy = MutatingAdmissionPolicy;

export function validateMutatingPolicy(
  { spec }: Policy,
  old: Readonly<Policy> | undefined,
  dependencies: Pick<ResourceDependencies, "expressions">,
): FieldError[] {
  const { matchConditions = [], mutations = [], paramKind, variables = [] } = spec;
  const check = expressionCheck(dependencies, { hasParams: paramKind !== undefined, variables });
  // A condition that did not change was compiled by the server that took it.
  const isKept = old !== undefined && sameValue(matchConditions, old.spec.matchConditions ?? []);
  return [
    ...oneOfWords("spec.failurePolicy", spec.failurePolicy, failurePolicies),
    ...(paramKind ? validateParamKind(paramKind, "spec.paramKind") : []),
    ...validateConstraints(spec.matchConstraints, "spec.matchConstraints", "mutating"),
    ...(isKept ? [] : validateMatchConditions(matchConditions, "spec.matchConditions", check)),
    ...validateVariables(variables, "spec.variables", check),
    ...(mutations.length
      ? mutations.flatMap((mutation, index) =>
          validateMutation(mutation, `spec.mutations[${index}]`, check),
        )
      : [requiredValue("spec.mutations", "mutations must contain at least one item")]),
    ...(spec.reinvocationPolicy
      ? oneOfWords("spec.reinvocationPolicy", spec.reinvocationPolicy, reinvocationPolicies)
      : [requiredValue("spec.reinvocationPolicy")]),
  ];
}

const patchFields = { ApplyConfiguration: "applyConfiguration", JSONPatch: "jsonPatch" } as const;
type PatchType = keyof typeof patchFields;
const patchTypes = Object.keys(patchFields) as PatchType[];

function validateMutation(mutation: Mutation, at: string, check: ExpressionCheck): FieldError[] {
  if (!mutation.patchType) return [requiredValue(`${at}.patchType`)];
  const type = patchTypes.find((each) => each === mutation.patchType);
  if (!type) return [notSupported(`${at}.patchType`, mutation.patchType, patchTypes)];
  const field = patchFields[type];
  const path = `${at}.${field}`;
  const errors: FieldError[] = [];
  const patch = mutation[field];
  if (!patch) errors.push(requiredValue(path, `must be specified when patchType is ${type}`));
  else if (!patch.expression?.trim()) errors.push(requiredValue(`${path}.expression`));
  else errors.push(...check(`${path}.expression`, patch.expression.trim(), field));
  const other = field === "jsonPatch" ? "applyConfiguration" : "jsonPatch";
  if (mutation[other]) {
    const detail = `must not be specified when patchType is ${type}`;
    errors.push(invalid(`${at}.${other}`, `{${other}}`, detail));
  }
  return errors;
}
