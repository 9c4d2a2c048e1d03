import { int32, int64, list, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Changes a workload's number of replicas by cpu, memory or other metrics. */
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
    /** What to scale, between which bounds, by which metrics. */
    spec: object(2, () => HorizontalPodAutoscalerSpec),
    /** How it is scaled now. */
    status: object(3, () => HorizontalPodAutoscalerStatus)
      .implicit()
      .optional(),
  },
) {}

/** What to scale, within which bounds, by which metrics. */
export abstract class HorizontalPodAutoscalerSpec extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec",
  {
    /** The object to scale. It must have the subresource scale. */
    scaleTargetRef: object(1, () => CrossVersionObjectReference),
    /**
     * Fewest replicas. 0 needs a feature that is off by default, and an object or external metric.
     * Default 1.
     */
    minReplicas: int32(2).optional(),
    /** Most replicas. Not less than minReplicas. */
    maxReplicas: int32(3),
    /**
     * What to measure; the metric that asks for most replicas counts. Default: 80% of the requested
     * cpu.
     */
    metrics: list(4, () => MetricSpec).optional(),
    /** How fast replicas are added and taken away. Default: fast up, slowly down. */
    behavior: object(5, () => HorizontalPodAutoscalerBehavior).optional(),
  },
) {}

/** An object of some kind in the same namespace. */
export abstract class CrossVersionObjectReference extends message(
  "io.k8s.api.autoscaling.v2.CrossVersionObjectReference",
  {
    /** The object's kind. */
    kind: string(1),
    /** The object's name. */
    name: string(2),
    /** The object's API version. */
    apiVersion: string(3).optional(),
  },
) {}

/** How fast replicas are added and taken away. */
export abstract class HorizontalPodAutoscalerBehavior extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior",
  {
    /** How fast replicas are added. Default: up by 4 pods or 100% in 15 seconds, without delay. */
    scaleUp: object(1, () => HPAScalingRules).optional(),
    /** How fast replicas are taken away. Default: all at once, after 300 seconds of less need. */
    scaleDown: object(2, () => HPAScalingRules).optional(),
  },
) {}

/** How fast the number of replicas may go up, or down. */
export abstract class HPAScalingRules extends message("io.k8s.api.autoscaling.v2.HPAScalingRules", {
  /**
   * Which policy counts if there are several: Max (default) the one that allows most, Min the one
   * that allows least, Disabled none: no scaling in this direction.
   */
  selectPolicy: string(1).explicit().optional(),
  /**
   * The bounds. Default: up by 4 pods or 100% in 15 seconds, whichever is more; down to the minimum
   * at once.
   */
  policies: list(2, () => HPAScalingPolicy).optional(),
  /**
   * Seconds to look back: the least change that was computed in that time is made. 0 to 3600.
   * Default: 0 for up, 300 for down.
   */
  stabilizationWindowSeconds: int32(3).optional(),
  /**
   * How far the metric may be off before anything is changed, as a fraction such as 0.05. Default:
   * that of the cluster, 0.1.
   */
  tolerance: quantity(4).optional(),
}) {}

/** How much may change within a time. */
export abstract class HPAScalingPolicy extends message(
  "io.k8s.api.autoscaling.v2.HPAScalingPolicy",
  {
    /** Pods (a number of them) or Percent (of the present number). */
    type: string(1),
    /** How many, or how many percent. More than 0. */
    value: int32(2),
    /** The time over which it is counted, in seconds: 1 to 1800. */
    periodSeconds: int32(3),
  },
) {}

/** A metric to scale by. Set the field that the type names. */
export abstract class MetricSpec extends message("io.k8s.api.autoscaling.v2.MetricSpec", {
  /** Resource, ContainerResource, Pods, Object or External. */
  type: string(1),
  /** A metric about one object, such as the requests of an Ingress. */
  object: object(2, () => ObjectMetricSource).optional(),
  /** A metric about each pod, averaged over them. */
  pods: object(3, () => PodsMetricSource).optional(),
  /** What the pods use of cpu or memory. */
  resource: object(4, () => ResourceMetricSource).optional(),
  /** A metric that has nothing to do with Kubernetes. */
  external: object(5, () => ExternalMetricSource).optional(),
  /** What one container of each pod uses of cpu or memory. */
  containerResource: object(7, () => ContainerResourceMetricSource).optional(),
}) {}

/** Scales by what one container of each pod uses of cpu or memory. */
export abstract class ContainerResourceMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricSource",
  {
    /** The resource: cpu or memory. */
    name: string(1),
    /** The value to aim at: a utilization or an average value. */
    target: object(2, () => MetricTarget),
    /** Name of the container that is measured, in each pod. */
    container: string(3),
  },
) {}

/** The value to aim at. Set the field that the type names. */
export abstract class MetricTarget extends message("io.k8s.api.autoscaling.v2.MetricTarget", {
  /** Utilization, Value or AverageValue. */
  type: string(1),
  /** The value of the metric as a whole. */
  value: quantity(2).optional(),
  /** The value divided by the number of pods. */
  averageValue: quantity(3).optional(),
  /** Use in percent of what the pods request. Only for resources. */
  averageUtilization: int32(4).optional(),
}) {}

/** Scales by a metric that has nothing to do with Kubernetes, such as the length of a queue. */
export abstract class ExternalMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ExternalMetricSource",
  {
    /** The metric, by name and labels. */
    metric: object(1, () => MetricIdentifier),
    /** The value to aim at: a value, or an average value per pod. */
    target: object(2, () => MetricTarget),
  },
) {}

