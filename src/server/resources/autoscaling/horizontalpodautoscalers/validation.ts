import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from "#api/autoscaling/v2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isPathSegment } from "#machinery/validation/names.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { nonNegativeQuantity } from "../../common/quantity.ts";
import { by, nonNegative } from "../../common/validation.ts";
import { validateResourceName } from "../../common/resource-name.ts";

type Spec = HorizontalPodAutoscaler["spec"];

interface Tolerance {
  readonly minReplicasMin: number;
  /** Undefined: the version is not looked at, because it was there before. */
  readonly mayTargetCore: boolean | undefined;
}

export function validateAutoscalerCreate({ spec }: HorizontalPodAutoscaler): FieldError[] {
  return validateSpec(spec, {
    minReplicasMin: 1,
    mayTargetCore: spec.scaleTargetRef.kind === "ReplicationController",
  });
}

export function validateAutoscalerUpdate(
  { spec }: HorizontalPodAutoscaler,
  { spec: old }: Readonly<HorizontalPodAutoscaler>,
): FieldError[] {
  const { apiVersion, kind } = spec.scaleTargetRef;
  const isSame = old.scaleTargetRef.apiVersion === apiVersion && old.scaleTargetRef.kind === kind;
  return validateSpec(spec, {
    minReplicasMin: old.minReplicas === 0 ? 0 : 1,
    mayTargetCore: isSame ? undefined : kind === "ReplicationController",
  });
}

export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): FieldError[] {
  return [
    ...nonNegative("status.currentReplicas", status?.currentReplicas),
    ...nonNegative("status.desiredReplicas", status?.desiredReplicas),
  ];
}

function validateSpec(spec: Spec, tolerance: Tolerance): FieldError[] {
  const { maxReplicas, minReplicas } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < tolerance.minReplicasMin) {
    const detail = `must be greater than or equal to ${tolerance.minReplicasMin}`;
    errors.push(invalid("spec.minReplicas", minReplicas, detail));
  }
  if (!maxReplicas) {
    errors.push(requiredValue("spec.maxReplicas", "must be set and greater than 0"));
  } else if (maxReplicas < 0) {
    const detail = "must be greater than or equal to 1";
    errors.push(invalid("spec.maxReplicas", maxReplicas, detail));
  }
  if (minReplicas !== undefined && (maxReplicas ?? 0) < minReplicas) {
    const detail = "must be greater than or equal to `minReplicas`";
    errors.push(invalid("spec.maxReplicas", maxReplicas ?? 0, detail));
  }
  const { mayTargetCore } = tolerance;
  errors.push(...validateReference(spec.scaleTargetRef, "spec.scaleTargetRef", mayTargetCore));
  errors.push(...validateMetrics(spec));
  for (const direction of ["scaleUp", "scaleDown"] as const) {
    const rules = spec.behavior?.[direction];
    if (rules) errors.push(...validateRules(rules, `spec.behavior.${direction}`));
  }
  return errors;
}

function validateReference(
  { apiVersion = "", kind, name }: CrossVersionObjectReference,
  path: string,
  mayBeCore: boolean | undefined,
): FieldError[] {
  const segment = (field: string, value: string) =>
    value ? by(`${path}.${field}`, value, isPathSegment) : [requiredValue(`${path}.${field}`)];
  const errors = [...segment("kind", kind), ...segment("name", name)];
  if (mayBeCore === undefined) return errors;
  const parts = apiVersion.split("/");
  if (parts.length > 2) {
    const detail = `unexpected GroupVersion string: ${apiVersion}`;
    errors.push(invalid(`${path}.apiVersion`, apiVersion, detail));
  } else if (!mayBeCore && (parts.length === 1 || parts[0] === "")) {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, "apiVersion must specify API group"));
  }
  return errors;
}

const sourceOrder = ["object", "external", "pods", "resource", "containerResource"] as const;
type SourceName = (typeof sourceOrder)[number];
const sourceTypes: Readonly<Record<string, SourceName>> = {
  Object: "object",
  Pods: "pods",
  Resource: "resource",
  External: "external",
  ContainerResource: "containerResource",
};

function validateMetrics({ metrics = [], minReplicas }: Spec): FieldError[] {
  const path = "spec.metrics";
  const errors = metrics.flatMap((metric, index) => validateMetric(metric, `${path}[${index}]`));
  const canIdle = metrics.some(({ type }) => type === "Object" || type === "External");
  if (minReplicas === 0 && !canIdle) {
    const detail =
      "must specify at least one Object or External metric to support scaling to zero replicas";
    errors.push(forbidden(path, detail));
  }
  return errors;
}

function validateMetric(metric: MetricSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!metric.type) errors.push(requiredValue(`${path}.type`, "must specify a metric source type"));
  const expected = sourceTypes[metric.type];
  if (!expected) {
    errors.push(notSupported(`${path}.type`, metric.type, Object.keys(sourceTypes)));
  }
  const given = sourceOrder.filter((name) => metric[name] !== undefined);
  const [first] = given;
  if (first) errors.push(...validateSource(metric, first, `${path}.${first}`));
  if (expected && !metric[expected]) {
    const detail = "must populate information for the given metric source";
    errors.push(requiredValue(`${path}.${expected}`, detail));
  }
  if (given.length !== 1) {
    for (const name of given.filter((each) => each !== expected)) {
      errors.push(forbidden(`${path}.${name}`, "must populate the given metric source only"));
    }
  }
  return errors;
}

