import { int32, int64, list, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => HorizontalPodAutoscalerSpec),
    status: object(3, () => HorizontalPodAutoscalerStatus).optional(),
  },
) {}

export abstract class HorizontalPodAutoscalerSpec extends message(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec",
  {
    scaleTargetRef: object(1, () => CrossVersionObjectReference).atomic(),
    minReplicas: int32(2).optional(),
    maxReplicas: int32(3),
    targetCPUUtilizationPercentage: int32(4).optional(),
  },
) {}

export abstract class CrossVersionObjectReference extends message(
  "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
  {
    kind: string(1),
    name: string(2),
    apiVersion: string(3).optional(),
  },
) {}

export abstract class HorizontalPodAutoscalerStatus extends message(
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus",
  {
    observedGeneration: int64(1).optional(),
    lastScaleTime: time(2).optional(),
    currentReplicas: int32(3),
    desiredReplicas: int32(4),
    currentCPUUtilizationPercentage: int32(5).optional(),
  },
) {}

export abstract class Scale extends kind(
  "io.k8s.api.autoscaling.v1.Scale",
  { group: "autoscaling", version: "v1", kind: "Scale" },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => ScaleSpec).default({}),
    status: object(3, () => ScaleStatus).optional(),
  },
) {}

export abstract class ScaleSpec extends message("io.k8s.api.autoscaling.v1.ScaleSpec", {
  replicas: int32(1).optional(),
}) {}

export abstract class ScaleStatus extends message("io.k8s.api.autoscaling.v1.ScaleStatus", {
  replicas: int32(1),
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