/** A metric by name. */
export abstract class MetricIdentifier extends message(
  "io.k8s.api.autoscaling.v2.MetricIdentifier",
  {
    /** Name of the metric, as the metrics API has it. */
    name: string(1),
    /** Labels of the metric, to narrow it. Missing: the name alone. */
    selector: object(2, () => LabelSelector)
      .atomic()
      .optional(),
  },
) {}

/** Scales by a metric about one object. */
export abstract class ObjectMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ObjectMetricSource",
  {
    /** The object that the metric is about. */
    describedObject: object(1, () => CrossVersionObjectReference),
    /** The value to aim at: a value, or an average value per pod. */
    target: object(2, () => MetricTarget),
    /** The metric, by name and labels. */
    metric: object(3, () => MetricIdentifier),
  },
) {}

/** Scales by a metric about each pod, averaged over them. */
export abstract class PodsMetricSource extends message(
  "io.k8s.api.autoscaling.v2.PodsMetricSource",
  {
    /** The metric, by name and labels. */
    metric: object(1, () => MetricIdentifier),
    /** The average value to aim at. */
    target: object(2, () => MetricTarget),
  },
) {}

/** Scales by what the pods use of cpu or memory, all containers together. */
export abstract class ResourceMetricSource extends message(
  "io.k8s.api.autoscaling.v2.ResourceMetricSource",
  {
    /** The resource: cpu or memory. */
    name: string(1),
    /** The value to aim at: a utilization or an average value. */
    target: object(2, () => MetricTarget),
  },
) {}

/** How an object is scaled now. */
export abstract class HorizontalPodAutoscalerStatus extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus",
  {
    /**
     * The generation that the controller last acted on. Lower than metadata.generation means that
     * the latest change is not reflected yet.
     */
    observedGeneration: int64(1).optional(),
    /** When the number of replicas was last changed. */
    lastScaleTime: time(2).explicit().optional(),
    /** How many replicas there were when it was last looked at. */
    currentReplicas: int32(3).implicit().optional(),
    /** How many replicas there are to be, as last computed. */
    desiredReplicas: int32(4),
    /** The metrics as they were last measured. */
    currentMetrics: list(5, () => MetricStatus)
      .always()
      .optional(),
    /** Whether scaling works, and what limits it. */
    conditions: list(6, () => HorizontalPodAutoscalerCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** A statement about an autoscaler. */
export abstract class HorizontalPodAutoscalerCondition extends message(
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition",
  {
    /**
     * ScalingActive (metrics can be had), AbleToScale (the target can be scaled), ScalingLimited
     * (minimum or maximum is reached).
     */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
    message: string(5).optional(),
  },
) {}

/** A metric that was measured. The field that the type names is set. */
export abstract class MetricStatus extends message("io.k8s.api.autoscaling.v2.MetricStatus", {
  /** Resource, ContainerResource, Pods, Object or External. */
  type: string(1),
  /** A metric about one object. */
  object: object(2, () => ObjectMetricStatus).optional(),
  /** A metric about each pod, averaged over them. */
  pods: object(3, () => PodsMetricStatus).optional(),
  /** What the pods use of cpu or memory. */
  resource: object(4, () => ResourceMetricStatus).optional(),
  /** A metric that has nothing to do with Kubernetes. */
  external: object(5, () => ExternalMetricStatus).optional(),
  /** What one container of each pod uses of cpu or memory. */
  containerResource: object(7, () => ContainerResourceMetricStatus).optional(),
}) {}

/** What one container of each pod uses. */
export abstract class ContainerResourceMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus",
  {
    /** The resource: cpu or memory. */
    name: string(1),
    /** The value now. */
    current: object(2, () => MetricValueStatus),
    /** The container that is measured. */
    container: string(3),
  },
) {}

/** A value that was measured. */
export abstract class MetricValueStatus extends message(
  "io.k8s.api.autoscaling.v2.MetricValueStatus",
  {
    /** The value of the metric as a whole. */
    value: quantity(1).optional(),
    /** The value divided by the number of pods. */
    averageValue: quantity(2).optional(),
    /** Use in percent of what the pods request. */
    averageUtilization: int32(3).optional(),
  },
) {}

/** A metric from outside. */
export abstract class ExternalMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ExternalMetricStatus",
  {
    /** The metric, by name and labels. */
    metric: object(1, () => MetricIdentifier),
    /** The value now. */
    current: object(2, () => MetricValueStatus),
  },
) {}

/** A metric about one object. */
export abstract class ObjectMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ObjectMetricStatus",
  {
    /** The metric, by name and labels. */
    metric: object(1, () => MetricIdentifier),
    /** The value now. */
    current: object(2, () => MetricValueStatus),
    /** The object that the metric is about. */
    describedObject: object(3, () => CrossVersionObjectReference),
  },
) {}

/** A metric about each pod. */
export abstract class PodsMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.PodsMetricStatus",
  {
    /** The metric, by name and labels. */
    metric: object(1, () => MetricIdentifier),
    /** The value now. */
    current: object(2, () => MetricValueStatus),
  },
) {}

/** What the pods use of a resource. */
export abstract class ResourceMetricStatus extends message(
  "io.k8s.api.autoscaling.v2.ResourceMetricStatus",
  {
    /** The resource: cpu or memory. */
    name: string(1),
    /** The value now. */
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
