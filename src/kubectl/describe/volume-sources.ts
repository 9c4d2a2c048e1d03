import type { PersistentVolumeSpec, Volume } from "#api/core/v1.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { formatList, formatMap, formatReference } from "./go-values.ts";
import { labelLines, shorten } from "./metadata.ts";
import { writeClaimTemplate } from "./volume-claims.ts";
import { formatAmount } from "./resources.ts";
import type { DescribeWriter } from "./writer.ts";

/** A type, with a word on what it is, and its fields. Values that are missing stay empty. */
interface SourceDescription {
  readonly type: string;
  readonly fields: readonly Field[];
}
type Field = readonly [label: string, value: string | number | boolean | undefined];

/** What both volumes of pods and persistent volumes may be. */
type AnySource = {
  readonly [K in keyof Volume | keyof PersistentVolumeSpec]?:
    | (K extends keyof Volume ? Volume[K] : never)
    | (K extends keyof PersistentVolumeSpec ? PersistentVolumeSpec[K] : never)
    | undefined;
};

/** Secrets are referred to within the pod's namespace, or with one. */
type ReferenceType = "LocalObjectReference" | "SecretReference";

const attributeLengthMax = 140;

/** Where a volume of a pod comes from. */
export function writeVolumeSource(writer: DescribeWriter, volume: Volume): void {
  const { csi, downwardAPI, ephemeral, projected } = volume;
  const description = podSource(volume) ?? anySource(volume, "LocalObjectReference");
  if (description) writeSource(writer, description);
  else if (downwardAPI) writeDownwardApi(writer, downwardAPI);
  else if (projected) writeProjected(writer, projected);
  else if (ephemeral) writeEphemeral(writer, ephemeral);
  else if (csi) writeCsi(writer, csi);
  else writer.row(1, "<unknown>");
}

/** Where a persistent volume comes from. */
export function writePersistentVolumeSource(
  writer: DescribeWriter,
  spec: PersistentVolumeSpec,
): void {
  const { csi } = spec;
  const description = persistentSource(spec) ?? anySource(spec, "SecretReference");
  if (description) writeSource(writer, description);
  else if (csi) writeCsi(writer, csi, ["VolumeHandle", csi.volumeHandle]);
  else writer.row(1, "<unknown>");
}

const source = (type: string, ...fields: readonly Field[]): SourceDescription => ({ type, fields });

function writeSource(writer: DescribeWriter, { type, fields }: SourceDescription): void {
  writer.field(2, "Type", type);
  for (const [label, value] of fields) writeField(writer, label, value);
}

/** One label has always lacked its colon, and one has a space behind it. */
function writeField(writer: DescribeWriter, label: string, value: Field[1]): void {
  const title = label === "ISCSIInterface" ? label : `${label}:`;
  writer.row(2, label === "Kind" ? `${title} ` : title, String(value ?? ""));
}

/** Sources that only pods have. */
function podSource(volume: Volume): SourceDescription | undefined {
  const { emptyDir, gitRepo, secret, configMap, persistentVolumeClaim: claim, image } = volume;
  if (emptyDir) {
    const { medium, sizeLimit } = emptyDir;
    const isLimited = sizeLimit !== undefined && compareQuantities(sizeLimit, "0") > 0;
    return source(
      "EmptyDir (a temporary directory that shares a pod's lifetime)",
      ["Medium", medium],
      ["SizeLimit", isLimited ? formatAmount(sizeLimit) : "<unset>"],
    );
  }
  if (gitRepo) {
    return source(
      "GitRepo (a volume that is pulled from git when the pod is created)",
      ["Repository", gitRepo.repository],
      ["Revision", gitRepo.revision],
    );
  }
  if (secret) {
    return source(
      "Secret (a volume populated by a Secret)",
      ["SecretName", secret.secretName],
      ["Optional", secret.optional ?? false],
    );
  }
  if (configMap) {
    return source(
      "ConfigMap (a volume populated by a ConfigMap)",
      ["Name", configMap.name],
      ["Optional", configMap.optional ?? false],
    );
  }
  if (claim) {
    return source(
      "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
      ["ClaimName", claim.claimName],
      ["ReadOnly", claim.readOnly ?? false],
    );
  }
  if (image) {
    return source(
      "Image (a container image or OCI artifact)",
      ["Reference", image.reference],
      ["PullPolicy", image.pullPolicy],
    );
  }
  return undefined;
}

