import { int32, int64, intOrString, list, map, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, DeleteOptions, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Eviction extends kind(
  "io.k8s.api.policy.v1.Eviction",
  { group: "policy", version: "v1", kind: "Eviction" },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    deleteOptions: object(2, () => DeleteOptions).optional(),
  },
) {}

export abstract class PodDisruptionBudget extends kind(
  "io.k8s.api.policy.v1.PodDisruptionBudget",
  {
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
    resource: "poddisruptionbudgets",
    singular: "poddisruptionbudget",
    namespaced: true,
    shortNames: ["pdb"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => PodDisruptionBudgetSpec).default({}),
    status: object(3, () => PodDisruptionBudgetStatus).default({}),
  },
) {}

export abstract class PodDisruptionBudgetSpec extends message(
  "io.k8s.api.policy.v1.PodDisruptionBudgetSpec",
  {
    minAvailable: intOrString(1).optional(),
    selector: object(2, () => LabelSelector)
      .atomic()
      .optional(),
    maxUnavailable: intOrString(3).optional(),
    unhealthyPodEvictionPolicy: string(4).optional(),
  },
) {}

export abstract class PodDisruptionBudgetStatus extends message(
  "io.k8s.api.policy.v1.PodDisruptionBudgetStatus",
  {
    observedGeneration: int64(1).optional(),
    disruptedPods: map(2, time).optional(),
    disruptionsAllowed: int32(3).optional(),
    currentHealthy: int32(4).optional(),
    desiredHealthy: int32(5).optional(),
    expectedPods: int32(6).optional(),
    conditions: list(7, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class PodDisruptionBudgetList extends kind(
  "io.k8s.api.policy.v1.PodDisruptionBudgetList",
  { group: "policy", version: "v1", kind: "PodDisruptionBudgetList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PodDisruptionBudget),
  },
) {}
