import { bool, int32, int64, list, map, object, quantity, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  HostPathVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./persistent-volume.ts";
import { PersistentVolumeClaimTemplate } from "./persistent-volume-claim.ts";
import { LocalObjectReference, ObjectFieldSelector, ResourceFieldSelector } from "./shared.ts";
import { LabelSelector } from "#api/meta/v1.ts";

/** Outdated: an Azure file share, handled by the CSI driver file.csi.azure.com. */
export abstract class AzureFileVolumeSource extends message(
  "io.k8s.api.core.v1.AzureFileVolumeSource",
  {
    /** The Secret with the storage account's name and key. */
    secretName: string(1),
    /** The share's name. */
    shareName: string(2),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
  },
) {}

/** A volume that a CSI driver makes for one pod. */
export abstract class CSIVolumeSource extends message("io.k8s.api.core.v1.CSIVolumeSource", {
  /** The driver's name, as its CSIDriver object has it. */
  driver: string(1),
  /** Mount it read-only. Default false. */
  readOnly: bool(2).optional(),
  /** The file system to mount. Default: what the driver takes. */
  fsType: string(3).explicit().optional(),
  /** Settings for the driver, in its own terms. */
  volumeAttributes: map(4, string).optional(),
  /** A Secret that the driver needs for mounting. */
  nodePublishSecretRef: object(5, () => LocalObjectReference)
    .atomic()
    .optional(),
}) {}

/** A Ceph file system. No longer supported. */
export abstract class CephFSVolumeSource extends message("io.k8s.api.core.v1.CephFSVolumeSource", {
  /** Addresses of the Ceph monitors. */
  monitors: list(1, string),
  /** The directory to mount. Default: /. */
  path: string(2).optional(),
  /** The Ceph user. Default: admin. */
  user: string(3).optional(),
  /** File on the node with the user's key. Default: /etc/ceph/user.secret. */
  secretFile: string(4).optional(),
  /** A Secret with the user's key, instead of secretFile. */
  secretRef: object(5, () => LocalObjectReference)
    .atomic()
    .optional(),
  /** Mount it read-only. Default false. */
  readOnly: bool(6).implicit().optional(),
}) {}

/** Outdated: an OpenStack Cinder volume, handled by the CSI driver cinder.csi.openstack.org. */
export abstract class CinderVolumeSource extends message("io.k8s.api.core.v1.CinderVolumeSource", {
  /** The volume's id. */
  volumeID: string(1),
  /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
  fsType: string(2).optional(),
  /** Mount it read-only. Default false. */
  readOnly: bool(3).implicit().optional(),
  /** A Secret with what is needed to reach OpenStack. */
  secretRef: object(4, () => LocalObjectReference)
    .atomic()
    .optional(),
}) {}

/**
 * The certificates of ClusterTrustBundles, as one PEM file that follows their changes. Part of a
 * feature that is off by default.
 */
export abstract class ClusterTrustBundleProjection extends message(
  "io.k8s.api.core.v1.ClusterTrustBundleProjection",
  {
    /** One bundle. Not together with signerName. */
    name: string(1).explicit().optional(),
    /** All bundles of this signer that labelSelector chooses. */
    signerName: string(2).explicit().optional(),
    /** Which bundles of the signer to take. Missing takes none; empty takes all. */
    labelSelector: object(3, () => LabelSelector)
      .atomic()
      .optional(),
    /** The file's path, relative to the volume's root. */
    path: string(4),
    /**
     * If true, bundles that do not exist give an empty file. If false (default), the pod waits for
     * them.
     */
    optional: bool(5).optional(),
  },
) {}

/** The entries of a ConfigMap, as files of a projected volume. */
export abstract class ConfigMapProjection extends message(
  "io.k8s.api.core.v1.ConfigMapProjection",
  {
    /** The ConfigMap, in the pod's namespace. */
    name: string(1).within(1).optional(),
    /** Which entries become which files. Default: each entry becomes a file named by its key. */
    items: list(2, () => KeyToPath).optional(),
    /**
     * If true, the ConfigMap and the keys may be missing. If false (default), the pod waits for
     * them.
     */
    optional: bool(4).optional(),
  },
) {}

/** An entry that becomes a file. */
export abstract class KeyToPath extends message("io.k8s.api.core.v1.KeyToPath", {
  /** The key of the entry that becomes the file. */
  key: string(1),
  /** The file's path, relative to the volume's root, without two dots as a step. */
  path: string(2),
  /**
   * Permission bits of this file: 0 to 511, or octal 0000 to 0777 in YAML. Default: the volume's
   * defaultMode. fsGroup may add bits.
   */
  mode: int32(3).optional(),
}) {}

/** The entries of a ConfigMap, as files. They follow its changes. */
export abstract class ConfigMapVolumeSource extends message(
  "io.k8s.api.core.v1.ConfigMapVolumeSource",
  {
    /** The ConfigMap, in the pod's namespace. */
    name: string(1).within(1).optional(),
    /** Which entries become which files. Default: each entry becomes a file named by its key. */
    items: list(2, () => KeyToPath).optional(),
    /**
     * Permission bits of the files: 0 to 511, or octal 0000 to 0777 in YAML. Default 420, which is
     * 0644. fsGroup may add bits.
     */
    defaultMode: int32(3).default(420),
    /**
     * If true, the ConfigMap and the keys may be missing. If false (default), the pod waits for
     * them.
     */
    optional: bool(4).optional(),
  },
) {}

/** Facts about the pod, as files of a projected volume. */
export abstract class DownwardAPIProjection extends message(
  "io.k8s.api.core.v1.DownwardAPIProjection",
  {
    /** The files, each with its path and content. */
    items: list(1, () => DownwardAPIVolumeFile).optional(),
  },
) {}

/** A file with one fact about the pod. Exactly one of fieldRef and resourceFieldRef. */
export abstract class DownwardAPIVolumeFile extends message(
  "io.k8s.api.core.v1.DownwardAPIVolumeFile",
  {
    /** The file's path, relative to the volume's root, without two dots as a step. */
    path: string(1),
    /**
     * A field: metadata.name, metadata.namespace, metadata.uid, metadata.labels or
     * metadata.annotations, also with ['KEY'].
     */
    fieldRef: object(2, () => ObjectFieldSelector)
      .atomic()
      .optional(),
    /** A request or limit of a container: limits.cpu, requests.memory and so on. */
    resourceFieldRef: object(3, () => ResourceFieldSelector)
      .atomic()
      .optional(),
    /**
     * Permission bits of this file: 0 to 511, or octal 0000 to 0777 in YAML. Default: the volume's
     * defaultMode. fsGroup may add bits.
     */
    mode: int32(4).optional(),
  },
) {}

/** Facts about the pod, as files. They follow changes of labels and annotations. */
export abstract class DownwardAPIVolumeSource extends message(
  "io.k8s.api.core.v1.DownwardAPIVolumeSource",
  {
    /** The files, each with its path and content. */
    items: list(1, () => DownwardAPIVolumeFile).optional(),
    /**
     * Permission bits of the files: 0 to 511, or octal 0000 to 0777 in YAML. Default 420, which is
     * 0644. fsGroup may add bits.
     */
    defaultMode: int32(2).default(420),
  },
) {}

/**
 * A directory that is empty at first and deleted with the pod. It survives restarts of containers.
 */
export abstract class EmptyDirVolumeSource extends message(
  "io.k8s.api.core.v1.EmptyDirVolumeSource",
  {
    /**
     * Where it is kept: empty (default) for the node's disk, Memory for a tmpfs that counts as the
     * containers' memory.
     */
    medium: string(1).optional(),
    /**
     * How much it may hold; a pod that exceeds it is evicted. For Memory the containers' limits
     * hold too. Default: no limit.
     */
    sizeLimit: quantity(2).optional(),
  },
) {}

/** A claim that is made for a pod and deleted with it. */
export abstract class EphemeralVolumeSource extends message(
  "io.k8s.api.core.v1.EphemeralVolumeSource",
  {
    /** The claim to make. Required; cannot be changed. */
    volumeClaimTemplate: object(1, () => PersistentVolumeClaimTemplate).optional(),
  },
) {}

/** A volume that a program on the node provides. Deprecated: use a CSI driver. */
export abstract class FlexVolumeSource extends message("io.k8s.api.core.v1.FlexVolumeSource", {
  /** The program's name, VENDOR/DRIVER. */
  driver: string(1),
  /** The file system to mount. Default: what the program takes. */
  fsType: string(2).optional(),
  /** A Secret whose entries are passed to the program. */
  secretRef: object(3, () => LocalObjectReference)
    .atomic()
    .optional(),
  /** Mount it read-only. Default false. */
  readOnly: bool(4).implicit().optional(),
  /** Settings for the program. */
  options: map(5, string).optional(),
}) {}

/** A clone of a git repository. Deprecated and switched off. */
export abstract class GitRepoVolumeSource extends message(
  "io.k8s.api.core.v1.GitRepoVolumeSource",
  {
    /** The repository's URL. */
    repository: string(1),
    /** The commit to check out. */
    revision: string(2).optional(),
    /**
     * Where to put it. A dot means the volume itself. Default: a directory named like the
     * repository.
     */
    directory: string(3).optional(),
  },
) {}

/** A Gluster volume. No longer supported. */
export abstract class GlusterfsVolumeSource extends message(
  "io.k8s.api.core.v1.GlusterfsVolumeSource",
  {
    /** Name of the Endpoints object with the servers' addresses. */
    endpoints: string(1),
    /** The volume's name. */
    path: string(2),
    /** Mount it read-only. Default false. */
    readOnly: bool(3).implicit().optional(),
  },
) {}

/** An iSCSI disk. It can be mounted for writing by one node only. */
export abstract class ISCSIVolumeSource extends message("io.k8s.api.core.v1.ISCSIVolumeSource", {
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
  secretRef: object(10, () => LocalObjectReference)
    .atomic()
    .optional(),
  /** Use CHAP authentication for sessions. Default false. */
  chapAuthSession: bool(11).implicit().optional(),
  /** Name of the initiator. A new interface is made for it. */
  initiatorName: string(12).explicit().optional(),
}) {}

/** The files of an image or OCI artifact, read-only. */
export abstract class ImageVolumeSource extends message("io.k8s.api.core.v1.ImageVolumeSource", {
  /**
   * The image. The registry's credentials are found as for containers' images. Controllers'
   * templates may leave it out for others to fill in.
   */
  reference: string(1).optional(),
  /**
   * When to pull it: Always (default for the tag latest), IfNotPresent (default otherwise) or
   * Never.
   */
  pullPolicy: string(2).optional(),
}) {}

/** The storage behind a claim. */
export abstract class PersistentVolumeClaimVolumeSource extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource",
  {
    /** The claim, in the pod's namespace. */
    claimName: string(1),
    /** Mount it read-only, in all containers. Default false. */
    readOnly: bool(2).implicit().optional(),
  },
) {}

