import { int32, list, object, oneOf, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import { NodeSelector, NodeSelectorTerm } from "./shared.ts";
import { LabelSelector } from "#api/meta/v1.ts";

/** What a pod is drawn to and kept away from. */
export abstract class Affinity extends message("io.k8s.api.core.v1.Affinity", {
  /** Which nodes suit the pod, by their labels and fields. */
  nodeAffinity: object(1, () => NodeAffinity).optional(),
  /** Which other pods it should be near: same node, same zone. */
  podAffinity: object(2, () => PodAffinity).optional(),
  /** Which other pods it should be away from. */
  podAntiAffinity: object(3, () => PodAntiAffinity).optional(),
}) {}

/** Which nodes suit a pod. */
export abstract class NodeAffinity extends message("io.k8s.api.core.v1.NodeAffinity", {
  /**
   * What a node must have for the pod to be placed on it. A node that changes later keeps the pod.
   */
  requiredDuringSchedulingIgnoredDuringExecution: object(1, () => NodeSelector)
    .atomic()
    .optional(),
  /**
   * What makes a node better. The weights of the terms that a node fulfils are added up, and the
   * highest sum is preferred.
   */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => PreferredSchedulingTerm,
  ).optional(),
}) {}

/** A wish about nodes, and how strong it is. */
export abstract class PreferredSchedulingTerm extends message(
  "io.k8s.api.core.v1.PreferredSchedulingTerm",
  {
    /** How much the wish counts: 1 to 100. */
    weight: int32(1),
    /** The nodes that are meant. An empty one is fulfilled by none. */
    preference: object(2, () => NodeSelectorTerm).atomic(),
  },
) {}

/** Which pods a pod should be near. */
export abstract class PodAffinity extends message("io.k8s.api.core.v1.PodAffinity", {
  /** Each term must hold for a node to take the pod. What changes later does not move the pod. */
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  /** Terms that make a node better, by the sum of their weights. */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

/** A set of pods, and what being near them means. */
export abstract class PodAffinityTerm extends message("io.k8s.api.core.v1.PodAffinityTerm", {
  /** Which pods are meant, by label. Missing selects none. */
  labelSelector: object(1, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * Namespaces in which to look for pods, besides those of namespaceSelector. With both missing:
   * the pod's own.
   */
  namespaces: list(2, string).optional(),
  /**
   * The label of nodes whose equal value makes two nodes one place: kubernetes.io/hostname for the
   * node itself, topology.kubernetes.io/zone for its zone. Must not be empty.
   */
  topologyKey: string(3),
  /**
   * Namespaces in which to look for pods, by label. Empty selects all; missing selects none besides
   * namespaces.
   */
  namespaceSelector: object(4, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * Keys whose value is taken from the pod's own labels and added to labelSelector as KEY in
   * (VALUE). Keys that the pod lacks are ignored. With pod-template-hash only pods of the same
   * rollout count.
   */
  matchLabelKeys: list(5, string).optional(),
  /** Like matchLabelKeys, but added as KEY notin (VALUE): pods with the same value do not count. */
  mismatchLabelKeys: list(6, string).optional(),
}) {}

/** A wish about being near or away from pods, and how strong it is. */
export abstract class WeightedPodAffinityTerm extends message(
  "io.k8s.api.core.v1.WeightedPodAffinityTerm",
  {
    /** How much the wish counts: 1 to 100. */
    weight: int32(1),
    /** The pods that are meant, and how near to them. */
    podAffinityTerm: object(2, () => PodAffinityTerm),
  },
) {}

/** Which pods a pod should be away from. */
export abstract class PodAntiAffinity extends message("io.k8s.api.core.v1.PodAntiAffinity", {
  /**
   * A node is out where any of these terms holds for it. What changes later does not move the pod.
   */
  requiredDuringSchedulingIgnoredDuringExecution: list(1, () => PodAffinityTerm).optional(),
  /** Terms that make a node worse, by the sum of their weights. */
  preferredDuringSchedulingIgnoredDuringExecution: list(
    2,
    () => WeightedPodAffinityTerm,
  ).optional(),
}) {}

/** How evenly pods are spread over places, such as zones or nodes. */
export abstract class TopologySpreadConstraint extends message(
  "io.k8s.api.core.v1.TopologySpreadConstraint",
  {
    /**
     * How many more pods a place may have than the one with the fewest. At least 1. With
     * ScheduleAnyway places that lower the difference are preferred.
     */
    maxSkew: int32(1),
    /**
     * The label of nodes that tells places apart: nodes with the same value are one place. Nodes
     * without it take no such pod.
     */
    topologyKey: string(2),
    /**
     * What to do when no node keeps maxSkew: DoNotSchedule leaves the pod pending, ScheduleAnyway
     * takes the node that is least uneven.
     */
    whenUnsatisfiable: oneOf(3, "DoNotSchedule", "ScheduleAnyway"),
    /** The pods that are counted in each place. Missing counts none. */
    labelSelector: object(4, () => LabelSelector)
      .atomic()
      .optional(),
    /**
     * Fewest places there should be. With fewer, the smallest count is taken as 0. At least 1, only
     * with DoNotSchedule. Default 1.
     */
    minDomains: int32(5).optional(),
    /**
     * Whether nodes that the pod's nodeSelector and affinity rule out are counted: Honor (default)
     * leaves them out, Ignore counts them.
     */
    nodeAffinityPolicy: string(6).explicit().optional(),
    /**
     * Whether nodes with taints that the pod does not tolerate are counted: Ignore (default) counts
     * them, Honor leaves them out.
     */
    nodeTaintsPolicy: string(7).explicit().optional(),
    /**
     * Keys whose value is taken from the pod's own labels to narrow labelSelector. With
     * pod-template-hash each rollout is spread by itself. A key may not be in labelSelector too.
     */
    matchLabelKeys: list(8, string).optional(),
  },
) {}
