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
    data: json(2).optional(),
    revision: int64(3),
  },
) {}

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
    spec: object(2, () => DaemonSetSpec),
    status: object(3, () => DaemonSetStatus).optional(),
  },
) {}

export abstract class DaemonSetSpec extends message("io.k8s.api.apps.v1.DaemonSetSpec", {
  selector: object(1, () => LabelSelector).atomic(),
  template: object(2, () => PodTemplateSpec),
  updateStrategy: object(3, () => DaemonSetUpdateStrategy).default({}),
  minReadySeconds: int32(4).optional(),
  revisionHistoryLimit: int32(6).default(10),
}) {}

export abstract class DaemonSetUpdateStrategy extends message(
  "io.k8s.api.apps.v1.DaemonSetUpdateStrategy",
  {
    type: oneOf(1, "RollingUpdate", "OnDelete").default("RollingUpdate"),
    rollingUpdate: object(2, () => RollingUpdateDaemonSet).optional(),
  },
) {}

export abstract class RollingUpdateDaemonSet extends message(
  "io.k8s.api.apps.v1.RollingUpdateDaemonSet",
  {
    maxUnavailable: intOrString(1).optional(),
    maxSurge: intOrString(2).optional(),
  },
) {}

export abstract class DaemonSetStatus extends message("io.k8s.api.apps.v1.DaemonSetStatus", {
  currentNumberScheduled: int32(1),
  numberMisscheduled: int32(2),
  desiredNumberScheduled: int32(3),
  numberReady: int32(4),
  observedGeneration: int64(5).optional(),
  updatedNumberScheduled: int32(6).optional(),
  numberAvailable: int32(7).optional(),
  numberUnavailable: int32(8).optional(),
  collisionCount: int32(9).optional(),
  conditions: list(10, () => DaemonSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
}) {}

export abstract class DaemonSetCondition extends message("io.k8s.api.apps.v1.DaemonSetCondition", {
  type: string(1),
  status: oneOf(2, "True", "False", "Unknown"),
  lastTransitionTime: time(3).optional(),
  reason: string(4).optional(),
  message: string(5).optional(),
}) {}

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
    spec: object(2, () => DeploymentSpec),
    status: object(3, () => DeploymentStatus).default({}),
  },
) {}

export abstract class DeploymentSpec extends message("io.k8s.api.apps.v1.DeploymentSpec", {
  replicas: int32(1).default(1),
  selector: object(2, () => LabelSelector).atomic(),
  template: object(3, () => PodTemplateSpec),
  strategy: object(4, () => DeploymentStrategy)
    .retainKeys()
    .default({}),
  minReadySeconds: int32(5).optional(),
  revisionHistoryLimit: int32(6).default(10),
  paused: bool(7).optional(),
  progressDeadlineSeconds: int32(9).default(600),
}) {}

export abstract class DeploymentStrategy extends message("io.k8s.api.apps.v1.DeploymentStrategy", {
  type: oneOf(1, "Recreate", "RollingUpdate").default("RollingUpdate"),
  rollingUpdate: object(2, () => RollingUpdateDeployment).optional(),
}) {}

export abstract class RollingUpdateDeployment extends message(
  "io.k8s.api.apps.v1.RollingUpdateDeployment",
  {
    maxUnavailable: intOrString(1).optional(),
    maxSurge: intOrString(2).optional(),
  },
) {}

export abstract class DeploymentStatus extends message("io.k8s.api.apps.v1.DeploymentStatus", {
  observedGeneration: int64(1).optional(),
  replicas: int32(2).optional(),
  updatedReplicas: int32(3).optional(),
  availableReplicas: int32(4).optional(),
  unavailableReplicas: int32(5).optional(),
  conditions: list(6, () => DeploymentCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  readyReplicas: int32(7).optional(),
  collisionCount: int32(8).optional(),
  terminatingReplicas: int32(9).optional(),
}) {}

export abstract class DeploymentCondition extends message(
  "io.k8s.api.apps.v1.DeploymentCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    reason: string(4).optional(),
    message: string(5).optional(),
    lastUpdateTime: time(6).optional(),
    lastTransitionTime: time(7).optional(),
  },
) {}

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
    spec: object(2, () => ReplicaSetSpec),
    status: object(3, () => ReplicaSetStatus).optional(),
  },
) {}