/**
 * A private key and a certificate for the pod's identity, renewed in time by the kubelet. Part of a
 * feature that is off by default.
 */
export abstract class PodCertificateProjection extends message(
  "io.k8s.api.core.v1.PodCertificateProjection",
  {
    /** The signer that issues the certificate. */
    signerName: string(1),
    /** Kind of key: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519. */
    keyType: string(2),
    /**
     * Longest life of a certificate: from 3600 to 7862400. The signer may issue shorter ones.
     * Default 86400, a day.
     */
    maxExpirationSeconds: int32(3).optional(),
    /**
     * File for the key and the certificate chain together, in PEM. Preferable to two files, which
     * change one after the other.
     */
    credentialBundlePath: string(4).optional(),
    /** File for the key alone, in PEM. */
    keyPath: string(5).optional(),
    /** File for the certificate chain alone, in PEM. */
    certificateChainPath: string(6).optional(),
    /** Details for the signer, by qualified key. */
    userAnnotations: map(7, string).optional(),
  },
) {}

/** Several sources in one directory. */
export abstract class ProjectedVolumeSource extends message(
  "io.k8s.api.core.v1.ProjectedVolumeSource",
  {
    /** The sources, each with paths of its own. */
    sources: list(1, () => VolumeProjection)
      .always()
      .optional(),
    /**
     * Permission bits of the files: 0 to 511, or octal 0000 to 0777 in YAML. Default 420, which is
     * 0644. fsGroup may add bits.
     */
    defaultMode: int32(2).default(420),
  },
) {}