/** Sources that only persistent volumes have, or of which they say more. */
function persistentSource(spec: PersistentVolumeSpec): SourceDescription | undefined {
  const { local, glusterfs, azureFile, scaleIO } = spec;
  if (local) {
    return source("LocalVolume (a persistent volume backed by local storage on a node)", [
      "Path",
      local.path,
    ]);
  }
  if (glusterfs) {
    return source(
      glusterfsType,
      ["EndpointsName", glusterfs.endpoints],
      ["EndpointsNamespace", glusterfs.endpointsNamespace ?? "<unset>"],
      ["Path", glusterfs.path],
      ["ReadOnly", glusterfs.readOnly ?? false],
    );
  }
  if (azureFile) {
    return source(
      azureFileType,
      ["SecretName", azureFile.secretName],
      ["SecretNamespace", azureFile.secretNamespace],
      ["ShareName", azureFile.shareName],
      ["ReadOnly", azureFile.readOnly ?? false],
    );
  }
  if (scaleIO) {
    return scaleIoSource(
      scaleIO,
      ["SecretName", scaleIO.secretRef?.name],
      ["SecretNamespace", scaleIO.secretRef?.namespace],
    );
  }
  return undefined;
}

const glusterfsType = "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)";
const azureFileType =
  "AzureFile (an Azure File Service mount on the host and bind mount to the pod)";

function anySource(spec: AnySource, reference: ReferenceType): SourceDescription | undefined {
  return (
    hostSource(spec, reference) ?? networkSource(spec, reference) ?? cloudSource(spec, reference)
  );
}

/** What is on the node, or attached to it. */
function hostSource(spec: AnySource, type: ReferenceType): SourceDescription | undefined {
  const { hostPath, fc, flexVolume, flocker } = spec;
  if (hostPath) {
    return source(
      "HostPath (bare host directory volume)",
      ["Path", hostPath.path],
      ["HostPathType", hostPath.type],
    );
  }
  if (fc) {
    return source(
      "FC (a Fibre Channel disk)",
      ["TargetWWNs", (fc.targetWWNs ?? []).join(", ")],
      ["LUN", fc.lun ?? "<none>"],
      ["FSType", fc.fsType],
      ["ReadOnly", fc.readOnly ?? false],
    );
  }
  if (flexVolume) {
    return source(
      "FlexVolume (a generic volume resource that is provisioned/attached using an exec based " +
        "plugin)",
      ["Driver", flexVolume.driver],
      ["FSType", flexVolume.fsType],
      ["SecretRef", secretReference(type, flexVolume.secretRef)],
      ["ReadOnly", flexVolume.readOnly ?? false],
      ["Options", formatMap(flexVolume.options)],
    );
  }
  if (flocker) {
    return source(
      "Flocker (a Flocker volume mounted by the Flocker agent)",
      ["DatasetName", flocker.datasetName],
      ["DatasetUUID", flocker.datasetUUID],
    );
  }
  return undefined;
}

/** What a server in the network has. */
function networkSource(spec: AnySource, type: ReferenceType): SourceDescription | undefined {
  const { nfs, iscsi, glusterfs, quobyte, rbd, cephfs } = spec;
  if (nfs) {
    return source(
      "NFS (an NFS mount that lasts the lifetime of a pod)",
      ["Server", nfs.server],
      ["Path", nfs.path],
      ["ReadOnly", nfs.readOnly ?? false],
    );
  }
  if (iscsi) return iscsiSource(iscsi, type);
  if (glusterfs) {
    return source(
      glusterfsType,
      ["EndpointsName", glusterfs.endpoints],
      ["Path", glusterfs.path],
      ["ReadOnly", glusterfs.readOnly ?? false],
    );
  }
  if (quobyte) {
    return source(
      "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
      ["Registry", quobyte.registry],
      ["Volume", quobyte.volume],
      ["ReadOnly", quobyte.readOnly ?? false],
    );
  }
  if (rbd) {
    return source(
      "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
      ["CephMonitors", formatList(rbd.monitors)],
      ["RBDImage", rbd.image],
      ["FSType", rbd.fsType],
      ["RBDPool", rbd.pool],
      ["RadosUser", rbd.user],
      ["Keyring", rbd.keyring],
      ["SecretRef", secretReference(type, rbd.secretRef)],
      ["ReadOnly", rbd.readOnly ?? false],
    );
  }
  if (cephfs) {
    return source(
      "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
      ["Monitors", formatList(cephfs.monitors)],
      ["Path", cephfs.path],
      ["User", cephfs.user],
      ["SecretFile", cephfs.secretFile],
      ["SecretRef", secretReference(type, cephfs.secretRef)],
      ["ReadOnly", cephfs.readOnly ?? false],
    );
  }
  return undefined;
}