export abstract class ReplicaSetSpec extends message("io.k8s.api.apps.v1.ReplicaSetSpec", {
  replicas: int32(1).default(1),
  selector: object(2, () => LabelSelector).atomic(),
  template: object(3, () => PodTemplateSpec).optional(),
  minReadySeconds: int32(4).optional(),
}) {}

export abstract class ReplicaSetStatus extends message("io.k8s.api.apps.v1.ReplicaSetStatus", {
  replicas: int32(1),
  fullyLabeledReplicas: int32(2).optional(),
  observedGeneration: int64(3).optional(),
  readyReplicas: int32(4).optional(),
  availableReplicas: int32(5).optional(),
  conditions: list(6, () => ReplicaSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  terminatingReplicas: int32(7).optional(),
}) {}

export abstract class ReplicaSetCondition extends message(
  "io.k8s.api.apps.v1.ReplicaSetCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

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
    spec: object(2, () => StatefulSetSpec),
    status: object(3, () => StatefulSetStatus).optional(),
  },
) {}

export abstract class StatefulSetSpec extends message("io.k8s.api.apps.v1.StatefulSetSpec", {
  replicas: int32(1).default(1),
  selector: object(2, () => LabelSelector).atomic(),
  template: object(3, () => PodTemplateSpec),
  volumeClaimTemplates: list(4, () => PersistentVolumeClaim).optional(),
  serviceName: string(5).optional(),
  podManagementPolicy: oneOf(6, "OrderedReady", "Parallel").default("OrderedReady"),
  updateStrategy: object(7, () => StatefulSetUpdateStrategy).default({}),
  revisionHistoryLimit: int32(8).default(10),
  minReadySeconds: int32(9).optional(),
  persistentVolumeClaimRetentionPolicy: object(
    10,
    () => StatefulSetPersistentVolumeClaimRetentionPolicy,
  ).optional(),
  ordinals: object(11, () => StatefulSetOrdinals).optional(),
}) {}

export abstract class StatefulSetOrdinals extends message(
  "io.k8s.api.apps.v1.StatefulSetOrdinals",
  {
    start: int32(1).optional(),
  },
) {}

export abstract class StatefulSetPersistentVolumeClaimRetentionPolicy extends message(
  "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  {
    whenDeleted: string(1).optional(),
    whenScaled: string(2).optional(),
  },
) {}

export abstract class StatefulSetUpdateStrategy extends message(
  "io.k8s.api.apps.v1.StatefulSetUpdateStrategy",
  {
    type: oneOf(1, "RollingUpdate", "OnDelete").default("RollingUpdate"),
    rollingUpdate: object(2, () => RollingUpdateStatefulSetStrategy).optional(),
  },
) {}

export abstract class RollingUpdateStatefulSetStrategy extends message(
  "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy",
  {
    partition: int32(1).optional(),
    maxUnavailable: intOrString(2).optional(),
  },
) {}

export abstract class StatefulSetStatus extends message("io.k8s.api.apps.v1.StatefulSetStatus", {
  observedGeneration: int64(1).optional(),
  replicas: int32(2),
  readyReplicas: int32(3).optional(),
  currentReplicas: int32(4).optional(),
  updatedReplicas: int32(5).optional(),
  currentRevision: string(6).optional(),
  updateRevision: string(7).optional(),
  collisionCount: int32(9).optional(),
  conditions: list(10, () => StatefulSetCondition)
    .mapBy("type")
    .merge("type")
    .optional(),
  availableReplicas: int32(11).optional(),
}) {}

export abstract class StatefulSetCondition extends message(
  "io.k8s.api.apps.v1.StatefulSetCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
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