function validateSource(metric: MetricSpec, name: SourceName, path: string): FieldError[] {
  const { containerResource, external, object, pods, resource } = metric;
  switch (name) {
    case "object":
      if (!object) return [];
      return [
        ...validateReference(object.describedObject, `${path}.describedObject`, true),
        ...validateName(object.metric.name, path),
        ...validateTarget(object.target, path),
        ...needsValue(object.target, path, "must set either a target value or averageValue"),
      ];
    case "external":
      return external ? validateExternal(external, path) : [];
    case "pods":
      if (!pods) return [];
      return [
        ...validateName(pods.metric.name, path),
        ...validateTarget(pods.target, path),
        ...(pods.target.averageValue === undefined
          ? [
              requiredValue(
                `${path}.target.averageValue`,
                "must specify a positive target averageValue",
              ),
            ]
          : []),
      ];
    case "resource":
      return resource ? validateResource(resource, path) : [];
    case "containerResource":
      if (!containerResource) return [];
      return [
        ...(containerResource.name
          ? validateResourceName(containerResource.name, `${path}.name`)
          : []),
        ...(containerResource.container
          ? by(`${path}.container`, containerResource.container, isDnsLabel)
          : [requiredValue(`${path}.container`, "must specify a container")]),
        ...validateResource(containerResource, path),
      ];
    default:
      return name satisfies never;
  }
}

function needsValue({ averageValue, value }: MetricTarget, path: string, detail: string) {
  return value === undefined && averageValue === undefined
    ? [requiredValue(`${path}.target.averageValue`, detail)]
    : [];
}

function validateExternal(
  { metric, target }: NonNullable<MetricSpec["external"]>,
  path: string,
): FieldError[] {
  const both = target.value !== undefined && target.averageValue !== undefined;
  const detail = "may not set both a target value for metric and a per-pod target";
  return [
    ...validateName(metric.name, path),
    ...validateTarget(target, path),
    ...needsValue(target, path, "must set either a target value for metric or a per-pod target"),
    ...(both ? [forbidden(`${path}.target.value`, detail)] : []),
  ];
}

function validateResource(
  { name, target }: NonNullable<MetricSpec["resource"]>,
  path: string,
): FieldError[] {
  const { averageUtilization, averageValue } = target;
  const errors = name ? [] : [requiredValue(`${path}.name`, "must specify a resource name")];
  errors.push(...validateTarget(target, path));
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = "must set either a target raw value or a target utilization";
    errors.push(requiredValue(`${path}.target.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = "may not set both a target raw value and a target utilization";
    errors.push(forbidden(`${path}.target.averageValue`, detail));
  }
  return errors;
}

const targetTypes = ["Utilization", "Value", "AverageValue"];

function validateTarget(target: MetricTarget, source: string): FieldError[] {
  const path = `${source}.target`;
  const { averageUtilization, type } = target;
  const errors: FieldError[] = [];
  if (!type) errors.push(requiredValue(`${path}.type`, "must specify a metric target type"));
  if (!targetTypes.includes(type)) {
    const detail = "must be either Utilization, Value, or AverageValue";
    errors.push(invalid(`${path}.type`, type ?? "", detail));
  }
  for (const field of ["value", "averageValue"] as const) {
    const amount = target[field];
    if (amount !== undefined && compareQuantities(amount, "0") <= 0) {
      errors.push(invalid(`${path}.${field}`, amount, "must be positive"));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const detail = "must be greater than 0";
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, detail));
  }
  return errors;
}

function validateName(name: string, source: string): FieldError[] {
  const path = `${source}.metric.name`;
  return name ? by(path, name, isPathSegment) : [requiredValue(path, "must specify a metric name")];
}

const windowSecondsMax = 3600;
const periodSecondsMax = 1800;
const selections = ["Disabled", "Max", "Min"];
const policyTypes = ["Percent", "Pods"];

function validateRules(rules: HPAScalingRules, path: string): FieldError[] {
  const { policies = [], selectPolicy, stabilizationWindowSeconds: window = 0 } = rules;
  const errors: FieldError[] = [];
  const windowPath = `${path}.stabilizationWindowSeconds`;
  if (window < 0) {
    errors.push(invalid(windowPath, window, "must be greater than or equal to zero"));
  }
  if (window > windowSecondsMax) {
    errors.push(invalid(windowPath, window, `must be less than or equal to ${windowSecondsMax}`));
  }
  if (selectPolicy !== undefined && !selections.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selections));
  }
  if (!policies.length) {
    errors.push(requiredValue(`${path}.policies`, "must specify at least one Policy"));
  }
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const at = `${path}.policies[${index}]`;
    if (!policyTypes.includes(type)) errors.push(notSupported(`${at}.type`, type, policyTypes));
    if (value <= 0) errors.push(invalid(`${at}.value`, value, "must be greater than zero"));
    if (periodSeconds <= 0) {
      errors.push(invalid(`${at}.periodSeconds`, periodSeconds, "must be greater than zero"));
    }
    if (periodSeconds > periodSecondsMax) {
      const detail = `must be less than or equal to ${periodSecondsMax}`;
      errors.push(invalid(`${at}.periodSeconds`, periodSeconds, detail));
    }
  }
  return [...errors, ...nonNegativeQuantity(`${path}.tolerance`, rules.tolerance)];
}
