import { bool, int32, list, map, object, oneOf, quantity, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { NodeSelector, ObjectReference, SecretReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** A piece of storage in the cluster, made by an administrator or on demand for a claim. */
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
    /** The storage. What it is stored on cannot be changed. */
    spec: object(2, () => PersistentVolumeSpec).default({}),
    /** Whether it is in use. */
    status: object(3, () => PersistentVolumeStatus).default({}),
  },
) {}

/** A piece of storage. Exactly one field says what it is stored on. */
export abstract class PersistentVolumeSpec extends message(
  "io.k8s.api.core.v1.PersistentVolumeSpec",
  {
    /** Size of the volume, under the name storage: storage: 10Gi. */
    capacity: map(1, quantity).optional(),
    /**
     * Outdated: a persistent disk of Google Compute Engine, handled by the CSI driver
     * pd.csi.storage.gke.io.
     */
    gcePersistentDisk: object(1, () => GCEPersistentDiskVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: a volume of Amazon EBS, handled by the CSI driver ebs.csi.aws.com. */
    awsElasticBlockStore: object(2, () => AWSElasticBlockStoreVolumeSource)
      .within(2)
      .optional(),
    /** A directory of the node, for trying things out on a single node. */
    hostPath: object(3, () => HostPathVolumeSource)
      .within(2)
      .optional(),
    /** A Gluster volume. No longer supported. */
    glusterfs: object(4, () => GlusterfsPersistentVolumeSource)
      .within(2)
      .optional(),
    /** A directory of an NFS server, which many nodes can mount at once. */
    nfs: object(5, () => NFSVolumeSource)
      .within(2)
      .optional(),
    /** A Ceph block device. No longer supported. */
    rbd: object(6, () => RBDPersistentVolumeSource)
      .within(2)
      .optional(),
    /** An iSCSI disk, attached to the node by the kubelet. */
    iscsi: object(7, () => ISCSIPersistentVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: an OpenStack Cinder volume, handled by the CSI driver cinder.csi.openstack.org. */
    cinder: object(8, () => CinderPersistentVolumeSource)
      .within(2)
      .optional(),
    /** A Ceph file system. No longer supported. */
    cephfs: object(9, () => CephFSPersistentVolumeSource)
      .within(2)
      .optional(),
    /** A Fibre Channel disk, attached to the node by the kubelet. */
    fc: object(10, () => FCVolumeSource)
      .within(2)
      .optional(),
    /** A Flocker dataset. No longer supported. */
    flocker: object(11, () => FlockerVolumeSource)
      .within(2)
      .optional(),
    /** A volume that a program on the node provides. Deprecated: use a CSI driver. */
    flexVolume: object(12, () => FlexPersistentVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: an Azure file share, handled by the CSI driver file.csi.azure.com. */
    azureFile: object(13, () => AzureFilePersistentVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: a vSphere virtual disk, handled by the CSI driver csi.vsphere.vmware.com. */
    vsphereVolume: object(14, () => VsphereVirtualDiskVolumeSource)
      .within(2)
      .optional(),
    /** A Quobyte volume. No longer supported. */
    quobyte: object(15, () => QuobyteVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: an Azure data disk, handled by the CSI driver disk.csi.azure.com. */
    azureDisk: object(16, () => AzureDiskVolumeSource)
      .within(2)
      .optional(),
    /** A Photon disk. No longer supported. */
    photonPersistentDisk: object(17, () => PhotonPersistentDiskVolumeSource)
      .within(2)
      .optional(),
    /** Outdated: a Portworx volume, handled by the CSI driver pxd.portworx.com. */
    portworxVolume: object(18, () => PortworxVolumeSource)
      .within(2)
      .optional(),
    /** A ScaleIO volume. No longer supported. */
    scaleIO: object(19, () => ScaleIOPersistentVolumeSource)
      .within(2)
      .optional(),
    /** A disk, partition or directory of one node. Needs nodeAffinity. */
    local: object(20, () => LocalVolumeSource)
      .within(2)
      .optional(),
    /** A StorageOS volume. No longer supported. */
    storageos: object(21, () => StorageOSPersistentVolumeSource)
      .within(2)
      .optional(),
    /** A volume of a CSI driver: the usual kind today. */
    csi: object(22, () => CSIPersistentVolumeSource)
      .within(2)
      .optional(),
    /**
     * All the ways in which it can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany,
     * ReadWriteOncePod.
     */
    accessModes: list(3, string).optional(),
    /** The claim that it is bound to. Given in advance, it is kept for that claim. */
    claimRef: object(4, () => ObjectReference)
      .atomic()
      .optional(),
    /**
     * What becomes of it when its claim is gone:
     * - Retain: it stays with its data, to be dealt with by hand. The default for volumes made by
     *   hand.
     * - Delete: it is deleted, storage included. The default for volumes made on demand.
     * - Recycle: its files are deleted and it is offered again. Deprecated.
     */
    persistentVolumeReclaimPolicy: oneOf(5, "Recycle", "Delete", "Retain").default("Retain"),
    /** The StorageClass that it belongs to; claims of that class may get it. Empty means none. */
    storageClassName: string(6).optional(),
    /**
     * Options for mounting, such as ro or soft. They are not checked; wrong ones make the mount
     * fail.
     */
    mountOptions: list(7, string).optional(),
    /** Filesystem (default) to be mounted, or Block for a raw device. */
    volumeMode: oneOf(8, "Block", "Filesystem").explicit().default("Filesystem"),
    /** The nodes from which it can be reached. Pods that use it are placed there. */
    nodeAffinity: object(9, () => VolumeNodeAffinity).optional(),
    /** The VolumeAttributesClass whose properties it has. Missing means none. */
    volumeAttributesClassName: string(10).explicit().optional(),
  },
) {}

/** Outdated: a volume of Amazon EBS, handled by the CSI driver ebs.csi.aws.com. */
export abstract class AWSElasticBlockStoreVolumeSource extends message(
  "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource",
  {
    /** The volume's id. */
    volumeID: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
    /** Number of the partition to mount. Default 0: the whole disk. */
    partition: int32(3).implicit().optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(4).implicit().optional(),
  },
) {}

/** Outdated: an Azure data disk, handled by the CSI driver disk.csi.azure.com. */
export abstract class AzureDiskVolumeSource extends message(
  "io.k8s.api.core.v1.AzureDiskVolumeSource",
  {
    /** The disk's name. */
    diskName: string(1),
    /** The disk's URI. */
    diskURI: string(2),
    /** None, ReadOnly or ReadWrite (default). */
    cachingMode: string(3).explicit().default("ReadWrite"),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(4).explicit().default("ext4"),
    /** Mount it read-only. Default false. */
    readOnly: bool(5).default(false),
    /** Shared (default), Dedicated or Managed: how the disk belongs to storage accounts. */
    kind: string(6).explicit().default("Shared"),
  },
) {}

/** Outdated: an Azure file share, handled by the CSI driver file.csi.azure.com. */
export abstract class AzureFilePersistentVolumeSource extends message(
  "io.k8s.api.core.v1.AzureFilePersistentVolumeSource",
  {
    /** The Secret with the storage account's name and key. */
    secretName: string(1),
    /** The share's name. */
    shareName: string(2),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
    /** The Secret's namespace. Default: the claim's. */
    secretNamespace: string(4).explicit().optional(),
  },
) {}

/**
 * A volume of a CSI driver. The Secrets are passed to the driver with the call that the field's
 * name tells.
 */
export abstract class CSIPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CSIPersistentVolumeSource",
  {
    /** The driver's name, as its CSIDriver object has it. */
    driver: string(1),
    /** The volume's id at the driver. */
    volumeHandle: string(2),
    /** Attach it for reading only. Default false. */
    readOnly: bool(3).implicit().optional(),
    /** The file system to mount: ext4, xfs, ntfs. Default: what the driver takes. */
    fsType: string(4).optional(),
    /** What the driver wants to know about the volume. */
    volumeAttributes: map(5, string).optional(),
    /** The Secret for attaching and detaching. */
    controllerPublishSecretRef: object(6, () => SecretReference)
      .atomic()
      .optional(),
    /** The Secret for preparing the volume on a node. */
    nodeStageSecretRef: object(7, () => SecretReference)
      .atomic()
      .optional(),
    /** The Secret for mounting into a pod. */
    nodePublishSecretRef: object(8, () => SecretReference)
      .atomic()
      .optional(),
    /** The Secret for growing the volume. */
    controllerExpandSecretRef: object(9, () => SecretReference)
      .atomic()
      .optional(),
    /** The Secret for growing the file system on the node. */
    nodeExpandSecretRef: object(10, () => SecretReference)
      .atomic()
      .optional(),
  },
) {}

/** A Ceph file system. No longer supported. */
export abstract class CephFSPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CephFSPersistentVolumeSource",
  {
    /** Addresses of the Ceph monitors. */
    monitors: list(1, string),
    /** The directory to mount. Default: /. */
    path: string(2).optional(),
    /** The Ceph user. Default: admin. */
    user: string(3).optional(),
    /** File on the node with the user's key. Default: /etc/ceph/user.secret. */
    secretFile: string(4).optional(),
    /** A Secret with the user's key, instead of secretFile. */
    secretRef: object(5, () => SecretReference)
      .atomic()
      .optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(6).implicit().optional(),
  },
) {}

/** Outdated: an OpenStack Cinder volume, handled by the CSI driver cinder.csi.openstack.org. */
export abstract class CinderPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.CinderPersistentVolumeSource",
  {
    /** The volume's id. */
    volumeID: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
    /** A Secret with what is needed to reach OpenStack. */
    secretRef: object(4, () => SecretReference)
      .atomic()
      .optional(),
  },
) {}

/** A Fibre Channel disk. It can be mounted for writing by one node only. */
export abstract class FCVolumeSource extends message("io.k8s.api.core.v1.FCVolumeSource", {
  /** World wide names of the targets. Together with lun, or else wwids. */
  targetWWNs: list(1, string).optional(),
  /** Number of the logical unit. */
  lun: int32(2).optional(),
  /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
  fsType: string(3).optional(),
  /** Mount it read-only. Default false. */
  readOnly: bool(4).implicit().optional(),
  /** World wide ids of the disk, instead of targetWWNs and lun. */
  wwids: list(5, string).optional(),
}) {}

/** A volume that a program on the node provides. Deprecated: use a CSI driver. */
export abstract class FlexPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.FlexPersistentVolumeSource",
  {
    /** The program's name, VENDOR/DRIVER. */
    driver: string(1),
    /** The file system to mount. Default: what the program takes. */
    fsType: string(2).optional(),
    /** A Secret whose entries are passed to the program. */
    secretRef: object(3, () => SecretReference)
      .atomic()
      .optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(4).implicit().optional(),
    /** Settings for the program. */
    options: map(5, string).optional(),
  },
) {}

/** A Flocker dataset. No longer supported. */
export abstract class FlockerVolumeSource extends message(
  "io.k8s.api.core.v1.FlockerVolumeSource",
  {
    /** The dataset's name. Deprecated. */
    datasetName: string(1).optional(),
    /** The dataset's unique id. */
    datasetUUID: string(2).optional(),
  },
) {}

/**
 * Outdated: a persistent disk of Google Compute Engine, handled by the CSI driver
 * pd.csi.storage.gke.io.
 */
export abstract class GCEPersistentDiskVolumeSource extends message(
  "io.k8s.api.core.v1.GCEPersistentDiskVolumeSource",
  {
    /** The disk's name. */
    pdName: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
    /** Number of the partition to mount. Default 0: the whole disk. */
    partition: int32(3).implicit().optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(4).implicit().optional(),
  },
) {}

/** A Gluster volume. No longer supported. */
export abstract class GlusterfsPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.GlusterfsPersistentVolumeSource",
  {
    /** Name of the Endpoints object with the servers' addresses. */
    endpoints: string(1),
    /** The volume's name. */
    path: string(2),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
    /** Namespace of the Endpoints object. Default: the claim's. */
    endpointsNamespace: string(4).explicit().optional(),
  },
) {}

