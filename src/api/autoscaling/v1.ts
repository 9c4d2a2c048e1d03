import { int32, int64, list, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Changes a workload's number of replicas by its use of cpu. Version v2 knows other metrics too.
 */
export abstract class HorizontalPodAutoscaler extends kind(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
  {
    group: "autoscaling",
    version: "v1",
    kind: "HorizontalPodAutoscaler",
    resource: "horizontalpodautoscalers",
    singular: "horizontalpodautoscaler",
    namespaced: true,
    shortNames: ["hpa"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What to scale, and how. */
    spec: object(2, () => HorizontalPodAutoscalerSpec),
    /** How it is scaled now. */
    status: object(3, () => HorizontalPodAutoscalerStatus)
      .implicit()
      .optional(),
  },
) {}

/** What to scale, within which bounds, by which use of cpu. */
export abstract class HorizontalPodAutoscalerSpec extends message(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec",
  {
    /** The object to scale. It must have the subresource scale. */
    scaleTargetRef: object(1, () => CrossVersionObjectReference).atomic(),
    /** Fewest replicas. 0 is part of a feature that is off by default. Default 1. */
    minReplicas: int32(2).optional(),
    /** Most replicas. Not less than minReplicas. */
    maxReplicas: int32(3),
    /** How much cpu the pods should use on average, in percent of what they request. Default 80. */
    targetCPUUtilizationPercentage: int32(4).optional(),
  },
) {}

/** An object of some kind in the same namespace. */
export abstract class CrossVersionObjectReference extends message(
  "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
  {
    /** The object's kind. */
    kind: string(1),
    /** The object's name. */
    name: string(2),
    /** The object's API version. */
    apiVersion: string(3).optional(),
  },
) {}

/** How an object is scaled now. */
export abstract class HorizontalPodAutoscalerStatus extends message(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus",
  {
    /**
     * The generation that the controller last acted on. Lower than metadata.generation means that
     * the latest change is not reflected yet.
     */
    observedGeneration: int64(1).optional(),
    /** When the number of replicas was last changed. */
    lastScaleTime: time(2).explicit().optional(),
    /** Replicas that there are. */
    currentReplicas: int32(3),
    /** Replicas that there are to be. */
    desiredReplicas: int32(4),
    /** How much cpu the pods use on average, in percent of what they request. */
    currentCPUUtilizationPercentage: int32(5).optional(),
  },
) {}

/** The number of replicas of an object of any kind, as its subresource scale. */
export abstract class Scale extends kind(
  "io.k8s.api.autoscaling.v1.Scale",
  { group: "autoscaling", version: "v1", kind: "Scale" },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The number that is wanted. */
    spec: object(2, () => ScaleSpec).default({}),
    /** The number that there is. */
    status: object(3, () => ScaleStatus)
      .implicit()
      .optional(),
  },
) {}

/** How many replicas are wanted. */
export abstract class ScaleSpec extends message("io.k8s.api.autoscaling.v1.ScaleSpec", {
  /** How many there are to be. Default 0. */
  replicas: int32(1).implicit().optional(),
}) {}

/** How many replicas there are. */
export abstract class ScaleStatus extends message("io.k8s.api.autoscaling.v1.ScaleStatus", {
  /** How many there are. */
  replicas: int32(1),
  /** Labels by which the pods are found, in the form of a query: app=web,tier=front. */
  selector: string(2).optional(),
}) {}

export abstract class HorizontalPodAutoscalerList extends kind(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList",
  { group: "autoscaling", version: "v1", kind: "HorizontalPodAutoscalerList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => HorizontalPodAutoscaler),
  },
) {}
