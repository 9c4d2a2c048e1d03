import { int32, int64, intOrString, list, map, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, DeleteOptions, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Asks a pod to leave, as kubectl drain does. Refused with 429 where a PodDisruptionBudget forbids
 * it. Created at the pod's subresource eviction; not stored.
 */
export abstract class Eviction extends kind(
  "io.k8s.api.policy.v1.Eviction",
  { group: "policy", version: "v1", kind: "Eviction" },
  {
    /** Name and namespace of the pod. */
    metadata: object(1, () => ObjectMeta).default({}),
    /** How to delete the pod: grace period, preconditions, dry run. */
    deleteOptions: object(2, () => DeleteOptions).optional(),
  },
) {}

/** How many pods of a set may be missing at once through evictions. */
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
    /** The pods that are meant, and how many of them must remain. */
    spec: object(2, () => PodDisruptionBudgetSpec).default({}),
    /** How many there are, and how many may go. */
    status: object(3, () => PodDisruptionBudgetStatus).default({}),
  },
) {}

/** Which pods, and how many of them. Either minAvailable or maxUnavailable. */
export abstract class PodDisruptionBudgetSpec extends message(
  "io.k8s.api.policy.v1.PodDisruptionBudgetSpec",
  {
    /**
     * How many must remain: a number, or a percentage of them, rounded up. 100% forbids all
     * evictions.
     */
    minAvailable: intOrString(1).optional(),
    /** The pods, by label. Empty: all of the namespace. Missing: none. */
    selector: object(2, () => LabelSelector)
      .atomic()
      .replacedByPatches()
      .optional(),
    /**
     * How many may be missing: a number, or a percentage of them, rounded up. 0 forbids all
     * evictions.
     */
    maxUnavailable: intOrString(3).optional(),
    /**
     * Whether running pods that are not ready may be evicted: IfHealthyBudget (default) only while
     * enough others are healthy, AlwaysAllow always.
     */
    unhealthyPodEvictionPolicy: string(4).explicit().optional(),
  },
) {}

/** How many pods there are, and how many may go. */
export abstract class PodDisruptionBudgetStatus extends message(
  "io.k8s.api.policy.v1.PodDisruptionBudgetStatus",
  {
    /**
     * The generation that the controller last acted on. Lower than metadata.generation means that
     * the latest change is not reflected yet.
     */
    observedGeneration: int64(1).implicit().optional(),
    /**
     * Pods whose eviction was allowed and that are not gone yet, with the time of it. Entries go
     * after about two minutes.
     */
    disruptedPods: map(2, time).optional(),
    /** How many more pods may be evicted now. 0: the next eviction is refused. */
    disruptionsAllowed: int32(3).always().implicit().optional(),
    /** How many of the pods are healthy, that is, ready. */
    currentHealthy: int32(4).always().implicit().optional(),
    /** How many of the pods must be healthy. */
    desiredHealthy: int32(5).always().implicit().optional(),
    /** How many pods the budget is for: those that their controllers want. */
    expectedPods: int32(6).always().implicit().optional(),
    /** DisruptionAllowed: whether a pod may be evicted now. */
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