/** A file or directory of the node. */
export abstract class HostPathVolumeSource extends message(
  "io.k8s.api.core.v1.HostPathVolumeSource",
  {
    /** Path on the node. A symbolic link is followed. */
    path: string(1),
    /**
     * What must be there:
     * - empty (default): no check.
     * - DirectoryOrCreate: a directory; made with permissions 0755 if missing.
     * - Directory: an existing directory.
     * - FileOrCreate: a file; made with permissions 0644 if missing.
     * - File: an existing file.
     * - Socket, CharDevice, BlockDevice: an existing one of these.
     */
    type: string(2).explicit().default(""),
  },
) {}

/** An iSCSI disk. It can be mounted for writing by one node only. */
export abstract class ISCSIPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.ISCSIPersistentVolumeSource",
  {
    /** Address of the target, with the port unless it is 3260. */
    targetPortal: string(1),
    /** The target's qualified name. */
    iqn: string(2),
    /** Number of the logical unit. */
    lun: int32(3),
    /** The initiator's transport. Default: default, which is tcp. */
    iscsiInterface: string(4).default("default"),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(5).optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(6).implicit().optional(),
    /** More addresses of the target, for several paths. */
    portals: list(7, string).optional(),
    /** Use CHAP authentication for discovery. Default false. */
    chapAuthDiscovery: bool(8).implicit().optional(),
    /** A Secret with the CHAP credentials. */
    secretRef: object(10, () => SecretReference)
      .atomic()
      .optional(),
    /** Use CHAP authentication for sessions. Default false. */
    chapAuthSession: bool(11).implicit().optional(),
    /** Name of the initiator. A new interface is made for it. */
    initiatorName: string(12).explicit().optional(),
  },
) {}

