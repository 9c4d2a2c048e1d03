import { bool, int64, list, map, oneOf, quantity, string, time } from "#schema/field.ts";
import { message } from "#schema/message.ts";

/** A key of a ConfigMap. */
export abstract class ConfigMapKeySelector extends message(
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  {
    /** The ConfigMap, in the pod's namespace. */
    name: string(1).within(1).optional(),
    /** The key whose value is taken. */
    key: string(2),
    /** If true, a missing ConfigMap or key is no error. Default false. */
    optional: bool(3).optional(),
  },
) {}

/** Another object in the same namespace. */
export abstract class LocalObjectReference extends message(
  "io.k8s.api.core.v1.LocalObjectReference",
  {
    /** The object's name. Its kind is clear from where this stands. */
    name: string(1).optional(),
  },
) {}

/** Nodes, chosen by any of several terms. */
export abstract class NodeSelector extends message("io.k8s.api.core.v1.NodeSelector", {
  /** A node that fits one of these is chosen. */
  nodeSelectorTerms: list(1, () => NodeSelectorTerm),
}) {}

/** Tests that a node must pass, all of them. A term without tests fits no node. */
export abstract class NodeSelectorTerm extends message("io.k8s.api.core.v1.NodeSelectorTerm", {
  /** Tests of the node's labels, such as its zone or architecture. */
  matchExpressions: list(1, () => NodeSelectorRequirement).optional(),
  /** Tests of the node's fields. Only metadata.name is supported. */
  matchFields: list(2, () => NodeSelectorRequirement).optional(),
}) {}

