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

export abstract class AzureFileVolumeSource extends message(
  "io.k8s.api.core.v1.AzureFileVolumeSource",
  {
    secretName: string(1),
    shareName: string(2),
    readOnly: bool(3).optional(),
  },
) {}

export abstract class CSIVolumeSource extends message("io.k8s.api.core.v1.CSIVolumeSource", {
  driver: string(1),
  readOnly: bool(2).optional(),
  fsType: string(3).optional(),
  volumeAttributes: map(4, string).optional(),
  nodePublishSecretRef: object(5, () => LocalObjectReference)
    .atomic()
    .optional(),
}) {}

export abstract class CephFSVolumeSource extends message("io.k8s.api.core.v1.CephFSVolumeSource", {
  monitors: list(1, string),
  path: string(2).optional(),
  user: string(3).optional(),
  secretFile: string(4).optional(),
  secretRef: object(5, () => LocalObjectReference)
    .atomic()
    .optional(),
  readOnly: bool(6).optional(),
}) {}

export abstract class CinderVolumeSource extends message("io.k8s.api.core.v1.CinderVolumeSource", {
  volumeID: string(1),
  fsType: string(2).optional(),
  readOnly: bool(3).optional(),
  secretRef: object(4, () => LocalObjectReference)
    .atomic()
    .optional(),
}) {}

export abstract class ClusterTrustBundleProjection extends message(
  "io.k8s.api.core.v1.ClusterTrustBundleProjection",
  {
    name: string(1).optional(),
    signerName: string(2).optional(),
    labelSelector: object(3, () => LabelSelector)
      .atomic()
      .optional(),
    path: string(4),
    optional: bool(5).optional(),
  },
) {}

export abstract class ConfigMapProjection extends message(
  "io.k8s.api.core.v1.ConfigMapProjection",
  {
    name: string(1).within(1).optional(),
    items: list(2, () => KeyToPath).optional(),
    optional: bool(4).optional(),
  },
) {}

export abstract class KeyToPath extends message("io.k8s.api.core.v1.KeyToPath", {
  key: string(1),
  path: string(2),
  mode: int32(3).optional(),
}) {}

export abstract class ConfigMapVolumeSource extends message(
  "io.k8s.api.core.v1.ConfigMapVolumeSource",
  {
    name: string(1).within(1).optional(),
    items: list(2, () => KeyToPath).optional(),
    defaultMode: int32(3).default(420),
    optional: bool(4).optional(),
  },
) {}

export abstract class DownwardAPIProjection extends message(
  "io.k8s.api.core.v1.DownwardAPIProjection",
  {
    items: list(1, () => DownwardAPIVolumeFile).optional(),
  },
) {}

export abstract class DownwardAPIVolumeFile extends message(
  "io.k8s.api.core.v1.DownwardAPIVolumeFile",
  {
    path: string(1),
    fieldRef: object(2, () => ObjectFieldSelector)
      .atomic()
      .optional(),
    resourceFieldRef: object(3, () => ResourceFieldSelector)
      .atomic()
      .optional(),
    mode: int32(4).optional(),
  },
) {}

export abstract class DownwardAPIVolumeSource extends message(
  "io.k8s.api.core.v1.DownwardAPIVolumeSource",
  {
    items: list(1, () => DownwardAPIVolumeFile).optional(),
    defaultMode: int32(2).default(420),
  },
) {}

export abstract class EmptyDirVolumeSource extends message(
  "io.k8s.api.core.v1.EmptyDirVolumeSource",
  {
    medium: string(1).optional(),
    sizeLimit: quantity(2).optional(),
  },
) {}

export abstract class EphemeralVolumeSource extends message(
  "io.k8s.api.core.v1.EphemeralVolumeSource",
  {
    volumeClaimTemplate: object(1, () => PersistentVolumeClaimTemplate).optional(),
  },
) {}

export abstract class FlexVolumeSource extends message("io.k8s.api.core.v1.FlexVolumeSource", {
  driver: string(1),
  fsType: string(2).optional(),
  secretRef: object(3, () => LocalObjectReference)
    .atomic()
    .optional(),
  readOnly: bool(4).optional(),
  options: map(5, string).optional(),
}) {}

