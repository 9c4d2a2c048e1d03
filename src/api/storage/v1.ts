import {
  bool,
  int32,
  int64,
  list,
  map,
  object,
  oneOf,
  quantity,
  string,
  time,
} from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PersistentVolumeSpec } from "#api/core/v1/persistent-volume.ts";
import { TopologySelectorTerm } from "#api/core/v1/shared.ts";
import { LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** What Kubernetes must know of a CSI driver. It has the driver's name. */
export abstract class CSIDriver extends kind(
  "io.k8s.api.storage.v1.CSIDriver",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "CSIDriver",
    resource: "csidrivers",
    singular: "csidriver",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What the driver can do, and how to treat it. */
    spec: object(2, () => CSIDriverSpec),
  },
) {}

/** How to treat a CSI driver. */
export abstract class CSIDriverSpec extends message("io.k8s.api.storage.v1.CSIDriverSpec", {
  /**
   * Whether volumes must be attached to a node before they are mounted. Default true. Cannot be
   * changed.
   */
  attachRequired: bool(1).default(true),
  /**
   * Whether the driver is told for which pod it mounts: name, namespace, uid and more. Default
   * false.
   */
  podInfoOnMount: bool(2).default(false),
  /**
   * What kinds of volumes it offers: Persistent (default) and Ephemeral, inline in pods. Cannot be
   * changed.
   */
  volumeLifecycleModes: list(3, string).set().optional(),
  /**
   * Whether the scheduler is to heed the driver's CSIStorageCapacity objects before it creates
   * volumes. Default false.
   */
  storageCapacity: bool(4).default(false),
  /**
   * Whether a volume's files are given to the pod's fsGroup: ReadWriteOnceWithFSType (default) for
   * volumes of that access mode with a file system, File always, None never.
   */
  fsGroupPolicy: string(5).explicit().default("ReadWriteOnceWithFSType"),
  /**
   * Tokens of the pod's ServiceAccount that the driver gets when it mounts. One for each audience.
   */
  tokenRequests: list(6, () => TokenRequest).optional(),
  /**
   * Whether the driver is called again and again for mounted volumes, to refresh their content.
   * Default false.
   */
  requiresRepublish: bool(7).default(false),
  /**
   * Whether volumes can be mounted with an SELinux label, instead of relabelling each file. Default
   * false.
   */
  seLinuxMount: bool(8).optional(),
  /**
   * Seconds between updates of how many volumes a node can take. At least 10. Missing: only when
   * the driver starts.
   */
  nodeAllocatableUpdatePeriodSeconds: int64(9).optional(),
  /**
   * Whether tokens are passed to the driver among its secrets, rather than in the volume's context,
   * where they might be logged. Default false. Needs tokenRequests.
   */
  serviceAccountTokenInSecrets: bool(10).optional(),
  /**
   * Whether pods that need the driver are kept off nodes that do not have it. Default false. Part
   * of a feature that is off by default.
   */
  preventPodSchedulingIfMissing: bool(11).optional(),
}) {}

/** A token that a CSI driver wants. */
export abstract class TokenRequest extends message("io.k8s.api.storage.v1.TokenRequest", {
  /** For whom the token is. Empty: the API server. */
  audience: string(1),
  /** How long it is to be valid. At least 600. Default: what TokenRequest takes, 3600. */
  expirationSeconds: int64(2).optional(),
}) {}

/** The CSI drivers on a node. It has the node's name. Kept by the kubelet. */
export abstract class CSINode extends kind(
  "io.k8s.api.storage.v1.CSINode",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "CSINode",
    resource: "csinodes",
    singular: "csinode",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** One entry for each driver on the node. */
    spec: object(2, () => CSINodeSpec),
  },
) {}

/** The CSI drivers on a node. */
export abstract class CSINodeSpec extends message("io.k8s.api.storage.v1.CSINodeSpec", {
  /** The drivers, each with what the node has of it. */
  drivers: list(1, () => CSINodeDriver)
    .mapBy("name")
    .merge("name"),
}) {}

/** A CSI driver on a node. */
export abstract class CSINodeDriver extends message("io.k8s.api.storage.v1.CSINodeDriver", {
  /** The driver's name, as its CSIDriver object has it. */
  name: string(1),
  /** The node's name in the driver's terms. */
  nodeID: string(2),
  /** Labels of the node that tell where its volumes can be reached. */
  topologyKeys: list(3, string).always().optional(),
  /** How many volumes the node can take. */
  allocatable: object(4, () => VolumeNodeResources).optional(),
}) {}

/** How many volumes of a driver a node can take. */
export abstract class VolumeNodeResources extends message(
  "io.k8s.api.storage.v1.VolumeNodeResources",
  {
    /** How many volumes there may be, all pods together. Missing: no limit is known. */
    count: int32(1).optional(),
  },
) {}

/**
 * How much a driver can store, for a StorageClass in a part of the cluster. The scheduler heeds it.
 */
export abstract class CSIStorageCapacity extends kind(
  "io.k8s.api.storage.v1.CSIStorageCapacity",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "CSIStorageCapacity",
    resource: "csistoragecapacities",
    singular: "csistoragecapacity",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /**
     * The nodes from which that storage is reached, by label. Empty: all. Missing: none. Cannot be
     * changed.
     */
    nodeTopology: object(2, () => LabelSelector)
      .atomic()
      .optional(),
    /** The StorageClass. Cannot be changed. */
    storageClassName: string(3),
    /** How much is left. Missing: not known. */
    capacity: quantity(4).optional(),
    /** The largest volume that can be made. Missing: not known. */
    maximumVolumeSize: quantity(5).optional(),
  },
) {}