/** A disk, partition or directory of one node. */
export abstract class LocalVolumeSource extends message("io.k8s.api.core.v1.LocalVolumeSource", {
  /** Path on the node: a directory or a block device. */
  path: string(1),
  /**
   * The file system, where the path is a block device. Default: a file system that is already
   * there, or else ext4.
   */
  fsType: string(2).explicit().optional(),
}) {}

/** A directory of an NFS server. */
export abstract class NFSVolumeSource extends message("io.k8s.api.core.v1.NFSVolumeSource", {
  /** Host name or address of the server. */
  server: string(1),
  /** The directory that the server exports. */
  path: string(2),
  /** Mount it read-only. Default false. */
  readOnly: bool(3).implicit().optional(),
}) {}

/** A Photon disk. No longer supported. */
export abstract class PhotonPersistentDiskVolumeSource extends message(
  "io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource",
  {
    /** The disk's id. */
    pdID: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
  },
) {}

/** Outdated: a Portworx volume, handled by the CSI driver pxd.portworx.com. */
export abstract class PortworxVolumeSource extends message(
  "io.k8s.api.core.v1.PortworxVolumeSource",
  {
    /** The volume's id. */
    volumeID: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
  },
) {}

/** A Quobyte volume. No longer supported. */
export abstract class QuobyteVolumeSource extends message(
  "io.k8s.api.core.v1.QuobyteVolumeSource",
  {
    /** Addresses of the registry, HOST:PORT, with commas between them. */
    registry: string(1),
    /** The volume's name. */
    volume: string(2),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
    /** User as whom to access it. Default: the owner of the mounting process. */
    user: string(4).optional(),
    /** Group as which to access it. Default: none. */
    group: string(5).optional(),
    /** The tenant that owns it, in Quobyte's terms. */
    tenant: string(6).optional(),
  },
) {}

