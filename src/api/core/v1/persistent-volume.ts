import { bool, int32, list, map, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { NodeSelector, ObjectReference, SecretReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class PersistentVolume extends kind(
  "io.k8s.api.core.v1.PersistentVolume",
  {
    group: "",
    version: "v1",
    kind: "PersistentVolume",
    resource: "persistentvolumes",
    singular: "persistentvolume",
    namespaced: false,
    shortNames: ["pv"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => PersistentVolumeSpec).default({}),
    status: object(3, () => PersistentVolumeStatus).default({}),
  },
) {}

export abstract class PersistentVolumeSpec extends message(
  "io.k8s.api.core.v1.PersistentVolumeSpec",
  {
    capacity: map(1, quantity).optional(),
    gcePersistentDisk: object(1, () => GCEPersistentDiskVolumeSource)
      .within(2)
      .optional(),
    awsElasticBlockStore: object(2, () => AWSElasticBlockStoreVolumeSource)
      .within(2)
      .optional(),
    hostPath: object(3, () => HostPathVolumeSource)
      .within(2)
      .optional(),
    glusterfs: object(4, () => GlusterfsPersistentVolumeSource)
      .within(2)
      .optional(),
    nfs: object(5, () => NFSVolumeSource)
      .within(2)
      .optional(),
    rbd: object(6, () => RBDPersistentVolumeSource)
      .within(2)
      .optional(),
    iscsi: object(7, () => ISCSIPersistentVolumeSource)
      .within(2)
      .optional(),
    cinder: object(8, () => CinderPersistentVolumeSource)
      .within(2)
      .optional(),
    cephfs: object(9, () => CephFSPersistentVolumeSource)
      .within(2)
      .optional(),
    fc: object(10, () => FCVolumeSource)
      .within(2)
      .optional(),
    flocker: object(11, () => FlockerVolumeSource)
      .within(2)
      .optional(),
    flexVolume: object(12, () => FlexPersistentVolumeSource)
      .within(2)
      .optional(),
    azureFile: object(13, () => AzureFilePersistentVolumeSource)
      .within(2)
      .optional(),
    vsphereVolume: object(14, () => VsphereVirtualDiskVolumeSource)
      .within(2)
      .optional(),
    quobyte: object(15, () => QuobyteVolumeSource)
      .within(2)
      .optional(),
    azureDisk: object(16, () => AzureDiskVolumeSource)
      .within(2)
      .optional(),
    photonPersistentDisk: object(17, () => PhotonPersistentDiskVolumeSource)
      .within(2)
      .optional(),
    portworxVolume: object(18, () => PortworxVolumeSource)
      .within(2)
      .optional(),
    scaleIO: object(19, () => ScaleIOPersistentVolumeSource)
      .within(2)
      .optional(),
    local: object(20, () => LocalVolumeSource)
      .within(2)
      .optional(),
    storageos: object(21, () => StorageOSPersistentVolumeSource)
      .within(2)
      .optional(),
    csi: object(22, () => CSIPersistentVolumeSource)
      .within(2)
      .optional(),
    accessModes: list(3, string).optional(),
    claimRef: object(4, () => ObjectReference)
      .atomic()
      .optional(),
    persistentVolumeReclaimPolicy: oneOf(5, "Recycle", "Delete", "Retain").default("Retain"),
    storageClassName: string(6).optional(),
    mountOptions: list(7, string).optional(),
    volumeMode: oneOf(8, "Block", "Filesystem").default("Filesystem"),
    nodeAffinity: object(9, () => VolumeNodeAffinity).optional(),
    volumeAttributesClassName: string(10).optional(),
  },
) {}

export abstract class AWSElasticBlockStoreVolumeSource extends message(
  "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource",
  {
    volumeID: string(1),
    fsType: string(2).optional(),
    partition: int32(3).optional(),
    readOnly: bool(4).optional(),
  },
) {}

export abstract class AzureDiskVolumeSource extends message(
  "io.k8s.api.core.v1.AzureDiskVolumeSource",
  {
    diskName: string(1),
    diskURI: string(2),
    cachingMode: string(3).default("ReadWrite"),
    fsType: string(4).default("ext4"),
    readOnly: bool(5).default(false),
    kind: string(6).default("Shared"),
  },
) {}

export abstract class AzureFilePersistentVolumeSource extends message(
  "io.k8s.api.core.v1.AzureFilePersistentVolumeSource",
  {
    secretName: string(1),
    shareName: string(2),
    readOnly: bool(3).optional(),
    secretNamespace: string(4).optional(),
  },
) {}

export abstract class CSIPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CSIPersistentVolumeSource",
  {
    driver: string(1),
    volumeHandle: string(2),
    readOnly: bool(3).optional(),
    fsType: string(4).optional(),
    volumeAttributes: map(5, string).optional(),
    controllerPublishSecretRef: object(6, () => SecretReference)
      .atomic()
      .optional(),
    nodeStageSecretRef: object(7, () => SecretReference)
      .atomic()
      .optional(),
    nodePublishSecretRef: object(8, () => SecretReference)
      .atomic()
      .optional(),
    controllerExpandSecretRef: object(9, () => SecretReference)
      .atomic()
      .optional(),
    nodeExpandSecretRef: object(10, () => SecretReference)
      .atomic()
      .optional(),
  },
) {}

export abstract class CephFSPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CephFSPersistentVolumeSource",
  {
    monitors: list(1, string),
    path: string(2).optional(),
    user: string(3).optional(),
    secretFile: string(4).optional(),
    secretRef: object(5, () => SecretReference)
      .atomic()
      .optional(),
    readOnly: bool(6).optional(),
  },
) {}

