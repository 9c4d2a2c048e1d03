import type { PersistentVolumeSpec } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { inRange, isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by, present } from "../../common/validation.ts";
import { hostPathTypes } from "../pods/validation-volumes.ts";

/** Where a volume's bytes may be, in the order in which they are looked for. */
export const sourceFields = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "flocker",
  "nfs",
  "rbd",
  "quobyte",
  "cephfs",
  "iscsi",
  "cinder",
  "fc",
  "flexVolume",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "scaleIO",
  "local",
  "storageos",
  "csi",
] as const;
export type SourceField = (typeof sourceFields)[number];

/** Fields that must not be empty. Sources that are not here have rules of their own only. */
const neededFields: Partial<Record<SourceField, readonly string[]>> = {
  gcePersistentDisk: ["pdName"],
  awsElasticBlockStore: ["volumeID"],
  glusterfs: ["endpoints", "path"],
  nfs: ["server", "path"],
  rbd: ["monitors", "image"],
  quobyte: ["volume"],
  cephfs: ["monitors"],
  iscsi: ["targetPortal", "iqn"],
  cinder: ["volumeID"],
  flexVolume: ["driver"],
  azureFile: ["secretName", "shareName"],
  vsphereVolume: ["volumePath"],
  photonPersistentDisk: ["pdID"],
  portworxVolume: ["volumeID"],
  azureDisk: ["diskName", "diskURI"],
  scaleIO: ["gateway", "system", "volumeName"],
  storageos: ["volumeName"],
};

export function validateVolumeSource(
  spec: PersistentVolumeSpec,
  field: SourceField,
  { path, name }: { readonly path: string; readonly name: string },
): FieldError[] {
  // One type's path is told under an older name of it.
  const at = `${path}.${field === "gcePersistentDisk" ? "persistentDisk" : field}`;
  const source = (spec[field] ?? {}) as Readonly<Record<string, unknown>>;
  const missing = (neededFields[field] ?? []).filter((needed) => isEmpty(source[needed]));
  return [
    ...missing.map((needed) => requiredValue(`${at}.${needed}`)),
    ...(rules[field]?.(spec, at, name) ?? []),
  ];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

type Rule = (spec: PersistentVolumeSpec, at: string, name: string) => FieldError[];

const rules: Partial<Record<SourceField, Rule>> = {
  hostPath({ hostPath }, at) {
    if (!hostPath) return [];
    if (!hostPath.path) return [requiredValue(`${at}.path`)];
    return [
      ...withoutBacksteps(`${at}.path`, hostPath.path),
      ...(hostPathTypes.includes(hostPath.type)
        ? []
        : [notSupported(`${at}.type`, hostPath.type, hostPathTypes)]),
    ];
  },
  local({ local }, at) {
    if (!local) return [];
    return local.path ? withoutBacksteps(`${at}.path`, local.path) : [requiredValue(`${at}.path`)];
  },
  nfs({ nfs }, at) {
    if (!nfs || nfs.path.startsWith("/")) return [];
    return [invalid(`${at}.path`, nfs.path, "must be an absolute path")];
  },
  csi: validateCsi,
  iscsi: validateIscsi,
  fc: validateFibreChannel,
  gcePersistentDisk: ({ gcePersistentDisk }, at) => partition(at, gcePersistentDisk?.partition),
  awsElasticBlockStore: ({ awsElasticBlockStore }, at) =>
    partition(at, awsElasticBlockStore?.partition),
  azureDisk: validateAzureDisk,
  flocker({ flocker: { datasetName = "", datasetUUID = "" } = {} }, at) {
    const errors: FieldError[] = [];
    if (!datasetName && !datasetUUID) {
      errors.push(requiredValue(at, "one of datasetName and datasetUUID is required"));
    }
    if (datasetName && datasetUUID) {
      const detail = "datasetName and datasetUUID can not be specified simultaneously";
      errors.push(invalid(at, "resource", detail));
    }
    if (datasetName.includes("/")) {
      errors.push(invalid(`${at}.datasetName`, datasetName, "must not contain '/'"));
    }
    return errors;
  },
  quobyte({ quobyte: { registry = "", tenant = "" } = {} as never }, at) {
    const pairs = "must be a host:port pair or multiple pairs separated by commas";
    if (!registry) return [requiredValue(`${at}.registry`, pairs)];
    if (tenant.length >= 65) {
      const detail = "must be a UUID and may not exceed a length of 64 characters";
      return [requiredValue(`${at}.tenant`, detail)];
    }
    const wrong = registry.split(",").filter((pair) => !/^(\[[^\]]*\]|[^:]*):[^:]*$/.test(pair));
    return wrong.map(() => invalid(`${at}.registry`, registry, pairs));
  },
  flexVolume: ({ flexVolume }, at) =>
    Object.keys(flexVolume?.options ?? {})
      .filter((key) => /(^|\.)(kubernetes|k8s)\.io$/i.test(key.split("/")[0] ?? ""))
      .map((key) => {
        const detail = "kubernetes.io and k8s.io namespaces are reserved";
        return invalid(`${at}.options[${key}]`, key, detail);
      }),
  cinder: ({ cinder }, at) =>
    cinder?.secretRef ? secret(`${at}.secretRef`, cinder.secretRef) : [],
  storageos({ storageos }, at) {
    const { volumeName, volumeNamespace, secretRef } = storageos ?? {};
    return [
      ...(volumeName ? by(`${at}.volumeName`, volumeName, isDnsLabel) : []),
      ...(volumeNamespace ? by(`${at}.volumeNamespace`, volumeNamespace, isDnsLabel) : []),
      ...(secretRef ? secret(`${at}.secretRef`, secretRef) : []),
    ];
  },
  azureFile: ({ azureFile }, at) =>
    azureFile?.secretNamespace === "" ? [requiredValue(`${at}.secretNamespace`)] : [],
  glusterfs({ glusterfs }, at) {
    const namespace = glusterfs?.endpointsNamespace;
    if (namespace === undefined) return [];
    const detail = "if the endpointnamespace is set, it must be a valid namespace name";
    const path = `${at}.endpointsNamespace`;
    return namespace ? by(path, namespace, isDnsLabel) : [invalid(path, namespace, detail)];
  },
};