/** A Ceph block device. No longer supported. */
export abstract class RBDPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.RBDPersistentVolumeSource",
  {
    /** Addresses of the Ceph monitors. */
    monitors: list(1, string),
    /** The image's name. */
    image: string(2),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(3).optional(),
    /** The pool's name. Default: rbd. */
    pool: string(4).default("rbd"),
    /** The Ceph user. Default: admin. */
    user: string(5).default("admin"),
    /** File on the node with the user's key. Default: /etc/ceph/keyring. */
    keyring: string(6).default("/etc/ceph/keyring"),
    /** A Secret with the user's key, instead of keyring. */
    secretRef: object(7, () => SecretReference)
      .atomic()
      .optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(8).implicit().optional(),
  },
) {}

/** A ScaleIO volume. No longer supported. */
export abstract class ScaleIOPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource",
  {
    /** Address of the API gateway. */
    gateway: string(1),
    /** Name of the storage system. */
    system: string(2),
    /** A Secret with the user's credentials. */
    secretRef: object(3, () => SecretReference)
      .explicit()
      .atomic(),
    /** Use TLS towards the gateway. Default false. */
    sslEnabled: bool(4).implicit().optional(),
    /** The protection domain. */
    protectionDomain: string(5).optional(),
    /** The storage pool. */
    storagePool: string(6).optional(),
    /** ThickProvisioned or ThinProvisioned (default). */
    storageMode: string(7).default("ThinProvisioned"),
    /** Name of an existing volume. */
    volumeName: string(8).optional(),
    /** The file system to mount. Default: xfs. */
    fsType: string(9).default("xfs"),
    /** Mount it read-only. Default false. */
    readOnly: bool(10).implicit().optional(),
  },
) {}

