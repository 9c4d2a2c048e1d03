import { int32, int64, list, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class HorizontalPodAutoscaler extends kind(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  {
    group: "autoscaling",
    version: "v2",
    kind: "HorizontalPodAutoscaler",
    resource: "horizontalpodautoscalers",
    singular: "horizontalpodautoscaler",
    namespaced: true,
    shortNames: ["hpa"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => HorizontalPodAutoscalerSpec),
    status: object(3, () => HorizontalPodAutoscalerStatus).optional(),
  },
) {}

export abstract class HorizontalPodAutoscalerSpec extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec",
  {
    scaleTargetRef: object(1, () => CrossVersionObjectReference),
    minReplicas: int32(2).optional(),
    maxReplicas: int32(3),
    metrics: list(4, () => MetricSpec).optional(),
    behavior: object(5, () => HorizontalPodAutoscalerBehavior).optional(),
  },
) {}

export abstract class CrossVersionObjectReference extends message(
  "io.k8s.api.autoscaling.v2.CrossVersionObjectReference",
  {
    kind: string(1),
    name: string(2),
    apiVersion: string(3).optional(),
  },
) {}

export abstract class HorizontalPodAutoscalerBehavior extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior",
  {
    scaleUp: object(1, () => HPAScalingRules).optional(),
    scaleDown: object(2, () => HPAScalingRules).optional(),
  },
) {}

export abstract class HPAScalingRules extends message("io.k8s.api.autoscaling.v2.HPAScalingRules", {
  selectPolicy: string(1).optional(),
  policies: list(2, () => HPAScalingPolicy).optional(),
  stabilizationWindowSeconds: int32(3).optional(),
  tolerance: quantity(4).optional(),
}) {}

export abstract class HPAScalingPolicy extends message(
  "io.k8s.api.autoscaling.v2.HPAScalingPolicy",
  {
    type: string(1),
    value: int32(2),
    periodSeconds: int32(3),
  },
) {}

export abstract class MetricSpec extends message("io.k8s.api.autoscaling.v2.MetricSpec", {
  type: string(1),
  object: object(2, () => ObjectMetricSource).optional(),
  pods: object(3, () => PodsMetricSource).optional(),
  resource: object(4, () => ResourceMetricSource).optional(),
  external: object(5, () => ExternalMetricSource).optional(),
  containerResource: object(7, () => ContainerResourceMetricSource).optional(),
}) {}

export abstract class ContainerResourceMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricSource",
  {
    name: string(1),
    target: object(2, () => MetricTarget),
    container: string(3),
  },
) {}

export abstract class MetricTarget extends message("io.k8s.api.autoscaling.v2.MetricTarget", {
  type: string(1),
  value: quantity(2).optional(),
  averageValue: quantity(3).optional(),
  averageUtilization: int32(4).optional(),
}) {}

export abstract class ExternalMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ExternalMetricSource",
  {
    metric: object(1, () => MetricIdentifier),
    target: object(2, () => MetricTarget),
  },
) {}

export abstract class MetricIdentifier extends message(
  "io.k8s.api.autoscaling.v2.MetricIdentifier",
  {
    name: string(1),
    selector: object(2, () => LabelSelector)
      .atomic()
      .optional(),
  },
) {}

export abstract class ObjectMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ObjectMetricSource",
  {
    describedObject: object(1, () => CrossVersionObjectReference),
    target: object(2, () => MetricTarget),
    metric: object(3, () => MetricIdentifier),
  },
) {}

export abstract class PodsMetricSource extends message(
  "io.k8s.api.autoscaling.v2.PodsMetricSource",
  {
    metric: object(1, () => MetricIdentifier),
    target: object(2, () => MetricTarget),
  },
) {}

export abstract class ResourceMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ResourceMetricSource",
  {
    name: string(1),
    target: object(2, () => MetricTarget),
  },
) {}

export abstract class HorizontalPodAutoscalerStatus extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus",
  {
    observedGeneration: int64(1).optional(),
    lastScaleTime: time(2).optional(),
    currentReplicas: int32(3).optional(),
    desiredReplicas: int32(4),
    currentMetrics: list(5, () => MetricStatus).optional(),
    conditions: list(6, () => HorizontalPodAutoscalerCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class HorizontalPodAutoscalerCondition extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

export abstract class MetricStatus extends message("io.k8s.api.autoscaling.v2.MetricStatus", {
  type: string(1),
  object: object(2, () => ObjectMetricStatus).optional(),
  pods: object(3, () => PodsMetricStatus).optional(),
  resource: object(4, () => ResourceMetricStatus).optional(),
  external: object(5, () => ExternalMetricStatus).optional(),
  containerResource: object(7, () => ContainerResourceMetricStatus).optional(),
}) {}

export abstract class ContainerResourceMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus",
  {
    name: string(1),
    current: object(2, () => MetricValueStatus),
    container: string(3),
  },
) {}

export abstract class MetricValueStatus extends message(
  "io.k8s.api.autoscaling.v2.MetricValueStatus",
  {
    value: quantity(1).optional(),
    averageValue: quantity(2).optional(),
    averageUtilization: int32(3).optional(),
  },
) {}

export abstract class ExternalMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ExternalMetricStatus",
  {
    metric: object(1, () => MetricIdentifier),
    current: object(2, () => MetricValueStatus),
  },
) {}

export abstract class ObjectMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ObjectMetricStatus",
  {
    metric: object(1, () => MetricIdentifier),
    current: object(2, () => MetricValueStatus),
    describedObject: object(3, () => CrossVersionObjectReference),
  },
) {}

export abstract class PodsMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.PodsMetricStatus",
  {
    metric: object(1, () => MetricIdentifier),
    current: object(2, () => MetricValueStatus),
  },
) {}

export abstract class ResourceMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ResourceMetricStatus",
  {
    name: string(1),
    current: object(2, () => MetricValueStatus),
  },
) {}

export abstract class HorizontalPodAutoscalerList extends kind(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerList",
  { group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscalerList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => HorizontalPodAutoscaler),
  },
) {}