function withoutBacksteps(path: string, value: string): FieldError[] {
  return value.split("/").includes("..") ? [invalid(path, value, "must not contain '..'")] : [];
}

function partition(at: string, number = 0): FieldError[] {
  return number < 0 || number > 255
    ? [invalid(`${at}.partition`, number, inRange(0, 255, number).join())]
    : [];
}

function secret(
  at: string,
  { name, namespace }: { readonly name?: string; readonly namespace?: string },
): FieldError[] {
  return [...present(`${at}.name`, name), ...present(`${at}.namespace`, namespace)];
}

const csiSecrets = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
] as const;

function validateCsi({ csi }: PersistentVolumeSpec, at: string): FieldError[] {
  if (!csi) return [];
  const errors = [
    ...validateDriverName(`${at}.driver`, csi.driver),
    ...present(`${at}.volumeHandle`, csi.volumeHandle),
  ];
  for (const field of csiSecrets) {
    const reference = csi[field];
    if (!reference) continue;
    const path = `${at}.${field}`;
    const { name, namespace } = reference;
    errors.push(
      ...(name ? by(`${path}.name`, name, isDnsSubdomain) : [requiredValue(`${path}.name`)]),
      ...(namespace
        ? by(`${path}.namespace`, namespace, isDnsLabel)
        : [requiredValue(`${path}.namespace`)]),
    );
  }
  return errors;
}

const iscsiNames = [
  /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/,
  /^eui.[0-9A-Fa-f]{16}$/,
  /^naa.[0-9A-Fa-f]{32}$/,
];

function validateIscsi({ iscsi }: PersistentVolumeSpec, at: string, name: string): FieldError[] {
  if (!iscsi) return [];
  const { initiatorName, iqn, lun, secretRef, targetPortal } = iscsi;
  const errors: FieldError[] = [];
  const isValid = (text: string) => iscsiNames.some((pattern) => pattern.test(text));
  if (initiatorName !== undefined && `${name}:${targetPortal}`.length > 64) {
    const detail =
      "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if " +
      "iscsi.initiatorName is specified.";
    errors.push(invalid(`${at}.targetportal`, targetPortal, detail));
  }
  if (iqn && !isValid(iqn)) errors.push(invalid(`${at}.iqn`, iqn, "must be valid format"));
  errors.push(...by(`${at}.lun`, lun, (value) => inRange(0, 255, value)));
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !secretRef) {
    errors.push(requiredValue(`${at}.secretRef`));
  }
  if (secretRef) errors.push(...present(`${at}.secretRef.name`, secretRef.name));
  if (initiatorName !== undefined && !isValid(initiatorName)) {
    errors.push(invalid(`${at}.initiatorname`, initiatorName, "must be valid format"));
  }
  return errors;
}

function validateFibreChannel({ fc }: PersistentVolumeSpec, at: string): FieldError[] {
  const { lun, targetWWNs = [], wwids = [] } = fc ?? {};
  const path = `${at}.targetWWNs`;
  if (!targetWWNs.length) {
    const detail = "must specify either targetWWNs or wwids, but not both";
    return wwids.length ? [] : [requiredValue(path, detail)];
  }
  const errors: FieldError[] = [];
  if (wwids.length) {
    const detail = "targetWWNs and wwids can not be specified simultaneously";
    errors.push(invalid(path, targetWWNs, detail));
  }
  if (lun === undefined) {
    errors.push(requiredValue(`${at}.lun`, "lun is required if targetWWNs is specified"));
  } else errors.push(...by(`${at}.lun`, lun, (value) => inRange(0, 255, value)));
  return errors;
}

const managedDisk =
  "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const blobDisk = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
const cachingModes = ["None", "ReadOnly", "ReadWrite"];
const diskKinds = ["Dedicated", "Managed", "Shared"];

function validateAzureDisk({ azureDisk }: PersistentVolumeSpec, at: string): FieldError[] {
  if (!azureDisk) return [];
  const { cachingMode, diskURI, kind } = azureDisk;
  const errors: FieldError[] = [];
  if (!cachingModes.includes(cachingMode)) {
    errors.push(notSupported(`${at}.cachingMode`, cachingMode, cachingModes));
  }
  if (!diskKinds.includes(kind)) errors.push(notSupported(`${at}.kind`, kind, diskKinds));
  const [prefix, form] =
    kind === "Managed" ? ["/subscriptions/", managedDisk] : ["https://", blobDisk];
  if (!diskURI.startsWith(prefix)) errors.push(notSupported(`${at}.diskURI`, diskURI, [form]));
  return errors;
}
