import type { JobSpec, PodFailurePolicyRule } from "#api/batch/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { by, nonNegative, oneOf } from "../common/validation.ts";
import { indexCount } from "./indexes.ts";

const indexedParallelismMax = 100_000;
const failedIndexesMax = 100_000;

/** What only jobs whose pods are numbered may say. */
export function validateIndexes(spec: JobSpec, path: string): FieldError[] {
  const { backoffLimitPerIndex, completions, maxFailedIndexes, parallelism } = spec;
  const isIndexed = spec.completionMode === "Indexed";
  const errors = [
    ...nonNegative(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex),
    ...nonNegative(`${path}.maxFailedIndexes`, maxFailedIndexes),
  ];
  const requires = "requires indexed completion mode";
  if (!isIndexed) {
    for (const field of ["backoffLimitPerIndex", "maxFailedIndexes"] as const) {
      if (spec[field] !== undefined)
        errors.push(invalid(`${path}.${field}`, spec[field], requires));
    }
    if (spec.successPolicy) {
      errors.push(invalid(`${path}.successPolicy`, spec.successPolicy, requires));
    }
    return errors;
  }
  if ((parallelism ?? 0) > indexedParallelismMax) {
    const detail = `must be less than or equal to ${indexedParallelismMax} when completion mode is Indexed`;
    errors.push(invalid(`${path}.parallelism`, parallelism, detail));
  }
  if (maxFailedIndexes === undefined) return errors;
  const at = `${path}.maxFailedIndexes`;
  if (backoffLimitPerIndex === undefined) {
    const detail = "when maxFailedIndexes is specified";
    errors.push(requiredValue(`${path}.backoffLimitPerIndex`, detail));
  }
  if (completions !== undefined && maxFailedIndexes > completions) {
    errors.push(invalid(at, maxFailedIndexes, "must be less than or equal to completions"));
  }
  if (maxFailedIndexes > failedIndexesMax) {
    const detail = `must be less than or equal to ${failedIndexesMax}`;
    errors.push(invalid(at, maxFailedIndexes, detail));
  }
  return errors;
}

export function validateSuccessPolicy(spec: JobSpec, path: string): FieldError[] {
  const { completions = 0, successPolicy } = spec;
  if (!successPolicy || spec.completionMode !== "Indexed") return [];
  const rules = successPolicy.rules ?? [];
  if (!rules.length) {
    const detail = "at least one rules must be specified when the successPolicy is specified";
    return [requiredValue(`${path}.successPolicy.rules`, detail)];
  }
  return rules.flatMap(({ succeededCount, succeededIndexes }, index) => {
    const at = `${path}.successPolicy.rules[${index}]`;
    if (succeededCount === undefined && succeededIndexes === undefined) {
      const detail = "at least one of succeededCount or succeededIndexes must be specified";
      return [requiredValue(at, detail)];
    }
    const errors = nonNegative(`${at}.succeededCount`, succeededCount);
    const counted =
      succeededIndexes === undefined ? undefined : indexCount(succeededIndexes, completions);
    if (typeof counted === "string") {
      const detail = `error parsing succeededIndexes: ${counted}`;
      errors.push(invalid(`${at}.succeededIndexes`, succeededIndexes, detail));
    }
    if (succeededCount === undefined) return errors;
    const bound = (limit: number, what: string) => {
      if (succeededCount <= limit) return;
      const detail = `must be less than or equal to ${limit} (the number of ${what})`;
      errors.push(invalid(`${at}.succeededCount`, succeededCount, detail));
    };
    bound(completions, "specified completions");
    if (succeededIndexes !== undefined) {
      const count = typeof counted === "number" ? counted : 0;
      bound(count, "indexes in the specified succeededIndexes field");
    }
    return errors;
  });
}

const rulesMax = 20;
const actions = ["Count", "FailIndex", "FailJob", "Ignore"];

export function validateFailurePolicy(spec: JobSpec, path: string): FieldError[] {
  const { podFailurePolicy, template } = spec;
  if (!podFailurePolicy) return [];
  const at = `${path}.podFailurePolicy`;
  const { initContainers = [], containers = [], restartPolicy } = template.spec ?? {};
  const names = new Set([...initContainers, ...containers].map(({ name }) => name));
  const errors: FieldError[] = [];
  if (restartPolicy !== "Never") {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalid(`${path}.template.spec.restartPolicy`, restartPolicy ?? "", detail));
  }
  const rules = podFailurePolicy.rules ?? [];
  if (rules.length > rulesMax) {
    const detail = `must have at most ${rulesMax} items`;
    errors.push({ path: `${at}.rules`, type: "FieldValueTooMany", value: rules.length, detail });
  }
  for (const [index, rule] of rules.entries()) {
    errors.push(...validateRule(rule, `${at}.rules[${index}]`, names, spec));
  }
  return errors;
}

function validateRule(
  rule: PodFailurePolicyRule,
  at: string,
  names: ReadonlySet<string>,
  spec: JobSpec,
): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors = action
    ? oneOf(`${at}.action`, action, actions)
    : [requiredValue(`${at}.action`, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]')];
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    const detail = "requires the backoffLimitPerIndex to be set";
    errors.push(invalid(`${at}.action`, action, detail));
  }
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, `${at}.onExitCodes`, names));
  const problem =
    onExitCodes && onPodConditions.length
      ? "specifying both OnExitCodes and OnPodConditions is not supported"
      : !onExitCodes && !onPodConditions.length
        ? "specifying one of OnExitCodes and OnPodConditions is required"
        : undefined;
  // Upstream tells a value here that has no form as text.
  if (problem !== undefined) errors.push(invalid(at, "", problem));
  for (const [index, { status, type }] of onPodConditions.entries()) {
    const path = `${at}.onPodConditions[${index}]`;
    errors.push(
      ...by(`${path}.type`, type ?? "", isQualifiedName),
      ...(status
        ? oneOf(`${path}.status`, status, ["False", "True", "Unknown"])
        : [requiredValue(`${path}.status`, 'valid values: ["False" "True" "Unknown"]')]),
    );
  }
  return errors;
}

const valuesMax = 255;

function validateExitCodes(
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  at: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = operator
    ? oneOf(`${at}.operator`, operator, ["In", "NotIn"])
    : [requiredValue(`${at}.operator`, 'valid values: ["In" "NotIn"]')];
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    errors.push(invalid(`${at}.containerName`, containerName, detail));
  }
  const path = `${at}.values`;
  if (!values?.length) return [...errors, invalid(path, values, "at least one value is required")];
  if (values.length > valuesMax) {
    const detail = `must have at most ${valuesMax} items`;
    errors.push({ path, type: "FieldValueTooMany", value: values.length, detail });
  }
  for (const [index, value] of values.entries()) {
    const item = `${path}[${index}]`;
    if (values.indexOf(value) < index) errors.push(duplicate(item, value));
    if (value === 0 && operator === "In") {
      errors.push(invalid(item, value, "must not be 0 for the In operator"));
    }
  }
  const isOrdered = values.every(
    (value, index) => index === 0 || (values[index - 1] ?? 0) <= value,
  );
  return isOrdered ? errors : [...errors, invalid(path, values, "must be ordered")];
}
