import type * as v1 from "#api/autoscaling/v1.ts";
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from "#api/autoscaling/v2.ts";
import { cpuMetric } from "./defaults.ts";

const prefix = "autoscaling.alpha.kubernetes.io/";
const metricsAnnotation = `${prefix}metrics`;
const currentAnnotation = `${prefix}current-metrics`;
const behaviorAnnotation = `${prefix}behavior`;
const conditionsAnnotation = `${prefix}conditions`;
/** What carries the newer fields through the older version. Only conversion writes these. */
const carriers = [
  metricsAnnotation,
  currentAnnotation,
  behaviorAnnotation,
  conditionsAnnotation,
  `${prefix}scale-down-tolerance`,
  `${prefix}scale-up-tolerance`,
];

export function fromStored(stored: unknown): v1.HorizontalPodAutoscaler {
  const { metadata, spec, status } = stored as HorizontalPodAutoscaler;
  const cpu = (spec.metrics ?? []).find(isCpuUtilization);
  const others = (spec.metrics ?? []).filter((metric) => !isCpuUtilization(metric));
  const current = status?.currentMetrics ?? [];
  const conditions = status?.conditions ?? [];
  const annotations = withoutCarriers(metadata.annotations);
  if (others.length) annotations[metricsAnnotation] = JSON.stringify(others.map(flatSpec));
  if (current.length) annotations[currentAnnotation] = JSON.stringify(current.map(flatStatus));
  if (spec.behavior) annotations[behaviorAnnotation] = JSON.stringify(upperBehavior(spec.behavior));
  if (conditions.length) annotations[conditionsAnnotation] = JSON.stringify(conditions);
  return {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: withAnnotations(metadata, annotations),
    spec: {
      scaleTargetRef: spec.scaleTargetRef,
      ...(spec.minReplicas !== undefined && { minReplicas: spec.minReplicas }),
      maxReplicas: spec.maxReplicas,
      ...(cpu && { targetCPUUtilizationPercentage: cpu.resource.target.averageUtilization }),
    },
    ...(status && { status: olderStatus(status) }),
  };
}

function olderStatus(
  status: NonNullable<HorizontalPodAutoscaler["status"]>,
): v1.HorizontalPodAutoscalerStatus {
  const { currentMetrics, currentReplicas = 0, desiredReplicas } = status;
  const { lastScaleTime, observedGeneration } = status;
  const utilization = (currentMetrics ?? [])
    .filter(({ type, resource }) => type === "Resource" && resource?.name === "cpu")
    .map(({ resource }) => resource?.current.averageUtilization)
    .findLast((value) => value !== undefined);
  return {
    ...(observedGeneration !== undefined && { observedGeneration }),
    ...(lastScaleTime !== undefined && { lastScaleTime }),
    currentReplicas,
    desiredReplicas,
    ...(utilization !== undefined && { currentCPUUtilizationPercentage: utilization }),
  };
}

export function toStored(object: Readonly<v1.HorizontalPodAutoscaler>): HorizontalPodAutoscaler {
  const { metadata, spec, status } = object;
  const carried = metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: utilization, ...rest } = spec;
  const metrics = [
    ...(read<FlatSpec[]>(carried[metricsAnnotation]) ?? []).map(nestedSpec),
    ...(utilization === undefined ? [] : [cpuMetric(utilization)]),
  ];
  const behavior = read<UpperBehavior>(carried[behaviorAnnotation]);
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: withAnnotations(metadata, withoutCarriers(carried)),
    spec: {
      ...rest,
      metrics: metrics.length ? metrics : [cpuMetric()],
      ...(behavior && { behavior: lowerBehavior(behavior) }),
    },
    ...(status && { status: newerStatus(status, carried) }),
  };
}