function iscsiSource(
  iscsi: NonNullable<AnySource["iscsi"]>,
  type: ReferenceType,
): SourceDescription {
  return source(
    "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed " +
      "to the pod)",
    ["TargetPortal", iscsi.targetPortal],
    ["IQN", iscsi.iqn],
    ["Lun", iscsi.lun],
    ["ISCSIInterface", iscsi.iscsiInterface],
    ["FSType", iscsi.fsType],
    ["ReadOnly", iscsi.readOnly ?? false],
    ["Portals", formatList(iscsi.portals)],
    ["DiscoveryCHAPAuth", iscsi.chapAuthDiscovery ?? false],
    ["SessionCHAPAuth", iscsi.chapAuthSession ?? false],
    ["SecretRef", secretReference(type, iscsi.secretRef)],
    ["InitiatorName", iscsi.initiatorName ?? "<none>"],
  );
}

/** What a cloud, or a vendor's product, has. */
function cloudSource(spec: AnySource, type: ReferenceType): SourceDescription | undefined {
  const { gcePersistentDisk: gce, awsElasticBlockStore: aws, cinder, azureFile } = spec;
  if (gce) {
    return source(
      "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
      ["PDName", gce.pdName],
      ["FSType", gce.fsType],
      ["Partition", gce.partition ?? 0],
      ["ReadOnly", gce.readOnly ?? false],
    );
  }
  if (aws) {
    return source(
      "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
      ["VolumeID", aws.volumeID],
      ["FSType", aws.fsType],
      ["Partition", aws.partition ?? 0],
      ["ReadOnly", aws.readOnly ?? false],
    );
  }
  if (cinder) {
    return source(
      "Cinder (a Persistent Disk resource in OpenStack)",
      ["VolumeID", cinder.volumeID],
      ["FSType", cinder.fsType],
      ["ReadOnly", cinder.readOnly ?? false],
      ["SecretRef", secretReference(type, cinder.secretRef)],
    );
  }
  if (azureFile) {
    return source(
      azureFileType,
      ["SecretName", azureFile.secretName],
      ["ShareName", azureFile.shareName],
      ["ReadOnly", azureFile.readOnly ?? false],
    );
  }
  return vendorSource(spec);
}

function vendorSource(spec: AnySource): SourceDescription | undefined {
  const { azureDisk, vsphereVolume: vsphere, photonPersistentDisk: photon } = spec;
  const { portworxVolume, scaleIO, storageos } = spec;
  if (azureDisk) {
    return source(
      "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
      ["DiskName", azureDisk.diskName],
      ["DiskURI", azureDisk.diskURI],
      ["Kind", azureDisk.kind],
      ["FSType", azureDisk.fsType],
      ["CachingMode", azureDisk.cachingMode],
      ["ReadOnly", azureDisk.readOnly],
    );
  }
  if (vsphere) {
    return source(
      "vSphereVolume (a Persistent Disk resource in vSphere)",
      ["VolumePath", vsphere.volumePath],
      ["FSType", vsphere.fsType],
      ["StoragePolicyName", vsphere.storagePolicyName],
    );
  }
  if (photon) {
    return source(
      "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
      ["PdID", photon.pdID],
      ["FSType", photon.fsType],
    );
  }
  if (portworxVolume) {
    return source("PortworxVolume (a Portworx Volume resource)", [
      "VolumeID",
      portworxVolume.volumeID,
    ]);
  }
  if (scaleIO) return scaleIoSource(scaleIO);
  if (storageos) {
    return source(
      "StorageOS (a StorageOS Persistent Disk resource)",
      ["VolumeName", storageos.volumeName],
      ["VolumeNamespace", storageos.volumeNamespace],
      ["FSType", storageos.fsType],
      ["ReadOnly", storageos.readOnly ?? false],
    );
  }
  return undefined;
}

