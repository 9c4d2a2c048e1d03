import { int32, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** What groups of pods an application consists of, and how each is to be scheduled. */
export abstract class Workload extends kind(
  "io.k8s.api.scheduling.v1alpha2.Workload",
  {
    group: "scheduling.k8s.io",
    version: "v1alpha2",
    kind: "Workload",
    resource: "workloads",
    singular: "workload",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The groups. */
    spec: object(2, () => WorkloadSpec),
  },
) {}

/** The groups of an application. */
export abstract class WorkloadSpec extends message("io.k8s.api.scheduling.v1alpha2.WorkloadSpec", {
  /** What the pods are made by, such as a Job: for people and tools. Cannot be changed. */
  controllerRef: object(1, () => TypedLocalObjectReference).optional(),
  /** What PodGroups are made from. One to eight. Cannot be changed. */
  podGroupTemplates: list(2, () => PodGroupTemplate).mapBy("name"),
}) {}

/** An object of any kind in the same namespace. */
export abstract class TypedLocalObjectReference extends message(
  "io.k8s.api.scheduling.v1alpha2.TypedLocalObjectReference",
  {
    /** The kind's API group. Empty means the core group. */
    apiGroup: string(1).optional(),
    /** The object's kind. */
    kind: string(2),
    /** The object's name. */
    name: string(3),
  },
) {}

/** From which a PodGroup is made. */
export abstract class PodGroupTemplate extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupTemplate",
  {
    /** DNS label, unique in the workload. */
    name: string(1),
    /** Whether the pods are scheduled one by one or all together. */
    schedulingPolicy: object(2, () => PodGroupSchedulingPolicy),
    /** Where the pods may be, seen together. Part of a feature that is off by default. */
    schedulingConstraints: object(3, () => PodGroupSchedulingConstraints).optional(),
    /**
     * Devices that the pods of a group share: those pods that have a claim that says the same. At
     * most 4. Part of a feature that is off by default.
     */
    resourceClaims: list(4, () => PodGroupResourceClaim)
      .mapBy("name")
      .mergeRetainingKeys("name")
      .optional(),
    /**
     * What is taken away at once when something more important needs the place: Pod (each by
     * itself) or PodGroup. Part of a feature that is off by default.
     */
    disruptionMode: string(5).explicit().optional(),
    /** The group's priority class. Missing: the default class, or priority 0. */
    priorityClassName: string(6).optional(),
    /** The group's priority. Set by the server from the class. At most 1000000000. */
    priority: int32(7).optional(),
  },
) {}

/** How pods of a group are scheduled. Exactly one must be given. */
export abstract class PodGroupSchedulingPolicy extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingPolicy",
  {
    /** Each by itself. */
    basic: object(1, () => BasicSchedulingPolicy).optional(),
    /** All together or none. */
    gang: object(2, () => GangSchedulingPolicy).optional(),
  },
) {}

/** Pods are scheduled each by itself. There is nothing to set. */
export abstract class BasicSchedulingPolicy extends message(
  "io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy",
  {},
) {}

/** Pods are scheduled together or not at all. */
export abstract class GangSchedulingPolicy extends message(
  "io.k8s.api.scheduling.v1alpha2.GangSchedulingPolicy",
  {
    /** How many must find a place, so that the group is scheduled. At least 1. */
    minCount: int32(1),
  },
) {}

/**
 * Devices that pods of a group share. Exactly one of resourceClaimName and
 * resourceClaimTemplateName must be given.
 */
export abstract class PodGroupResourceClaim extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaim",
  {
    /** DNS label, unique in the group. Pods name it in their own claims. */
    name: string(1),
    /** A ResourceClaim that is there. It is reserved for the group. */
    resourceClaimName: string(2).explicit().optional(),
    /** A template from which a claim is made for the group, and which goes away with the group. */
    resourceClaimTemplateName: string(3).explicit().optional(),
  },
) {}

