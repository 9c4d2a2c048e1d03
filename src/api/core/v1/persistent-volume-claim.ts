import { list, map, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import {
  TypedLocalObjectReference,
  TypedObjectReference,
  VolumeResourceRequirements,
} from "./shared.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class PersistentVolumeClaim extends kind(
  "io.k8s.api.core.v1.PersistentVolumeClaim",
  {
    group: "",
    version: "v1",
    kind: "PersistentVolumeClaim",
    resource: "persistentvolumeclaims",
    singular: "persistentvolumeclaim",
    namespaced: true,
    shortNames: ["pvc"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => PersistentVolumeClaimSpec).default({}),
    status: object(3, () => PersistentVolumeClaimStatus).default({}),
  },
) {}

export abstract class PersistentVolumeClaimSpec extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
  {
    accessModes: list(1, string).optional(),
    resources: object(2, () => VolumeResourceRequirements).default({}),
    volumeName: string(3).optional(),
    selector: object(4, () => LabelSelector)
      .atomic()
      .optional(),
    storageClassName: string(5).optional(),
    volumeMode: oneOf(6, "Block", "Filesystem").default("Filesystem"),
    dataSource: object(7, () => TypedLocalObjectReference)
      .atomic()
      .optional(),
    dataSourceRef: object(8, () => TypedObjectReference).optional(),
    volumeAttributesClassName: string(9).optional(),
  },
) {}

export abstract class PersistentVolumeClaimStatus extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimStatus",
  {
    phase: oneOf(1, "Pending", "Bound", "Lost").optional(),
    accessModes: list(2, string).optional(),
    capacity: map(3, quantity).optional(),
    conditions: list(4, () => PersistentVolumeClaimCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
    allocatedResources: map(5, quantity).optional(),
    allocatedResourceStatuses: map(7, string).optional(),
    currentVolumeAttributesClassName: string(8).optional(),
    modifyVolumeStatus: object(9, () => ModifyVolumeStatus).optional(),
  },
) {}

export abstract class ModifyVolumeStatus extends message("io.k8s.api.core.v1.ModifyVolumeStatus", {
  targetVolumeAttributesClassName: string(1).optional(),
  status: string(2),
}) {}

export abstract class PersistentVolumeClaimCondition extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastProbeTime: time(3).optional(),
    lastTransitionTime: time(4).optional(),
    reason: string(5).optional(),
    message: string(6).optional(),
  },
) {}

export abstract class PersistentVolumeClaimList extends kind(
  "io.k8s.api.core.v1.PersistentVolumeClaimList",
  { group: "", version: "v1", kind: "PersistentVolumeClaimList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PersistentVolumeClaim),
  },
) {}

export abstract class PersistentVolumeClaimTemplate extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimTemplate",
  {
    metadata: object(1, () => ObjectMeta).optional(),
    spec: object(2, () => PersistentVolumeClaimSpec),
  },
) {}