export abstract class GitRepoVolumeSource extends message(
  "io.k8s.api.core.v1.GitRepoVolumeSource",
  {
    repository: string(1),
    revision: string(2).optional(),
    directory: string(3).optional(),
  },
) {}

export abstract class GlusterfsVolumeSource extends message(
  "io.k8s.api.core.v1.GlusterfsVolumeSource",
  {
    endpoints: string(1),
    path: string(2),
    readOnly: bool(3).optional(),
  },
) {}

export abstract class ISCSIVolumeSource extends message("io.k8s.api.core.v1.ISCSIVolumeSource", {
  targetPortal: string(1),
  iqn: string(2),
  lun: int32(3),
  iscsiInterface: string(4).default("default"),
  fsType: string(5).optional(),
  readOnly: bool(6).optional(),
  portals: list(7, string).optional(),
  chapAuthDiscovery: bool(8).optional(),
  secretRef: object(10, () => LocalObjectReference)
    .atomic()
    .optional(),
  chapAuthSession: bool(11).optional(),
  initiatorName: string(12).optional(),
}) {}

export abstract class ImageVolumeSource extends message("io.k8s.api.core.v1.ImageVolumeSource", {
  reference: string(1).optional(),
  pullPolicy: string(2).optional(),
}) {}

export abstract class PersistentVolumeClaimVolumeSource extends message(
  "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource",
  {
    claimName: string(1),
    readOnly: bool(2).optional(),
  },
) {}

export abstract class PodCertificateProjection extends message(
  "io.k8s.api.core.v1.PodCertificateProjection",
  {
    signerName: string(1),
    keyType: string(2),
    maxExpirationSeconds: int32(3).optional(),
    credentialBundlePath: string(4).optional(),
    keyPath: string(5).optional(),
    certificateChainPath: string(6).optional(),
    userAnnotations: map(7, string).optional(),
  },
) {}

export abstract class ProjectedVolumeSource extends message(
  "io.k8s.api.core.v1.ProjectedVolumeSource",
  {
    sources: list(1, () => VolumeProjection).optional(),
    defaultMode: int32(2).default(420),
  },
) {}

export abstract class VolumeProjection extends message("io.k8s.api.core.v1.VolumeProjection", {
  secret: object(1, () => SecretProjection).optional(),
  downwardAPI: object(2, () => DownwardAPIProjection).optional(),
  configMap: object(3, () => ConfigMapProjection).optional(),
  serviceAccountToken: object(4, () => ServiceAccountTokenProjection).optional(),
  clusterTrustBundle: object(5, () => ClusterTrustBundleProjection).optional(),
  podCertificate: object(6, () => PodCertificateProjection).optional(),
}) {}

export abstract class SecretProjection extends message("io.k8s.api.core.v1.SecretProjection", {
  name: string(1).within(1).optional(),
  items: list(2, () => KeyToPath).optional(),
  optional: bool(4).optional(),
}) {}

export abstract class ServiceAccountTokenProjection extends message(
  "io.k8s.api.core.v1.ServiceAccountTokenProjection",
  {
    audience: string(1).optional(),
    expirationSeconds: int64(2).default(3600),
    path: string(3),
  },
) {}

export abstract class RBDVolumeSource extends message("io.k8s.api.core.v1.RBDVolumeSource", {
  monitors: list(1, string),
  image: string(2),
  fsType: string(3).optional(),
  pool: string(4).default("rbd"),
  user: string(5).default("admin"),
  keyring: string(6).default("/etc/ceph/keyring"),
  secretRef: object(7, () => LocalObjectReference)
    .atomic()
    .optional(),
  readOnly: bool(8).optional(),
}) {}

export abstract class ScaleIOVolumeSource extends message(
  "io.k8s.api.core.v1.ScaleIOVolumeSource",
  {
    gateway: string(1),
    system: string(2),
    secretRef: object(3, () => LocalObjectReference).atomic(),
    sslEnabled: bool(4).optional(),
    protectionDomain: string(5).optional(),
    storagePool: string(6).optional(),
    storageMode: string(7).default("ThinProvisioned"),
    volumeName: string(8).optional(),
    fsType: string(9).default("xfs"),
    readOnly: bool(10).optional(),
  },
) {}