/** Pods that are scheduled as one. Made by what makes the pods, from a Workload's template. */
export abstract class PodGroup extends kind(
  "io.k8s.api.scheduling.v1alpha2.PodGroup",
  {
    group: "scheduling.k8s.io",
    version: "v1alpha2",
    kind: "PodGroup",
    resource: "podgroups",
    singular: "podgroup",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** How the pods are scheduled. Cannot be changed. */
    spec: object(2, () => PodGroupSpec),
    /** What became of the group. */
    status: object(3, () => PodGroupStatus).default({}),
  },
) {}

/** How pods of a group are scheduled. */
export abstract class PodGroupSpec extends message("io.k8s.api.scheduling.v1alpha2.PodGroupSpec", {
  /** The template that it was made from. */
  podGroupTemplateRef: object(1, () => PodGroupTemplateReference).optional(),
  /** Whether the pods are scheduled one by one or all together. */
  schedulingPolicy: object(2, () => PodGroupSchedulingPolicy),
  /** Where the pods may be, seen together. Part of a feature that is off by default. */
  schedulingConstraints: object(3, () => PodGroupSchedulingConstraints).optional(),
  /**
   * Devices that the pods share: those pods that have a claim that says the same. At most 4. Part of
   * a feature that is off by default.
   */
  resourceClaims: list(4, () => PodGroupResourceClaim)
    .mapBy("name")
    .mergeRetainingKeys("name")
    .optional(),
  /**
   * What is taken away at once when something more important needs the place: Pod (each by itself,
   * the default) or PodGroup. Part of a feature that is off by default.
   */
  disruptionMode: string(5).explicit().default("Pod"),
  /** The group's priority class. Missing: the default class, or priority 0. */
  priorityClassName: string(6).optional(),
  /** The group's priority. Set by the server from the class. At most 1000000000. */
  priority: int32(7).optional(),
}) {}

/** A template from which a group was made. Exactly one must be given. */
export abstract class PodGroupTemplateReference extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupTemplateReference",
  {
    /** A template in a Workload. */
    workload: object(1, () => WorkloadPodGroupTemplateReference).optional(),
  },
) {}

/** A template in a Workload. */
export abstract class WorkloadPodGroupTemplateReference extends message(
  "io.k8s.api.scheduling.v1alpha2.WorkloadPodGroupTemplateReference",
  {
    /** The Workload's name. */
    workloadName: string(1),
    /** The template's name. */
    podGroupTemplateName: string(2),
  },
) {}

/** Where pods of a group may be, seen together. */
export abstract class PodGroupSchedulingConstraints extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingConstraints",
  {
    /** Parts of the cluster in one of which all must be. At most 1. */
    topology: list(1, () => TopologyConstraint).optional(),
  },
) {}

/** All pods must be in the same part of the cluster. */
export abstract class TopologyConstraint extends message(
  "io.k8s.api.scheduling.v1alpha2.TopologyConstraint",
  {
    /** A node's label whose value says the part: topology.kubernetes.io/rack. */
    key: string(1),
  },
) {}

/** What became of a group. */
export abstract class PodGroupStatus extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupStatus",
  {
    /**
     * PodGroupScheduled: whether enough pods have found a place; if not, why: Unschedulable or
     * SchedulerError. DisruptionTarget: the group is about to be taken away, by
     * PreemptionByScheduler for one.
     */
    conditions: list(1, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
    /** The claims that were made from templates. */
    resourceClaimStatuses: list(2, () => PodGroupResourceClaimStatus)
      .mapBy("name")
      .mergeRetainingKeys("name")
      .optional(),
  },
) {}

/** The claim that was made from a template. */
export abstract class PodGroupResourceClaimStatus extends message(
  "io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaimStatus",
  {
    /** The entry in spec.resourceClaims. */
    name: string(1),
    /** The claim's name. Missing: none was needed. */
    resourceClaimName: string(2).explicit().optional(),
  },
) {}

export abstract class WorkloadList extends kind(
  "io.k8s.api.scheduling.v1alpha2.WorkloadList",
  { group: "scheduling.k8s.io", version: "v1alpha2", kind: "WorkloadList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Workload),
  },
) {}

export abstract class PodGroupList extends kind(
  "io.k8s.api.scheduling.v1alpha2.PodGroupList",
  { group: "scheduling.k8s.io", version: "v1alpha2", kind: "PodGroupList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PodGroup),
  },
) {}