function scaleIoSource(
  scaleIO: NonNullable<AnySource["scaleIO"]>,
  ...secret: readonly Field[]
): SourceDescription {
  return source(
    "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
    ["Gateway", scaleIO.gateway],
    ["System", scaleIO.system],
    ["Protection Domain", scaleIO.protectionDomain],
    ["Storage Pool", scaleIO.storagePool],
    ["Storage Mode", scaleIO.storageMode],
    ["VolumeName", scaleIO.volumeName],
    ...secret,
    ["FSType", scaleIO.fsType],
    ["ReadOnly", scaleIO.readOnly ?? false],
  );
}

function secretReference(
  type: ReferenceType,
  reference: { readonly name?: string; readonly namespace?: string } | undefined,
): string {
  if (!reference) return formatReference(type, undefined);
  const { name, namespace } = reference;
  return formatReference(type, {
    Name: name,
    ...(type === "SecretReference" && { Namespace: namespace }),
  });
}

function writeDownwardApi(
  writer: DescribeWriter,
  { items = [] }: NonNullable<Volume["downwardAPI"]>,
): void {
  writer.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
  writer.row(2, "Items:");
  for (const { fieldRef, resourceFieldRef, path } of items) {
    if (fieldRef) writer.row(3, `${fieldRef.fieldPath} -> ${path}`);
    if (resourceFieldRef) writer.row(3, `${resourceFieldRef.resource} -> ${path}`);
  }
}

function writeProjected(
  writer: DescribeWriter,
  { sources = [] }: NonNullable<Volume["projected"]>,
): void {
  writer.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
  for (const { secret, downwardAPI, configMap, serviceAccountToken } of sources) {
    if (secret) {
      writer.field(2, "SecretName", secret.name ?? "");
      writer.field(2, "Optional", secret.optional ?? false);
    } else if (downwardAPI) {
      writer.field(2, "DownwardAPI", true);
    } else if (configMap) {
      writer.field(2, "ConfigMapName", configMap.name ?? "");
      writer.field(2, "Optional", configMap.optional ?? false);
    } else if (serviceAccountToken) {
      writer.field(2, "TokenExpirationSeconds", serviceAccountToken.expirationSeconds);
    }
  }
}

function writeEphemeral(
  writer: DescribeWriter,
  { volumeClaimTemplate: template }: NonNullable<Volume["ephemeral"]>,
): void {
  writer.field(
    2,
    "Type",
    "EphemeralVolume (an inline specification for a volume that gets created and deleted with " +
      "the pod)",
  );
  if (template) writeClaimTemplate(writer, template);
}

function writeCsi(
  writer: DescribeWriter,
  { driver, fsType, readOnly = false, volumeAttributes }: NonNullable<AnySource["csi"]>,
  ...handle: readonly Field[]
): void {
  const type = "CSI (a Container Storage Interface (CSI) volume source)";
  const fields: Field[] = [["Driver", driver], ["FSType", fsType], ...handle];
  writeSource(writer, source(type, ...fields, ["ReadOnly", readOnly]));
  writeAttributes(writer, volumeAttributes);
}

/** Each piece of these lines is indented: so it is upstream. */
function writeAttributes(
  writer: DescribeWriter,
  attributes: Readonly<Record<string, string>> | undefined,
): void {
  const lines = labelLines(attributes).map((line) => shorten(line, attributeLengthMax));
  const before = "    ";
  writer.raw(`${before}VolumeAttributes:\t`);
  if (lines.length === 0) writer.raw("<none>\n");
  for (const [index, line] of lines.entries()) {
    writer.raw(`${index === 0 ? "" : `${before}${before}\t`}${before}${line}\n`);
  }
}
