import {
  bool,
  int32,
  int64,
  intOrString,
  json,
  list,
  object,
  oneOf,
  string,
  time,
} from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PersistentVolumeClaim } from "#api/core/v1/persistent-volume-claim.ts";
import { PodTemplateSpec } from "#api/core/v1/pod-template.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A past or present version of a DaemonSet's or StatefulSet's template, kept for going back. Made
 * by its controller; its data cannot be changed.
 */
export abstract class ControllerRevision extends kind(
  "io.k8s.api.apps.v1.ControllerRevision",
  {
    group: "apps",
    version: "v1",
    kind: "ControllerRevision",
    resource: "controllerrevisions",
    singular: "controllerrevision",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What the version consists of: the part of the object that a rollback restores. */
    data: json(2).implicit().optional(),
    /** Its number: the higher, the later. */
    revision: int64(3),
  },
) {}

/** Runs one pod on every node, or on every node of some kind. */
export abstract class DaemonSet extends kind(
  "io.k8s.api.apps.v1.DaemonSet",
  {
    group: "apps",
    version: "v1",
    kind: "DaemonSet",
    resource: "daemonsets",
    singular: "daemonset",
    namespaced: true,
    shortNames: ["ds"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The pods that are wanted, and how they are replaced. */
    spec: object(2, () => DaemonSetSpec),
    /** The pods that there are. */
    status: object(3, () => DaemonSetStatus)
      .implicit()
      .optional(),
  },
) {}

/** Which pods, and how they are replaced when the template changes. */
export abstract class DaemonSetSpec extends message("io.k8s.api.apps.v1.DaemonSetSpec", {
  /** Labels by which the pods are found. They must fit the template's. Cannot be changed. */
  selector: object(1, () => LabelSelector)
    .explicit()
    .atomic(),
  /**
   * The pod to run on each node that fits its node selector and tolerations. Its restartPolicy must
   * be Always.
   */
  template: object(2, () => PodTemplateSpec),
  /** How pods are replaced when the template changes. */
  updateStrategy: object(3, () => DaemonSetUpdateStrategy).default({}),
  /** Seconds that a new pod must be ready, without a crash, to count as available. Default 0. */
  minReadySeconds: int32(4).implicit().optional(),
  /** How many old versions are kept for going back. Default 10. */
  revisionHistoryLimit: int32(6).default(10),
}) {}

/** How a DaemonSet's pods are replaced. */
export abstract class DaemonSetUpdateStrategy extends message(
  "io.k8s.api.apps.v1.DaemonSetUpdateStrategy",
  {
    /**
     * RollingUpdate (default) replaces them bit by bit; OnDelete replaces a pod only once you
     * delete it.
     */
    type: oneOf(1, "RollingUpdate", "OnDelete").default("RollingUpdate"),
    /** How many pods are replaced at once. Only for RollingUpdate. */
    rollingUpdate: object(2, () => RollingUpdateDaemonSet).optional(),
  },
) {}

/** How a DaemonSet is updated bit by bit. */
export abstract class RollingUpdateDaemonSet extends message(
  "io.k8s.api.apps.v1.RollingUpdateDaemonSet",
  {
    /**
     * How many pods may be unavailable meanwhile: a number, or a percentage of the nodes, rounded
     * up. Not 0 if maxSurge is 0. Default 1.
     */
    maxUnavailable: intOrString(1).optional(),
    /**
     * How many nodes may run an old and a new pod meanwhile: a number, or a percentage of the
     * nodes, rounded up. Not 0 if maxUnavailable is 0. Default 0.
     */
    maxSurge: intOrString(2).optional(),
  },
) {}

/** What was last seen of a DaemonSet's pods. The counts are of nodes. */
export abstract class DaemonSetStatus extends message("io.k8s.api.apps.v1.DaemonSetStatus", {
  /** Nodes that run its pod and should. */
  currentNumberScheduled: int32(1),
  /** Nodes that run its pod and should not. */
  numberMisscheduled: int32(2),
  /** Nodes that should run its pod, whether they do or not. */
  desiredNumberScheduled: int32(3),
  /** Nodes that should run its pod and have it ready. */
  numberReady: int32(4),
  /**
   * The generation that the controller last acted on. Lower than metadata.generation means that the
   * latest change is not reflected yet.
   */
  observedGeneration: int64(5).implicit().optional(),
  /** Nodes whose pod is made from the latest template. */
  updatedNumberScheduled: int32(6).implicit().optional(),
  /** Nodes whose pod has been ready for minReadySeconds. */
  numberAvailable: int32(7).implicit().optional(),
  /** Nodes that should have an available pod and do not. */
  numberUnavailable: int32(8).implicit().optional(),
  /**
   * How often a name that was made from a hash was taken, so that another one had to be made. Kept
   * by the controller.
   */
  collisionCount: int32(9).optional(),
  /** Statements about the DaemonSet. The controller makes none of its own. */
  conditions: list(10, () => DaemonSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

/** A statement about a DaemonSet. */
export abstract class DaemonSetCondition extends message("io.k8s.api.apps.v1.DaemonSetCondition", {
  /** What it is about. */
  type: string(1),
  /** True, False or Unknown. */
  status: oneOf(2, "True", "False", "Unknown"),
  /** When the status last changed, not when it was last looked at. */
  lastTransitionTime: time(3).optional(),
  /** One word in upper camel case that says why, for programs. */
  reason: string(4).optional(),
  /** The same for people, in a sentence. */
  message: string(5).optional(),
}) {}

/**
 * Keeps a number of equal pods running and replaces them bit by bit when their template changes.
 */
export abstract class Deployment extends kind(
  "io.k8s.api.apps.v1.Deployment",
  {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    resource: "deployments",
    singular: "deployment",
    namespaced: true,
    shortNames: ["deploy"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The pods that are wanted, and how to get there. */
    spec: object(2, () => DeploymentSpec),
    /** The pods that there are, and how the rollout goes. */
    status: object(3, () => DeploymentStatus).default({}),
  },
) {}

/** How many pods, which, and how they are replaced. */
export abstract class DeploymentSpec extends message("io.k8s.api.apps.v1.DeploymentSpec", {
  /** How many pods there are to be. 0 is allowed. Default 1. */
  replicas: int32(1).default(1),
  /** Labels by which the pods are found. They must fit the template's. Cannot be changed. */
  selector: object(2, () => LabelSelector)
    .explicit()
    .atomic(),
  /** The pods to be made. A change of it starts a rollout. Its restartPolicy must be Always. */
  template: object(3, () => PodTemplateSpec),
  /** How old pods are replaced by new ones. */
  strategy: object(4, () => DeploymentStrategy)
    .retainKeys()
    .default({}),
  /** Seconds that a new pod must be ready, without a crash, to count as available. Default 0. */
  minReadySeconds: int32(5).implicit().optional(),
  /** How many old ReplicaSets are kept for going back. 0 makes that impossible. Default 10. */
  revisionHistoryLimit: int32(6).default(10),
  /** If true, changes of the template do not start a rollout. Default false. */
  paused: bool(7).implicit().optional(),
  /**
   * Seconds without progress after which the rollout is reported as failed, by the condition
   * Progressing. Nothing is rolled back. Must exceed minReadySeconds. Default 600.
   */
  progressDeadlineSeconds: int32(9).default(600),
}) {}

/** How a Deployment's pods are replaced. */
export abstract class DeploymentStrategy extends message("io.k8s.api.apps.v1.DeploymentStrategy", {
  /**
   * RollingUpdate (default) replaces them bit by bit; Recreate ends all old pods before it starts
   * new ones.
   */
  type: oneOf(1, "Recreate", "RollingUpdate").default("RollingUpdate"),
  /** How many pods are replaced at once. Only for RollingUpdate. */
  rollingUpdate: object(2, () => RollingUpdateDeployment).optional(),
}) {}

/** How a Deployment is updated bit by bit. */
export abstract class RollingUpdateDeployment extends message(
  "io.k8s.api.apps.v1.RollingUpdateDeployment",
  {
    /**
     * How many of the pods may be missing meanwhile: a number, or a percentage of replicas, rounded
     * down. Not 0 if maxSurge is 0. Default 25%.
     */
    maxUnavailable: intOrString(1).optional(),
    /**
     * How many pods there may be meanwhile beyond replicas: a number, or a percentage of replicas,
     * rounded up. Not 0 if maxUnavailable is 0. Default 25%.
     */
    maxSurge: intOrString(2).optional(),
  },
) {}

/** What was last seen of a Deployment's pods. */
export abstract class DeploymentStatus extends message("io.k8s.api.apps.v1.DeploymentStatus", {
  /**
   * The generation that the controller last acted on. Lower than metadata.generation means that the
   * latest change is not reflected yet.
   */
  observedGeneration: int64(1).implicit().optional(),
  /** All pods of the Deployment, old and new, that are not ending. */
  replicas: int32(2).implicit().optional(),
  /** Pods made from the latest template that are not ending. */
  updatedReplicas: int32(3).implicit().optional(),
  /** Pods that have been ready for minReadySeconds. */
  availableReplicas: int32(4).implicit().optional(),
  /** Pods that are missing for all to be available: not running yet, not ready, or not created. */
  unavailableReplicas: int32(5).implicit().optional(),
  /** How it goes: Available, Progressing, ReplicaFailure. */
  conditions: list(6, () => DeploymentCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Pods that are ready and not ending. */
  readyReplicas: int32(7).implicit().optional(),
  /**
   * How often a name that was made from a hash was taken, so that another one had to be made. Kept
   * by the controller.
   */
  collisionCount: int32(8).optional(),
  /** Pods that are ending. Missing where this is not counted. */
  terminatingReplicas: int32(9).optional(),
}) {}

/** A statement about a Deployment. */
export abstract class DeploymentCondition extends message(
  "io.k8s.api.apps.v1.DeploymentCondition",
  {
    /**
     * Available (enough pods are available), Progressing (a rollout goes on or is complete),
     * ReplicaFailure (pods cannot be created or deleted).
     */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
    message: string(5).optional(),
    /** When the condition was last written. */
    lastUpdateTime: time(6).optional(),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(7).optional(),
  },
) {}

/**
 * Keeps a number of equal pods running. A Deployment makes one for each version of its template;
 * use that instead.
 */
export abstract class ReplicaSet extends kind(
  "io.k8s.api.apps.v1.ReplicaSet",
  {
    group: "apps",
    version: "v1",
    kind: "ReplicaSet",
    resource: "replicasets",
    singular: "replicaset",
    namespaced: true,
    shortNames: ["rs"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The pods that are wanted, and how many of them. */
    spec: object(2, () => ReplicaSetSpec),
    /** The pods that there are. */
    status: object(3, () => ReplicaSetStatus)
      .implicit()
      .optional(),
  },
) {}

/** How many pods, and which. */
export abstract class ReplicaSetSpec extends message("io.k8s.api.apps.v1.ReplicaSetSpec", {
  /** How many pods there are to be. 0 is allowed. Default 1. */
  replicas: int32(1).default(1),
  /** Labels by which the pods are found. They must fit the template's. Cannot be changed. */
  selector: object(2, () => LabelSelector)
    .explicit()
    .atomic(),
  /** The pods to be made. A change only affects pods made later. */
  template: object(3, () => PodTemplateSpec)
    .implicit()
    .optional(),
  /** Seconds that a new pod must be ready, without a crash, to count as available. Default 0. */
  minReadySeconds: int32(4).implicit().optional(),
}) {}

/** What was last seen of a ReplicaSet's pods. */
export abstract class ReplicaSetStatus extends message("io.k8s.api.apps.v1.ReplicaSetStatus", {
  /** All pods of the ReplicaSet that are not ending. */
  replicas: int32(1),
  /** Pods that have all labels of the template. */
  fullyLabeledReplicas: int32(2).implicit().optional(),
  /**
   * The generation that the controller last acted on. Lower than metadata.generation means that the
   * latest change is not reflected yet.
   */
  observedGeneration: int64(3).implicit().optional(),
  /** Pods that are ready and not ending. */
  readyReplicas: int32(4).implicit().optional(),
  /** Pods that have been ready for minReadySeconds. */
  availableReplicas: int32(5).implicit().optional(),
  /** What keeps it from its number of pods, if anything does. */
  conditions: list(6, () => ReplicaSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Pods that are ending. Missing where this is not counted. */
  terminatingReplicas: int32(7).optional(),
}) {}

/** A statement about a ReplicaSet. */
export abstract class ReplicaSetCondition extends message(
  "io.k8s.api.apps.v1.ReplicaSetCondition",
  {
    /** ReplicaFailure: pods cannot be created or deleted. */
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

/** Runs pods that each have a fixed name, network name and storage: NAME-0, NAME-1 and so on. */
export abstract class StatefulSet extends kind(
  "io.k8s.api.apps.v1.StatefulSet",
  {
    group: "apps",
    version: "v1",
    kind: "StatefulSet",
    resource: "statefulsets",
    singular: "statefulset",
    namespaced: true,
    shortNames: ["sts"],
    categories: ["all"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The pods and the storage that are wanted. */
    spec: object(2, () => StatefulSetSpec),
    /** The pods that there are. */
    status: object(3, () => StatefulSetStatus)
      .implicit()
      .optional(),
  },
) {}

/**
 * How many pods, which, with what storage. Only replicas, ordinals, template, updateStrategy,
 * revisionHistoryLimit, persistentVolumeClaimRetentionPolicy and minReadySeconds can be changed.
 */
export abstract class StatefulSetSpec extends message("io.k8s.api.apps.v1.StatefulSetSpec", {
  /** How many pods there are to be. Default 1. */
  replicas: int32(1).default(1),
  /** Labels by which the pods are found. They must fit the template's. Cannot be changed. */
  selector: object(2, () => LabelSelector)
    .explicit()
    .atomic(),
  /** The pods to be made. Each gets the name NAME-ORDINAL. Its restartPolicy must be Always. */
  template: object(3, () => PodTemplateSpec),
  /**
   * A claim of each of these is made for each pod, named TEMPLATE-POD, and found again by later
   * pods of that name. The pod's volume of the same name is replaced by it.
   */
  volumeClaimTemplates: list(4, () => PersistentVolumeClaim).optional(),
  /**
   * The headless Service that gives the pods their network names, POD.SERVICE. It must exist first.
   * Cannot be changed.
   */
  serviceName: string(5).always().optional(),
  /**
   * OrderedReady (default) starts pods one after the other, each when the previous is ready, and
   * ends them in the reverse order. Parallel does all at once. Cannot be changed.
   */
  podManagementPolicy: oneOf(6, "OrderedReady", "Parallel").default("OrderedReady"),
  /** How pods are replaced when the template changes. */
  updateStrategy: object(7, () => StatefulSetUpdateStrategy).default({}),
  /** How many old versions are kept for going back. Default 10. */
  revisionHistoryLimit: int32(8).default(10),
  /** Seconds that a new pod must be ready, without a crash, to count as available. Default 0. */
  minReadySeconds: int32(9).implicit().optional(),
  /** What becomes of the claims made from volumeClaimTemplates. Default: they stay. */
  persistentVolumeClaimRetentionPolicy: object(
    10,
    () => StatefulSetPersistentVolumeClaimRetentionPolicy,
  ).optional(),
  /** How the pods are numbered. Default: from 0. */
  ordinals: object(11, () => StatefulSetOrdinals).optional(),
}) {}

/** How a StatefulSet's pods are numbered. */
export abstract class StatefulSetOrdinals extends message(
  "io.k8s.api.apps.v1.StatefulSetOrdinals",
  {
    /** Number of the first pod. Default 0. */
    start: int32(1).always().implicit().optional(),
  },
) {}

/** What becomes of claims that were made for pods. */
export abstract class StatefulSetPersistentVolumeClaimRetentionPolicy extends message(
  "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  {
    /** When the StatefulSet is deleted: Retain (default) keeps them, Delete deletes them. */
    whenDeleted: string(1).optional(),
    /** When their pod is scaled away: Retain (default) keeps them, Delete deletes them. */
    whenScaled: string(2).optional(),
  },
) {}

/** How a StatefulSet's pods are replaced. */
export abstract class StatefulSetUpdateStrategy extends message(
  "io.k8s.api.apps.v1.StatefulSetUpdateStrategy",
  {
    /**
     * RollingUpdate (default) replaces them from the highest number down; OnDelete replaces a pod
     * only once you delete it.
     */
    type: oneOf(1, "RollingUpdate", "OnDelete").default("RollingUpdate"),
    /** Which pods are replaced, and how many at once. Only for RollingUpdate. */
    rollingUpdate: object(2, () => RollingUpdateStatefulSetStrategy).optional(),
  },
) {}

/** How a StatefulSet is updated bit by bit. */
export abstract class RollingUpdateStatefulSetStrategy extends message(
  "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy",
  {
    /** Only pods with this number or a higher one are updated. Default 0: all. */
    partition: int32(1).optional(),
    /**
     * How many pods may be unavailable during an update: a number, or a percentage of replicas,
     * rounded up. Not 0. Default 1. Part of a feature that is off by default.
     */
    maxUnavailable: intOrString(2).optional(),
  },
) {}

/** What was last seen of a StatefulSet's pods. */
export abstract class StatefulSetStatus extends message("io.k8s.api.apps.v1.StatefulSetStatus", {
  /**
   * The generation that the controller last acted on. Lower than metadata.generation means that the
   * latest change is not reflected yet.
   */
  observedGeneration: int64(1).implicit().optional(),
  /** Pods that the controller has made. */
  replicas: int32(2),
  /** Pods that are ready, of any version. */
  readyReplicas: int32(3).implicit().optional(),
  /** Pods of the version currentRevision. */
  currentReplicas: int32(4).implicit().optional(),
  /** Pods of the version updateRevision. */
  updatedReplicas: int32(5).implicit().optional(),
  /**
   * The ControllerRevision before the rollout that is going on; the same as updateRevision if none
   * is.
   */
  currentRevision: string(6).optional(),
  /** The ControllerRevision of the latest template. */
  updateRevision: string(7).optional(),
  /**
   * How often a name that was made from a hash was taken, so that another one had to be made. Kept
   * by the controller.
   */
  collisionCount: int32(9).optional(),
  /** Statements about the StatefulSet. The controller makes none of its own. */
  conditions: list(10, () => StatefulSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  /** Pods that have been ready for minReadySeconds. */
  availableReplicas: int32(11).always().implicit().optional(),
}) {}

/** A statement about a StatefulSet. */
export abstract class StatefulSetCondition extends message(
  "io.k8s.api.apps.v1.StatefulSetCondition",
  {
    /** What it is about. */
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

export abstract class ControllerRevisionList extends kind(
  "io.k8s.api.apps.v1.ControllerRevisionList",
  { group: "apps", version: "v1", kind: "ControllerRevisionList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ControllerRevision),
  },
) {}

export abstract class DaemonSetList extends kind(
  "io.k8s.api.apps.v1.DaemonSetList",
  { group: "apps", version: "v1", kind: "DaemonSetList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => DaemonSet),
  },
) {}

export abstract class DeploymentList extends kind(
  "io.k8s.api.apps.v1.DeploymentList",
  { group: "apps", version: "v1", kind: "DeploymentList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Deployment),
  },
) {}

export abstract class ReplicaSetList extends kind(
  "io.k8s.api.apps.v1.ReplicaSetList",
  { group: "apps", version: "v1", kind: "ReplicaSetList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ReplicaSet),
  },
) {}

export abstract class StatefulSetList extends kind(
  "io.k8s.api.apps.v1.StatefulSetList",
  { group: "apps", version: "v1", kind: "StatefulSetList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => StatefulSet),
  },
) {}
