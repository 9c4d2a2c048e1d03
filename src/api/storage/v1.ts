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
    spec: object(2, () => CSIDriverSpec),
  },
) {}

export abstract class CSIDriverSpec extends message("io.k8s.api.storage.v1.CSIDriverSpec", {
  attachRequired: bool(1).default(true),
  podInfoOnMount: bool(2).default(false),
  volumeLifecycleModes: list(3, string).set().optional(),
  storageCapacity: bool(4).default(false),
  fsGroupPolicy: string(5).default("ReadWriteOnceWithFSType"),
  tokenRequests: list(6, () => TokenRequest).optional(),
  requiresRepublish: bool(7).default(false),
  seLinuxMount: bool(8).optional(),
  nodeAllocatableUpdatePeriodSeconds: int64(9).optional(),
  serviceAccountTokenInSecrets: bool(10).optional(),
  preventPodSchedulingIfMissing: bool(11).optional(),
}) {}

export abstract class TokenRequest extends message("io.k8s.api.storage.v1.TokenRequest", {
  audience: string(1),
  expirationSeconds: int64(2).optional(),
}) {}

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
    spec: object(2, () => CSINodeSpec),
  },
) {}

export abstract class CSINodeSpec extends message("io.k8s.api.storage.v1.CSINodeSpec", {
  drivers: list(1, () => CSINodeDriver)
    .mapBy("name")
    .merge("name"),
}) {}

export abstract class CSINodeDriver extends message("io.k8s.api.storage.v1.CSINodeDriver", {
  name: string(1),
  nodeID: string(2),
  topologyKeys: list(3, string).optional(),
  allocatable: object(4, () => VolumeNodeResources).optional(),
}) {}

export abstract class VolumeNodeResources extends message(
  "io.k8s.api.storage.v1.VolumeNodeResources",
  {
    count: int32(1).optional(),
  },
) {}

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
    nodeTopology: object(2, () => LabelSelector)
      .atomic()
      .optional(),
    storageClassName: string(3),
    capacity: quantity(4).optional(),
    maximumVolumeSize: quantity(5).optional(),
  },
) {}

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
    provisioner: string(2),
    parameters: map(3, string).optional(),
    reclaimPolicy: string(4).default("Delete"),
    mountOptions: list(5, string).optional(),
    allowVolumeExpansion: bool(6).optional(),
    volumeBindingMode: oneOf(7, "Immediate", "WaitForFirstConsumer").default("Immediate"),
    allowedTopologies: list(8, () => TopologySelectorTerm).optional(),
  },
) {}

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
    spec: object(2, () => VolumeAttachmentSpec),
    status: object(3, () => VolumeAttachmentStatus).optional(),
  },
) {}

export abstract class VolumeAttachmentSpec extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentSpec",
  {
    attacher: string(1),
    source: object(2, () => VolumeAttachmentSource),
    nodeName: string(3),
  },
) {}

export abstract class VolumeAttachmentSource extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentSource",
  {
    persistentVolumeName: string(1).optional(),
    inlineVolumeSpec: object(2, () => PersistentVolumeSpec).optional(),
  },
) {}

export abstract class VolumeAttachmentStatus extends message(
  "io.k8s.api.storage.v1.VolumeAttachmentStatus",
  {
    attached: bool(1),
    attachmentMetadata: map(2, string).optional(),
    attachError: object(3, () => VolumeError).optional(),
    detachError: object(4, () => VolumeError).optional(),
  },
) {}

export abstract class VolumeError extends message("io.k8s.api.storage.v1.VolumeError", {
  time: time(1).optional(),
  message: string(2).optional(),
  errorCode: int32(3).optional(),
}) {}

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
    driverName: string(2),
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