export abstract class SecretVolumeSource extends message("io.k8s.api.core.v1.SecretVolumeSource", {
  secretName: string(1).optional(),
  items: list(2, () => KeyToPath).optional(),
  defaultMode: int32(3).default(420),
  optional: bool(4).optional(),
}) {}

export abstract class StorageOSVolumeSource extends message(
  "io.k8s.api.core.v1.StorageOSVolumeSource",
  {
    volumeName: string(1).optional(),
    volumeNamespace: string(2).optional(),
    fsType: string(3).optional(),
    readOnly: bool(4).optional(),
    secretRef: object(5, () => LocalObjectReference)
      .atomic()
      .optional(),
  },
) {}

export abstract class Volume extends message("io.k8s.api.core.v1.Volume", {
  name: string(1),
  hostPath: object(1, () => HostPathVolumeSource)
    .within(2)
    .optional(),
  emptyDir: object(2, () => EmptyDirVolumeSource)
    .within(2)
    .optional(),
  gcePersistentDisk: object(3, () => GCEPersistentDiskVolumeSource)
    .within(2)
    .optional(),
  awsElasticBlockStore: object(4, () => AWSElasticBlockStoreVolumeSource)
    .within(2)
    .optional(),
  gitRepo: object(5, () => GitRepoVolumeSource)
    .within(2)
    .optional(),
  secret: object(6, () => SecretVolumeSource)
    .within(2)
    .optional(),
  nfs: object(7, () => NFSVolumeSource)
    .within(2)
    .optional(),
  iscsi: object(8, () => ISCSIVolumeSource)
    .within(2)
    .optional(),
  glusterfs: object(9, () => GlusterfsVolumeSource)
    .within(2)
    .optional(),
  persistentVolumeClaim: object(10, () => PersistentVolumeClaimVolumeSource)
    .within(2)
    .optional(),
  rbd: object(11, () => RBDVolumeSource)
    .within(2)
    .optional(),
  flexVolume: object(12, () => FlexVolumeSource)
    .within(2)
    .optional(),
  cinder: object(13, () => CinderVolumeSource)
    .within(2)
    .optional(),
  cephfs: object(14, () => CephFSVolumeSource)
    .within(2)
    .optional(),
  flocker: object(15, () => FlockerVolumeSource)
    .within(2)
    .optional(),
  downwardAPI: object(16, () => DownwardAPIVolumeSource)
    .within(2)
    .optional(),
  fc: object(17, () => FCVolumeSource)
    .within(2)
    .optional(),
  azureFile: object(18, () => AzureFileVolumeSource)
    .within(2)
    .optional(),
  configMap: object(19, () => ConfigMapVolumeSource)
    .within(2)
    .optional(),
  vsphereVolume: object(20, () => VsphereVirtualDiskVolumeSource)
    .within(2)
    .optional(),
  quobyte: object(21, () => QuobyteVolumeSource)
    .within(2)
    .optional(),
  azureDisk: object(22, () => AzureDiskVolumeSource)
    .within(2)
    .optional(),
  photonPersistentDisk: object(23, () => PhotonPersistentDiskVolumeSource)
    .within(2)
    .optional(),
  portworxVolume: object(24, () => PortworxVolumeSource)
    .within(2)
    .optional(),
  scaleIO: object(25, () => ScaleIOVolumeSource)
    .within(2)
    .optional(),
  projected: object(26, () => ProjectedVolumeSource)
    .within(2)
    .optional(),
  storageos: object(27, () => StorageOSVolumeSource)
    .within(2)
    .optional(),
  csi: object(28, () => CSIVolumeSource)
    .within(2)
    .optional(),
  ephemeral: object(29, () => EphemeralVolumeSource)
    .within(2)
    .optional(),
  image: object(30, () => ImageVolumeSource)
    .within(2)
    .optional(),
}) {}
