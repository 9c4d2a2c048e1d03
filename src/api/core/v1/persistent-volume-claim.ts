import { list, map, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import {
  TypedLocalObjectReference,
  TypedObjectReference,
  VolumeResourceRequirements,
} from "./shared.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A request for storage that outlives pods. It is bound to one PersistentVolume. */
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
    /** The storage that is wanted: how much, of which class, used in which way. */
    spec: object(2, () => PersistentVolumeClaimSpec).default({}),
    /** The storage that it got. */
    status: object(3, () => PersistentVolumeClaimStatus).default({}),
  },
) {}

/**
 * The storage that is wanted. After creation only the size and the attributes class can be changed.
 */
export abstract class PersistentVolumeClaimSpec extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
  {
    /**
     * What the volume must allow, any of:
     * - ReadWriteOnce: read and write, from one node.
     * - ReadOnlyMany: read, from many nodes.
     * - ReadWriteMany: read and write, from many nodes.
     * - ReadWriteOncePod: read and write, from a single pod.
     */
    accessModes: list(1, string).optional(),
    /**
     * The size, as requests.storage. It can be raised where the class allows expansion; it can be
     * lowered only back to what was reached.
     */
    resources: object(2, () => VolumeResourceRequirements).default({}),
    /**
     * The PersistentVolume that the claim is bound to. Given in advance, it asks for that very
     * volume.
     */
    volumeName: string(3).optional(),
    /** Labels of volumes to choose from. Excludes dynamic provisioning. */
    selector: object(4, () => LabelSelector)
      .atomic()
      .optional(),
    /**
     * The StorageClass to use. Empty asks for a volume without a class. Default: the class marked
     * as default.
     */
    storageClassName: string(5).explicit().optional(),
    /** Filesystem (default) to be mounted, or Block for a raw device. */
    volumeMode: oneOf(6, "Block", "Filesystem").explicit().default("Filesystem"),
    /**
     * A VolumeSnapshot or another claim whose content the new volume starts with. Other kinds are
     * dropped: use dataSourceRef.
     */
    dataSource: object(7, () => TypedLocalObjectReference)
      .atomic()
      .optional(),
    /**
     * The object whose content the new volume starts with. Like dataSource, for any kind that a
     * populator knows; an unknown one is an error instead of being dropped.
     */
    dataSourceRef: object(8, () => TypedObjectReference).optional(),
    /**
     * The VolumeAttributesClass with changeable properties of the volume. May be changed later, and
     * then is applied to the volume.
     */
    volumeAttributesClassName: string(9).explicit().optional(),
  },
) {}

/** What a claim got. */
export abstract class PersistentVolumeClaimStatus extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimStatus",
  {
    /** Pending (no volume yet), Bound, or Lost (its volume is gone). */
    phase: oneOf(1, "Pending", "Bound", "Lost").optional(),
    /** All the ways in which the bound volume can be mounted. */
    accessModes: list(2, string).optional(),
    /** The real size, under the name storage. */
    capacity: map(3, quantity).optional(),
    /** What is going on with the volume, such as a resize. */
    conditions: list(4, () => PersistentVolumeClaimCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
    /**
     * The size that is being made or was made by expansion, under the name storage. What quota
     * counts.
     */
    allocatedResources: map(5, quantity).optional(),
    /**
     * How far the expansion is, by resource name: ControllerResizeInProgress,
     * ControllerResizeInfeasible, NodeResizePending, NodeResizeInProgress or NodeResizeInfeasible.
     */
    allocatedResourceStatuses: map(7, string).optional(),
    /** The VolumeAttributesClass whose properties the volume has now. */
    currentVolumeAttributesClassName: string(8).explicit().optional(),
    /** How far a change to another VolumeAttributesClass is. */
    modifyVolumeStatus: object(9, () => ModifyVolumeStatus).optional(),
  },
) {}

/** How far a change of a volume's attributes is. */
export abstract class ModifyVolumeStatus extends message("io.k8s.api.core.v1.ModifyVolumeStatus", {
  /** The VolumeAttributesClass that is being applied. */
  targetVolumeAttributesClassName: string(1).optional(),
  /** Pending (the class does not exist yet), InProgress, or Infeasible (the driver refused it). */
  status: string(2),
}) {}

/** Something about a claim's volume. */
export abstract class PersistentVolumeClaimCondition extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimCondition",
  {
    /**
     * Resizing, FileSystemResizePending, ControllerResizeError, NodeResizeError, ModifyVolumeError
     * or ModifyingVolume.
     */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** When it was last looked at. */
    lastProbeTime: time(3).optional(),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(4).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(5).optional(),
    /** The same for people, in a sentence. */
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

/** A claim to be made for a pod. */
export abstract class PersistentVolumeClaimTemplate extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimTemplate",
  {
    /** Labels and annotations for the claim. Other fields are refused. */
    metadata: object(1, () => ObjectMeta)
      .implicit()
      .optional(),
    /** The storage that is wanted. The same fields as a claim's spec. */
    spec: object(2, () => PersistentVolumeClaimSpec),
  },
) {}