/** A kind of storage that claims can ask for by name. Most of it cannot be changed. */
export abstract class StorageClass extends kind(
  "io.k8s.api.storage.v1.StorageClass",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "StorageClass",
    resource: "storageclasses",
    singular: "storageclass",
    namespaced: false,
    shortNames: ["sc"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Who makes the volumes, such as a CSI driver. kubernetes.io/no-provisioner: nobody. */
    provisioner: string(2),
    /** Settings for the provisioner. At most 512 keys. */
    parameters: map(3, string).optional(),
    /** What becomes of its volumes when their claim is gone: Delete (default) or Retain. */
    reclaimPolicy: string(4).explicit().default("Delete"),
    /** Options for mounting its volumes. They are not checked; wrong ones make the mount fail. */
    mountOptions: list(5, string).optional(),
    /** Whether claims may be made larger. Default false. */
    allowVolumeExpansion: bool(6).optional(),
    /**
     * When volumes are bound and made: Immediate (default) with the claim, or WaitForFirstConsumer
     * once a pod uses the claim, near to that pod.
     */
    volumeBindingMode: oneOf(7, "Immediate", "WaitForFirstConsumer")
      .explicit()
      .default("Immediate"),
    /** Where volumes may be made. Missing: anywhere the provisioner can. */
    allowedTopologies: list(8, () => TopologySelectorTerm).optional(),
  },
) {}

/**
 * A wish that a volume be attached to a node, and the outcome. Written by the attach-detach
 * controller for the CSI attacher.
 */
export abstract class VolumeAttachment extends kind(
  "io.k8s.api.storage.v1.VolumeAttachment",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "VolumeAttachment",
    resource: "volumeattachments",
    singular: "volumeattachment",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which volume, to which node. Cannot be changed. */
    spec: object(2, () => VolumeAttachmentSpec),
    /** Whether it is attached. */
    status: object(3, () => VolumeAttachmentStatus)
      .implicit()
      .optional(),
  },
) {}

/** Which volume is attached to which node. */
export abstract class VolumeAttachmentSpec extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentSpec",
  {
    /** Who has to attach it: the CSI driver's name. */
    attacher: string(1),
    /** The volume to attach. */
    source: object(2, () => VolumeAttachmentSource),
    /** The node to attach it to. */
    nodeName: string(3),
  },
) {}

/** A volume to attach: one of the two. */
export abstract class VolumeAttachmentSource extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentSource",
  {
    /** Name of a PersistentVolume. */
    persistentVolumeName: string(1).explicit().optional(),
    /** A volume that was written into a pod in an outdated form, translated for CSI. */
    inlineVolumeSpec: object(2, () => PersistentVolumeSpec).optional(),
  },
) {}

/** Whether a volume is attached. */
export abstract class VolumeAttachmentStatus extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentStatus",
  {
    /** Whether the volume is attached, and so can be mounted. */
    attached: bool(1),
    /** What the attacher wants to tell those who mount it. */
    attachmentMetadata: map(2, string).optional(),
    /** The latest error of attaching. */
    attachError: object(3, () => VolumeError).optional(),
    /** The latest error of detaching. */
    detachError: object(4, () => VolumeError).optional(),
  },
) {}

/** An error with a volume. */
export abstract class VolumeError extends message("io.k8s.api.storage.v1.VolumeError", {
  /** When the error happened. */
  time: time(1).optional(),
  /** What went wrong. Must not contain secrets. */
  message: string(2).optional(),
  /** The gRPC status code of the CSI driver's answer. */
  errorCode: int32(3).optional(),
}) {}

/** Properties of volumes that can be changed after they are made, such as their speed. */
export abstract class VolumeAttributesClass extends kind(
  "io.k8s.api.storage.v1.VolumeAttributesClass",
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "VolumeAttributesClass",
    resource: "volumeattributesclasses",
    singular: "volumeattributesclass",
    namespaced: false,
    shortNames: ["vac"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The CSI driver. Cannot be changed. */
    driverName: string(2),
    /** Settings for the driver. At most 512 keys. Cannot be changed. */
    parameters: map(3, string).optional(),
  },
) {}

export abstract class CSIDriverList extends kind(
  "io.k8s.api.storage.v1.CSIDriverList",
  { group: "storage.k8s.io", version: "v1", kind: "CSIDriverList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CSIDriver),
  },
) {}

export abstract class CSINodeList extends kind(
  "io.k8s.api.storage.v1.CSINodeList",
  { group: "storage.k8s.io", version: "v1", kind: "CSINodeList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CSINode),
  },
) {}

export abstract class CSIStorageCapacityList extends kind(
  "io.k8s.api.storage.v1.CSIStorageCapacityList",
  { group: "storage.k8s.io", version: "v1", kind: "CSIStorageCapacityList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CSIStorageCapacity),
  },
) {}

export abstract class StorageClassList extends kind(
  "io.k8s.api.storage.v1.StorageClassList",
  { group: "storage.k8s.io", version: "v1", kind: "StorageClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => StorageClass),
  },
) {}

export abstract class VolumeAttachmentList extends kind(
  "io.k8s.api.storage.v1.VolumeAttachmentList",
  { group: "storage.k8s.io", version: "v1", kind: "VolumeAttachmentList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => VolumeAttachment),
  },
) {}

export abstract class VolumeAttributesClassList extends kind(
  "io.k8s.api.storage.v1.VolumeAttributesClassList",
  { group: "storage.k8s.io", version: "v1", kind: "VolumeAttributesClassList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => VolumeAttributesClass),
  },
) {}