/** A test of a label or field. */
export abstract class NodeSelectorRequirement extends message(
  "io.k8s.api.core.v1.NodeSelectorRequirement",
  {
    /** The label's key, such as kubernetes.io/arch, or the field's path. */
    key: string(1),
    /** In, NotIn, Exists, DoesNotExist, Gt or Lt. */
    operator: oneOf(2, "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    /**
     * What to compare with: at least one value for In and NotIn, none for Exists and DoesNotExist,
     * one whole number for Gt and Lt.
     */
    values: list(3, string).optional(),
  },
) {}

/** A field of an object. */
export abstract class ObjectFieldSelector extends message(
  "io.k8s.api.core.v1.ObjectFieldSelector",
  {
    /** The version in whose terms the path is written. Default: v1. */
    apiVersion: string(1).default("v1"),
    /** The field's path in the object, such as metadata.name. */
    fieldPath: string(2),
  },
) {}

/** Another object, named by some or all of these fields. */
export abstract class ObjectReference extends message("io.k8s.api.core.v1.ObjectReference", {
  /** Kind of the object, such as Pod. */
  kind: string(1).optional(),
  /** Namespace of the object. Empty for objects of the whole cluster. */
  namespace: string(2).optional(),
  /** Name of the object. */
  name: string(3).optional(),
  /** Its unique id, which tells it from a later object of the same name. */
  uid: string(4).optional(),
  /** API version of the object, such as apps/v1. */
  apiVersion: string(5).optional(),
  /** The version of it that is meant, where that matters. */
  resourceVersion: string(6).optional(),
  /** The part of it that is meant, such as spec.containers{web} for a container. */
  fieldPath: string(7).optional(),
}) {}

/** A claim that a container uses. */
export abstract class ResourceClaim extends message("io.k8s.api.core.v1.ResourceClaim", {
  /** Name of the claim in the pod's spec.resourceClaims. */
  name: string(1),
  /** The one request of the claim that is meant. Default: everything in the claim. */
  request: string(2).optional(),
}) {}

/** A request or limit of a container. */
export abstract class ResourceFieldSelector extends message(
  "io.k8s.api.core.v1.ResourceFieldSelector",
  {
    /** The container. Required in volumes; in variables the default is the container itself. */
    containerName: string(1).optional(),
    /**
     * What to take, such as limits.cpu or requests.memory. Where a limit is not set, the node's
     * allocatable amount is taken.
     */
    resource: string(2),
    /** The unit: the result is divided by it and rounded up. Default 1: whole cores, bytes. */
    divisor: quantity(3).implicit().default("0"),
  },
) {}

/** How much of the node's resources is set aside and may be used. */
export abstract class ResourceRequirements extends message(
  "io.k8s.api.core.v1.ResourceRequirements",
  {
    /**
     * The most it may use, by resource name, such as cpu: 500m and memory: 256Mi. A container that
     * wants more cpu is slowed down; one that takes more memory is killed.
     */
    limits: map(1, quantity).optional(),
    /**
     * What is set aside for it on the node, by resource name. A pod is placed only where all of its
     * requests fit. Not more than the limit. Default: the limit if there is one, else what a
     * LimitRange says, or 0.
     */
    requests: map(2, quantity).optional(),
    /** Claims of the pod whose devices it uses. Cannot be changed. */
    claims: list(3, () => ResourceClaim)
      .mapBy("name")
      .optional(),
  },
) {}

/** Pods, chosen by scope. */
export abstract class ScopeSelector extends message("io.k8s.api.core.v1.ScopeSelector", {
  /** Scopes that a pod must be in, all of them. */
  matchExpressions: list(1, () => ScopedResourceSelectorRequirement).optional(),
}) {}

/** A test of a scope. */
export abstract class ScopedResourceSelectorRequirement extends message(
  "io.k8s.api.core.v1.ScopedResourceSelectorRequirement",
  {
    /**
     * Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass,
     * CrossNamespacePodAffinity or VolumeAttributesClass.
     */
    scopeName: string(1),
    /**
     * In, NotIn, Exists or DoesNotExist. Only PriorityClass and VolumeAttributesClass take values.
     */
    operator: string(2),
    /** What to compare with: at least one for In and NotIn, none otherwise. */
    values: list(3, string).optional(),
  },
) {}

/** A key of a Secret. */
export abstract class SecretKeySelector extends message("io.k8s.api.core.v1.SecretKeySelector", {
  /** The Secret, in the pod's namespace. */
  name: string(1).within(1).optional(),
  /** The key whose value is taken. */
  key: string(2),
  /** If true, a missing Secret or key is no error. Default false. */
  optional: bool(3).optional(),
}) {}

/** A Secret in any namespace. */
export abstract class SecretReference extends message("io.k8s.api.core.v1.SecretReference", {
  /** Name of the Secret. Unique in its namespace. */
  name: string(1).optional(),
  /** Namespace of the Secret. */
  namespace: string(2).optional(),
}) {}

/** Keeps pods off a node that do not tolerate it. */
export abstract class Taint extends message("io.k8s.api.core.v1.Taint", {
  /** The taint's key: a label key such as node.kubernetes.io/not-ready. */
  key: string(1),
  /** The taint's value: a label value. May be missing. */
  value: string(2).optional(),
  /**
   * What it does to pods that do not tolerate it:
   * - NoSchedule: none is placed here anew.
   * - PreferNoSchedule: avoided if possible.
   * - NoExecute: none is placed here, and those that are here are evicted.
   */
  effect: oneOf(3, "NoSchedule", "PreferNoSchedule", "NoExecute"),
  /** When the taint was added. It counts for tolerationSeconds. */
  timeAdded: time(4).explicit().optional(),
}) {}

/** Lets a pod onto nodes with a taint. */
export abstract class Toleration extends message("io.k8s.api.core.v1.Toleration", {
  /** The taint's key. Empty with operator Exists tolerates every taint. */
  key: string(1).optional(),
  /**
   * Equal (default): the values are equal. Exists: any value. Lt and Gt compare numbers, where the
   * cluster enables them.
   */
  operator: oneOf(2, "Exists", "Equal", "Lt", "Gt").optional(),
  /** The taint's value. Must be empty with Exists. */
  value: string(3).optional(),
  /** The taint's effect: NoSchedule, PreferNoSchedule or NoExecute. Empty means any. */
  effect: oneOf(4, "NoSchedule", "PreferNoSchedule", "NoExecute").optional(),
  /**
   * With NoExecute, seconds for which the pod stays once the node is tainted. 0 or less evicts it
   * at once. Default: for ever.
   */
  tolerationSeconds: int64(5).optional(),
}) {}

/** Values that a label of a node may have. */
export abstract class TopologySelectorLabelRequirement extends message(
  "io.k8s.api.core.v1.TopologySelectorLabelRequirement",
  {
    /** The key of the nodes' label, such as topology.kubernetes.io/zone. */
    key: string(1),
    /** The values that are allowed. At least one. */
    values: list(2, string),
  },
) {}

/** Places, chosen by label. Used for where volumes may be. */
export abstract class TopologySelectorTerm extends message(
  "io.k8s.api.core.v1.TopologySelectorTerm",
  {
    /** Tests that must be passed, all of them. */
    matchLabelExpressions: list(1, () => TopologySelectorLabelRequirement).optional(),
  },
) {}

/** An object of some kind in the same namespace. */
export abstract class TypedLocalObjectReference extends message(
  "io.k8s.api.core.v1.TypedLocalObjectReference",
  {
    /** The kind's API group. Missing means the core group. */
    apiGroup: string(1).explicit().optional(),
    /** Kind of the object, such as VolumeSnapshot. */
    kind: string(2),
    /** Name of the object in the same namespace. */
    name: string(3),
  },
) {}

/** An object of some kind, possibly in another namespace. */
export abstract class TypedObjectReference extends message(
  "io.k8s.api.core.v1.TypedObjectReference",
  {
    /** The kind's API group. Missing means the core group. */
    apiGroup: string(1).explicit().optional(),
    /** Kind of the object, such as VolumeSnapshot. */
    kind: string(2),
    /** Name of the object. */
    name: string(3),
    /**
     * The object's namespace, whose ReferenceGrant must allow it. Default: the same one. Needs a
     * feature that is off by default.
     */
    namespace: string(4).explicit().optional(),
  },
) {}

/** How much storage a claim asks for. */
export abstract class VolumeResourceRequirements extends message(
  "io.k8s.api.core.v1.VolumeResourceRequirements",
  {
    /** The most it may get, under the name storage. */
    limits: map(1, quantity).optional(),
    /**
     * The least it must get, under the name storage: the size. It may be raised later where the
     * class allows expansion.
     */
    requests: map(2, quantity).optional(),
  },
) {}