/** One source of a projected volume. Exactly one field is set. */
export abstract class VolumeProjection extends message("io.k8s.api.core.v1.VolumeProjection", {
  /** Entries of a Secret, as files. */
  secret: object(1, () => SecretProjection).optional(),
  /** Facts about the pod, as files in the same directory. */
  downwardAPI: object(2, () => DownwardAPIProjection).optional(),
  /** Entries of a ConfigMap, as files. */
  configMap: object(3, () => ConfigMapProjection).optional(),
  /** A token of the pod's ServiceAccount. */
  serviceAccountToken: object(4, () => ServiceAccountTokenProjection).optional(),
  /** Certificates of ClusterTrustBundles, as one file. Part of a feature that is off by default. */
  clusterTrustBundle: object(5, () => ClusterTrustBundleProjection).optional(),
  /** A key and a certificate for the pod, as files. Part of a feature that is off by default. */
  podCertificate: object(6, () => PodCertificateProjection).optional(),
}) {}

/** The entries of a Secret, as files of a projected volume. */
export abstract class SecretProjection extends message("io.k8s.api.core.v1.SecretProjection", {
  /** The Secret, in the pod's namespace. */
  name: string(1).within(1).optional(),
  /** Which entries become which files. Default: each entry becomes a file named by its key. */
  items: list(2, () => KeyToPath).optional(),
  /**
   * If true, the Secret and the keys may be missing. If false (default), the pod waits for them.
   */
  optional: bool(4).optional(),
}) {}