function newerStatus(
  status: v1.HorizontalPodAutoscalerStatus,
  carried: Readonly<Record<string, string>>,
): NonNullable<HorizontalPodAutoscaler["status"]> {
  const { currentCPUUtilizationPercentage: utilization, ...rest } = status;
  // The annotation says more about the same metrics.
  const current =
    read<FlatStatus[]>(carried[currentAnnotation])?.map(nestedStatus) ??
    (utilization === undefined
      ? undefined
      : [
          {
            type: "Resource",
            resource: { name: "cpu", current: { averageUtilization: utilization } },
          },
        ]);
  const conditions = read<HorizontalPodAutoscalerCondition[]>(carried[conditionsAnnotation]);
  return {
    ...rest,
    ...(current && { currentMetrics: current }),
    ...(conditions && { conditions }),
  };
}

type CpuMetric = MetricSpec & { resource: { target: { averageUtilization: number } } };

function isCpuUtilization(metric: MetricSpec): metric is CpuMetric {
  const { type, resource } = metric;
  return (
    type === "Resource" &&
    resource?.name === "cpu" &&
    resource.target.averageUtilization !== undefined
  );
}

function withoutCarriers(annotations: Readonly<Record<string, string>> = {}) {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !carriers.includes(key)));
}

function withAnnotations<M extends { annotations?: Record<string, string> }>(
  metadata: M,
  annotations: Record<string, string>,
): M {
  const { annotations: _old, ...rest } = metadata;
  return (Object.keys(annotations).length ? { ...rest, annotations } : rest) as M;
}

/** What a user wrote into the annotation by hand may be anything: then it says nothing. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the reader makes of it
function read<T extends object>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Metrics as the oldest versions had them: targets and values by the side of the metric's name. */
interface FlatSource {
  readonly name?: string;
  readonly container?: string;
  readonly target?: { readonly kind: string; readonly name: string; readonly apiVersion?: string };
  readonly metricName?: string;
  readonly selector?: MetricIdentifier["selector"];
  readonly metricSelector?: MetricIdentifier["selector"];
  readonly targetValue?: string;
  readonly averageValue?: string;
  readonly targetAverageValue?: string;
  readonly targetAverageUtilization?: number;
  readonly currentValue?: string;
  readonly currentAverageValue?: string;
  readonly currentAverageUtilization?: number;
}
interface FlatSpec {
  readonly type: string;
  readonly object?: FlatSource;
  readonly pods?: FlatSource;
  readonly resource?: FlatSource;
  readonly containerResource?: FlatSource;
  readonly external?: FlatSource;
}
type FlatStatus = FlatSpec;

function flatSpec({ type, ...sources }: MetricSpec): FlatSpec {
  const { containerResource, external, object, pods, resource } = sources;
  return dense({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? "0",
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? "0",
      selector: pods.metric.selector,
    },
    resource: resource && {
      name: resource.name,
      targetAverageUtilization: resource.target.averageUtilization,
      targetAverageValue: resource.target.averageValue,
    },
    containerResource: containerResource && {
      name: containerResource.name,
      targetAverageUtilization: containerResource.target.averageUtilization,
      targetAverageValue: containerResource.target.averageValue,
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  });
}

function nestedSpec({ type, ...sources }: FlatSpec): MetricSpec {
  const { containerResource, external, object, pods, resource } = sources;
  const resourceTarget = (source: FlatSource) =>
    target({
      averageUtilization: source.targetAverageUtilization,
      averageValue: source.targetAverageValue,
    });
  return dense({
    type,
    object: object && {
      describedObject: object.target ?? { kind: "", name: "" },
      // A value of zero stands for none: the old form could not leave it out.
      target: target({
        value:
          object.averageValue === undefined || !/^0+$/.test(object.targetValue ?? "0")
            ? object.targetValue
            : undefined,
        averageValue: object.averageValue,
      }),
      metric: metricOf(object.metricName, object.selector),
    },
    pods: pods && {
      metric: metricOf(pods.metricName, pods.selector),
      target: target({ averageValue: pods.targetAverageValue }),
    },
    resource: resource && { name: resource.name ?? "", target: resourceTarget(resource) },
    containerResource: containerResource && {
      name: containerResource.name ?? "",
      target: resourceTarget(containerResource),
      container: containerResource.container ?? "",
    },
    external: external && {
      metric: metricOf(external.metricName, external.metricSelector),
      target: target({ value: external.targetValue, averageValue: external.targetAverageValue }),
    },
  });
}