/** A StorageOS volume. No longer supported. */
export abstract class StorageOSPersistentVolumeSource extends message(
  "io.k8s.api.core.v1.StorageOSPersistentVolumeSource",
  {
    /** The volume's name. */
    volumeName: string(1).optional(),
    /** The volume's namespace in StorageOS. Default: the claim's. */
    volumeNamespace: string(2).optional(),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(3).optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(4).implicit().optional(),
    /** A Secret with the API's credentials. */
    secretRef: object(5, () => ObjectReference)
      .atomic()
      .optional(),
  },
) {}

/** The nodes from which a volume can be reached. */
export abstract class VolumeNodeAffinity extends message("io.k8s.api.core.v1.VolumeNodeAffinity", {
  /** What a node must have for the volume to be reached from it. */
  required: object(1, () => NodeSelector)
    .atomic()
    .optional(),
}) {}

/** Outdated: a vSphere virtual disk, handled by the CSI driver csi.vsphere.vmware.com. */
export abstract class VsphereVirtualDiskVolumeSource extends message(
  "io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource",
  {
    /** Path of the disk's file. */
    volumePath: string(1),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(2).optional(),
    /** Name of the storage policy. */
    storagePolicyName: string(3).optional(),
    /** Id of the storage policy. */
    storagePolicyID: string(4).optional(),
  },
) {}

/** Whether a volume is in use. */
export abstract class PersistentVolumeStatus extends message(
  "io.k8s.api.core.v1.PersistentVolumeStatus",
  {
    /**
     * Where it stands in its life:
     * - Pending: not ready to be used.
     * - Available: not bound to a claim.
     * - Bound: bound to a claim.
     * - Released: its claim is gone, but it has not been reclaimed.
     * - Failed: reclaiming it failed.
     */
    phase: oneOf(1, "Pending", "Available", "Bound", "Released", "Failed").optional(),
    /** Why it is in this phase, for people. */
    message: string(2).optional(),
    /** Why it failed, in a word. */
    reason: string(3).optional(),
    /** When the volume entered its present phase. */
    lastPhaseTransitionTime: time(4).explicit().optional(),
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