/** A token of the pod's ServiceAccount, renewed in time by the kubelet. */
export abstract class ServiceAccountTokenProjection extends message(
  "io.k8s.api.core.v1.ServiceAccountTokenProjection",
  {
    /** For whom the token is; others must refuse it. Default: the API server. */
    audience: string(1).optional(),
    /**
     * How long a token is to be valid, at least 600. It is renewed after four fifths of this, or
     * after a day. Default 3600.
     */
    expirationSeconds: int64(2).default(3600),
    /** The file's path, relative to the volume's root. */
    path: string(3),
  },
) {}

/** A Ceph block device. No longer supported. */
export abstract class RBDVolumeSource extends message("io.k8s.api.core.v1.RBDVolumeSource", {
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
  secretRef: object(7, () => LocalObjectReference)
    .atomic()
    .optional(),
  /** Mount it read-only. Default false. */
  readOnly: bool(8).implicit().optional(),
}) {}

/** A ScaleIO volume. No longer supported. */
export abstract class ScaleIOVolumeSource extends message(
  "io.k8s.api.core.v1.ScaleIOVolumeSource",
  {
    /** Address of the API gateway. */
    gateway: string(1),
    /** Name of the storage system. */
    system: string(2),
    /** A Secret with the user's credentials. */
    secretRef: object(3, () => LocalObjectReference)
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

/** The entries of a Secret, as files in memory. They follow its changes. */
export abstract class SecretVolumeSource extends message("io.k8s.api.core.v1.SecretVolumeSource", {
  /** The Secret, in the pod's namespace. */
  secretName: string(1).optional(),
  /** Which entries become which files. Default: each entry becomes a file named by its key. */
  items: list(2, () => KeyToPath).optional(),
  /**
   * Permission bits of the files: 0 to 511, or octal 0000 to 0777 in YAML. Default 420, which is
   * 0644. fsGroup may add bits.
   */
  defaultMode: int32(3).default(420),
  /**
   * If true, the Secret and the keys may be missing. If false (default), the pod waits for them.
   */
  optional: bool(4).optional(),
}) {}

/** A StorageOS volume. No longer supported. */
export abstract class StorageOSVolumeSource extends message(
  "io.k8s.api.core.v1.StorageOSVolumeSource",
  {
    /** The volume's name. */
    volumeName: string(1).optional(),
    /** The volume's namespace in StorageOS. Default: the pod's. */
    volumeNamespace: string(2).optional(),
    /** The file system to mount: ext4, xfs, ntfs. Default: ext4. */
    fsType: string(3).optional(),
    /** Mount it read-only. Default false. */
    readOnly: bool(4).implicit().optional(),
    /** A Secret with the API's credentials. */
    secretRef: object(5, () => LocalObjectReference)
      .atomic()
      .optional(),
  },
) {}

/**
 * A directory for the containers of a pod. Exactly one field besides the name says what is in it.
 */
export abstract class Volume extends message("io.k8s.api.core.v1.Volume", {
  /** DNS label, unique in the pod. Containers mount the volume by it. */
  name: string(1),
  /** A file or directory of the node. Gives the pod access to the node itself, so avoid it. */
  hostPath: object(1, () => HostPathVolumeSource)
    .within(2)
    .optional(),
  /** An empty directory that lives as long as the pod. */
  emptyDir: object(2, () => EmptyDirVolumeSource)
    .within(2)
    .optional(),
  /**
   * Outdated: a persistent disk of Google Compute Engine, handled by the CSI driver
   * pd.csi.storage.gke.io.
   */
  gcePersistentDisk: object(3, () => GCEPersistentDiskVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: a volume of Amazon EBS, handled by the CSI driver ebs.csi.aws.com. */
  awsElasticBlockStore: object(4, () => AWSElasticBlockStoreVolumeSource)
    .within(2)
    .optional(),
  /**
   * A clone of a git repository. Deprecated and switched off: let an init container clone into an
   * emptyDir.
   */
  gitRepo: object(5, () => GitRepoVolumeSource)
    .within(2)
    .optional(),
  /** The entries of a Secret, as files. */
  secret: object(6, () => SecretVolumeSource)
    .within(2)
    .optional(),
  /** A directory of an NFS server. It is kept when the pod goes, and many pods can share it. */
  nfs: object(7, () => NFSVolumeSource)
    .within(2)
    .optional(),
  /** An iSCSI disk that exists already. It is kept when the pod goes. */
  iscsi: object(8, () => ISCSIVolumeSource)
    .within(2)
    .optional(),
  /** A Gluster volume. No longer supported. */
  glusterfs: object(9, () => GlusterfsVolumeSource)
    .within(2)
    .optional(),
  /** The storage behind a PersistentVolumeClaim of the same namespace. */
  persistentVolumeClaim: object(10, () => PersistentVolumeClaimVolumeSource)
    .within(2)
    .optional(),
  /** A Ceph block device. No longer supported. */
  rbd: object(11, () => RBDVolumeSource)
    .within(2)
    .optional(),
  /** A volume that a program on the node provides. Deprecated: use a CSI driver. */
  flexVolume: object(12, () => FlexVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: an OpenStack Cinder volume, handled by the CSI driver cinder.csi.openstack.org. */
  cinder: object(13, () => CinderVolumeSource)
    .within(2)
    .optional(),
  /** A Ceph file system. No longer supported. */
  cephfs: object(14, () => CephFSVolumeSource)
    .within(2)
    .optional(),
  /** A Flocker dataset. No longer supported. */
  flocker: object(15, () => FlockerVolumeSource)
    .within(2)
    .optional(),
  /** Facts about the pod, such as its labels, as files. */
  downwardAPI: object(16, () => DownwardAPIVolumeSource)
    .within(2)
    .optional(),
  /** A Fibre Channel disk that exists already. It is kept when the pod goes. */
  fc: object(17, () => FCVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: an Azure file share, handled by the CSI driver file.csi.azure.com. */
  azureFile: object(18, () => AzureFileVolumeSource)
    .within(2)
    .optional(),
  /** The entries of a ConfigMap, as files. */
  configMap: object(19, () => ConfigMapVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: a vSphere virtual disk, handled by the CSI driver csi.vsphere.vmware.com. */
  vsphereVolume: object(20, () => VsphereVirtualDiskVolumeSource)
    .within(2)
    .optional(),
  /** A Quobyte volume. No longer supported. */
  quobyte: object(21, () => QuobyteVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: an Azure data disk, handled by the CSI driver disk.csi.azure.com. */
  azureDisk: object(22, () => AzureDiskVolumeSource)
    .within(2)
    .optional(),
  /** A Photon disk. No longer supported. */
  photonPersistentDisk: object(23, () => PhotonPersistentDiskVolumeSource)
    .within(2)
    .optional(),
  /** Outdated: a Portworx volume, handled by the CSI driver pxd.portworx.com. */
  portworxVolume: object(24, () => PortworxVolumeSource)
    .within(2)
    .optional(),
  /** A ScaleIO volume. No longer supported. */
  scaleIO: object(25, () => ScaleIOVolumeSource)
    .within(2)
    .optional(),
  /** Several of Secrets, ConfigMaps, facts about the pod and tokens, in one directory. */
  projected: object(26, () => ProjectedVolumeSource)
    .within(2)
    .optional(),
  /** A StorageOS volume. No longer supported. */
  storageos: object(27, () => StorageOSVolumeSource)
    .within(2)
    .optional(),
  /** A volume that a CSI driver makes for this pod alone. */
  csi: object(28, () => CSIVolumeSource)
    .within(2)
    .optional(),
  /** A claim that is made for this pod and deleted with it. Its name is POD-VOLUME. */
  ephemeral: object(29, () => EphemeralVolumeSource)
    .within(2)
    .optional(),
  /** The files of an image or OCI artifact, read-only. */
  image: object(30, () => ImageVolumeSource)
    .within(2)
    .optional(),
}) {}