function flatStatus({ type, ...sources }: MetricStatus): FlatStatus {
  const { containerResource, external, object, pods, resource } = sources;
  return dense({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? "0",
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? "0",
      selector: pods.metric.selector,
    },
    resource: resource && {
      name: resource.name,
      currentAverageUtilization: resource.current.averageUtilization,
      currentAverageValue: resource.current.averageValue ?? "0",
    },
    containerResource: containerResource && {
      name: containerResource.name,
      currentAverageUtilization: containerResource.current.averageUtilization,
      currentAverageValue: containerResource.current.averageValue ?? "0",
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? "0",
      currentAverageValue: external.current.averageValue,
    },
  });
}

function nestedStatus({ type, ...sources }: FlatStatus): MetricStatus {
  const { containerResource, external, object, pods, resource } = sources;
  const resourceCurrent = (source: FlatSource) =>
    dense({
      averageUtilization: source.currentAverageUtilization,
      averageValue: source.currentAverageValue,
    });
  return dense({
    type,
    object: object && {
      metric: metricOf(object.metricName, object.selector),
      current: dense({ value: object.currentValue, averageValue: object.averageValue }),
      describedObject: object.target ?? { kind: "", name: "" },
    },
    pods: pods && {
      metric: metricOf(pods.metricName, pods.selector),
      current: dense({ averageValue: pods.currentAverageValue }),
    },
    resource: resource && { name: resource.name ?? "", current: resourceCurrent(resource) },
    containerResource: containerResource && {
      name: containerResource.name ?? "",
      current: resourceCurrent(containerResource),
      container: containerResource.container ?? "",
    },
    external: external && {
      metric: metricOf(external.metricName, external.metricSelector),
      current: dense({
        value: external.currentValue,
        averageValue: external.currentAverageValue,
      }),
    },
  });
}

interface TargetParts {
  readonly value?: string | undefined;
  readonly averageValue?: string | undefined;
  readonly averageUtilization?: number | undefined;
}

/** The type of a target follows from which number it gives. */
function target(parts: TargetParts): MetricTarget {
  const type =
    parts.averageUtilization !== undefined
      ? "Utilization"
      : parts.averageValue !== undefined
        ? "AverageValue"
        : "Value";
  return dense({ type, ...parts });
}

function metricOf(name = "", selector: MetricIdentifier["selector"]): MetricIdentifier {
  return dense({ name, selector });
}

type Dense<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what is undefined, at any depth: stored objects do not have such fields at all. */
function dense<T>(value: T): Dense<T> {
  return JSON.parse(JSON.stringify(value)) as Dense<T>;
}

/** Behavior stands in its annotation under the names of upstream's own structures. */
type UpperRules = Readonly<Record<string, unknown>> | null;
interface UpperBehavior {
  readonly ScaleUp?: UpperRules;
  readonly ScaleDown?: UpperRules;
}

function upperBehavior({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): UpperBehavior {
  return { ScaleUp: upperRules(scaleUp), ScaleDown: upperRules(scaleDown) };
}

function upperRules(rules: HorizontalPodAutoscalerBehavior["scaleUp"]): UpperRules {
  if (!rules) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies:
      rules.policies?.map(({ type, value, periodSeconds }) => ({
        Type: type,
        Value: value,
        PeriodSeconds: periodSeconds,
      })) ?? null,
    Tolerance: rules.tolerance ?? null,
  };
}

function lowerBehavior({ ScaleUp, ScaleDown }: UpperBehavior): HorizontalPodAutoscalerBehavior {
  return {
    ...(ScaleUp && { scaleUp: lowered(ScaleUp) as object }),
    ...(ScaleDown && { scaleDown: lowered(ScaleDown) as object }),
  };
}

function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null)
      .map(([key, part]) => [key.charAt(0).toLowerCase() + key.slice(1), lowered(part)]),
  );
}