export abstract class CinderPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CinderPersistentVolumeSource",
  {
    volumeID: string(1),
    fsType: string(2).optional(),
    readOnly: bool(3).optional(),
    secretRef: object(4, () => SecretReference)
      .atomic()
      .optional(),
  },
) {}

export abstract class FCVolumeSource extends message("io.k8s.api.core.v1.FCVolumeSource", {
  targetWWNs: list(1, string).optional(),
  lun: int32(2).optional(),
  fsType: string(3).optional(),
  readOnly: bool(4).optional(),
  wwids: list(5, string).optional(),
}) {}

export abstract class FlexPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.FlexPersistentVolumeSource",
  {
    driver: string(1),
    fsType: string(2).optional(),
    secretRef: object(3, () => SecretReference)
      .atomic()
      .optional(),
    readOnly: bool(4).optional(),
    options: map(5, string).optional(),
  },
) {}

export abstract class FlockerVolumeSource extends message(
  "io.k8s.api.core.v1.FlockerVolumeSource",
  {
    datasetName: string(1).optional(),
    datasetUUID: string(2).optional(),
  },
) {}

export abstract class GCEPersistentDiskVolumeSource extends message(
  "io.k8s.api.core.v1.GCEPersistentDiskVolumeSource",
  {
    pdName: string(1),
    fsType: string(2).optional(),
    partition: int32(3).optional(),
    readOnly: bool(4).optional(),
  },
) {}

export abstract class GlusterfsPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.GlusterfsPersistentVolumeSource",
  {
    endpoints: string(1),
    path: string(2),
    readOnly: bool(3).optional(),
    endpointsNamespace: string(4).optional(),
  },
) {}

export abstract class HostPathVolumeSource extends message(
  "io.k8s.api.core.v1.HostPathVolumeSource",
  {
    path: string(1),
    type: string(2).default(""),
  },
) {}

export abstract class ISCSIPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.ISCSIPersistentVolumeSource",
  {
    targetPortal: string(1),
    iqn: string(2),
    lun: int32(3),
    iscsiInterface: string(4).default("default"),
    fsType: string(5).optional(),
    readOnly: bool(6).optional(),
    portals: list(7, string).optional(),
    chapAuthDiscovery: bool(8).optional(),
    secretRef: object(10, () => SecretReference)
      .atomic()
      .optional(),
    chapAuthSession: bool(11).optional(),
    initiatorName: string(12).optional(),
  },
) {}

export abstract class LocalVolumeSource extends message("io.k8s.api.core.v1.LocalVolumeSource", {
  path: string(1),
  fsType: string(2).optional(),
}) {}

export abstract class NFSVolumeSource extends message("io.k8s.api.core.v1.NFSVolumeSource", {
  server: string(1),
  path: string(2),
  readOnly: bool(3).optional(),
}) {}

export abstract class PhotonPersistentDiskVolumeSource extends message(
  "io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource",
  {
    pdID: string(1),
    fsType: string(2).optional(),
  },
) {}

export abstract class PortworxVolumeSource extends message(
  "io.k8s.api.core.v1.PortworxVolumeSource",
  {
    volumeID: string(1),
    fsType: string(2).optional(),
    readOnly: bool(3).optional(),
  },
) {}

export abstract class QuobyteVolumeSource extends message(
  "io.k8s.api.core.v1.QuobyteVolumeSource",
  {
    registry: string(1),
    volume: string(2),
    readOnly: bool(3).optional(),
    user: string(4).optional(),
    group: string(5).optional(),
    tenant: string(6).optional(),
  },
) {}

export abstract class RBDPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.RBDPersistentVolumeSource",
  {
    monitors: list(1, string),
    image: string(2),
    fsType: string(3).optional(),
    pool: string(4).default("rbd"),
    user: string(5).default("admin"),
    keyring: string(6).default("/etc/ceph/keyring"),
    secretRef: object(7, () => SecretReference)
      .atomic()
      .optional(),
    readOnly: bool(8).optional(),
  },
) {}

export abstract class ScaleIOPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource",
  {
    gateway: string(1),
    system: string(2),
    secretRef: object(3, () => SecretReference).atomic(),
    sslEnabled: bool(4).optional(),
    protectionDomain: string(5).optional(),
    storagePool: string(6).optional(),
    storageMode: string(7).default("ThinProvisioned"),
    volumeName: string(8).optional(),
    fsType: string(9).default("xfs"),
    readOnly: bool(10).optional(),
  },
) {}

export abstract class StorageOSPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.StorageOSPersistentVolumeSource",
  {
    volumeName: string(1).optional(),
    volumeNamespace: string(2).optional(),
    fsType: string(3).optional(),
    readOnly: bool(4).optional(),
    secretRef: object(5, () => ObjectReference)
      .atomic()
      .optional(),
  },
) {}

export abstract class VolumeNodeAffinity extends message("io.k8s.api.core.v1.VolumeNodeAffinity", {
  required: object(1, () => NodeSelector)
    .atomic()
    .optional(),
}) {}

export abstract class VsphereVirtualDiskVolumeSource extends message(
  "io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource",
  {
    volumePath: string(1),
    fsType: string(2).optional(),
    storagePolicyName: string(3).optional(),
    storagePolicyID: string(4).optional(),
  },
) {}

export abstract class PersistentVolumeStatus extends message(
  "io.k8s.api.core.v1.PersistentVolumeStatus",
  {
    phase: oneOf(1, "Pending", "Available", "Bound", "Released", "Failed").optional(),
    message: string(2).optional(),
    reason: string(3).optional(),
    lastPhaseTransitionTime: time(4).optional(),
  },
) {}

export abstract class PersistentVolumeList extends kind(
  "io.k8s.api.core.v1.PersistentVolumeList",
  { group: "", version: "v1", kind: "PersistentVolumeList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PersistentVolume),
  },
) {}
