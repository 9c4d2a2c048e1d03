import type { DownwardAPIVolumeFile, KeyToPath, Volume } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { by, present } from "../../common/validation.ts";
import { localPath, validateFieldPath, validateResourceField } from "./validation-containers.ts";

export function validateVolumes(volumes: readonly Volume[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    if (!volume.name) errors.push(requiredValue(`${at}.name`));
    else errors.push(...by(`${at}.name`, volume.name, isDnsLabel));
    if (names.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    errors.push(...validateSource(volume, at));
  }
  return errors;
}

function validateSource(volume: Volume, at: string): FieldError[] {
  const [first, ...others] = Object.entries(volume).filter(
    ([field, value]) => field !== "name" && value !== undefined,
  );
  if (!first) return [requiredValue(at, "must specify a volume type")];
  const errors = others.map(([field]) =>
    forbidden(`${at}.${field}`, "may not specify more than 1 volume type"),
  );
  return [
    ...errors,
    ...validateFileSources(volume, at),
    ...validateProjected(volume, at),
    ...validateStorageSources(volume, at),
  ];
}

export const hostPathTypes = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

/** Sources that the kubelet makes files of. */
function validateFileSources(volume: Volume, at: string): FieldError[] {
  const { hostPath, emptyDir, secret, configMap, downwardAPI } = volume;
  const errors: FieldError[] = [];
  if (hostPath) {
    errors.push(...present(`${at}.hostPath.path`, hostPath.path));
    if (hostPath.path.split("/").includes("..")) {
      errors.push(invalid(`${at}.hostPath.path`, hostPath.path, "must not contain '..'"));
    }
    if (!hostPathTypes.includes(hostPath.type)) {
      errors.push(notSupported(`${at}.hostPath.type`, hostPath.type, hostPathTypes));
    }
  }
  if (emptyDir?.sizeLimit && compareQuantities(emptyDir.sizeLimit, "0") < 0) {
    const detail = "SizeLimit field must be a valid resource quantity";
    errors.push(forbidden(`${at}.emptyDir.sizeLimit`, detail));
  }
  if (secret) {
    errors.push(...present(`${at}.secret.secretName`, secret.secretName));
    errors.push(...validateMode(`${at}.secret.defaultMode`, secret.defaultMode));
    errors.push(...validateItems(secret.items ?? [], `${at}.secret.items`));
  }
  if (configMap) {
    errors.push(...present(`${at}.configMap.name`, configMap.name));
    errors.push(...validateMode(`${at}.configMap.defaultMode`, configMap.defaultMode));
    errors.push(...validateItems(configMap.items ?? [], `${at}.configMap.items`));
  }
  if (downwardAPI) {
    errors.push(...validateMode(`${at}.downwardAPI.defaultMode`, downwardAPI.defaultMode));
    errors.push(...validateDownward(downwardAPI.items ?? [], `${at}.downwardAPI`));
  }
  return errors;
}

function validateProjected({ projected }: Volume, at: string): FieldError[] {
  if (!projected) return [];
  const errors = validateMode(`${at}.projected.defaultMode`, projected.defaultMode);
  const paths = new Set<string>();
  const claim = (path: string, value: string) => {
    if (paths.has(value)) errors.push(invalid(path, value, "conflicting duplicate paths"));
    paths.add(value);
  };
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const path = `${at}.projected.sources[${index}]`;
    const kinds = Object.values(source).filter((value) => value !== undefined).length;
    if (kinds > 1) errors.push(forbidden(path, "may not specify more than 1 volume type"));
    const { secret, configMap, downwardAPI, serviceAccountToken } = source;
    if (secret) errors.push(...present(`${path}.secret.name`, secret.name));
    if (configMap) errors.push(...present(`${path}.configMap.name`, configMap.name));
    for (const [kind, items] of [
      ["secret", secret?.items],
      ["configMap", configMap?.items],
    ] as const) {
      errors.push(...validateItems(items ?? [], `${path}.${kind}.items`));
      for (const item of items ?? []) claim(`${path}.${kind}.items`, item.path);
    }
    if (downwardAPI) {
      errors.push(...validateDownward(downwardAPI.items ?? [], `${path}.downwardAPI`));
      for (const item of downwardAPI.items ?? []) claim(`${path}.downwardAPI`, item.path);
    }
    if (serviceAccountToken) {
      const token = `${path}.serviceAccountToken`;
      const { expirationSeconds, path: file } = serviceAccountToken;
      errors.push(...present(`${token}.path`, file));
      if (file) errors.push(...localPath(`${token}.path`, file));
      if (expirationSeconds < 600) {
        const detail = "may not specify a duration less than 10 minutes";
        errors.push(invalid(`${token}.expirationSeconds`, expirationSeconds, detail));
      }
      if (expirationSeconds > 2 ** 32) {
        const detail = "may not specify a duration larger than 2^32 seconds";
        errors.push(invalid(`${token}.expirationSeconds`, expirationSeconds, detail));
      }
      claim(`${token}.path`, file);
    }
  }
  return errors;
}

/** Sources that are elsewhere: claims, network file systems, drivers. */
function validateStorageSources(volume: Volume, at: string): FieldError[] {
  const { persistentVolumeClaim, nfs, csi, ephemeral, image } = volume;
  const errors: FieldError[] = [];
  if (persistentVolumeClaim) {
    const path = `${at}.persistentVolumeClaim.claimName`;
    errors.push(...present(path, persistentVolumeClaim.claimName));
  }
  if (nfs) {
    errors.push(...present(`${at}.nfs.server`, nfs.server), ...present(`${at}.nfs.path`, nfs.path));
    if (nfs.path && !nfs.path.startsWith("/")) {
      errors.push(invalid(`${at}.nfs.path`, nfs.path, "must be an absolute path"));
    }
  }
  if (csi) {
    errors.push(
      ...(csi.driver
        ? by(`${at}.csi.driver`, csi.driver, isDnsSubdomain)
        : present(`${at}.csi.driver`, "")),
    );
  }
  if (ephemeral && !ephemeral.volumeClaimTemplate) {
    errors.push(requiredValue(`${at}.ephemeral.volumeClaimTemplate`));
  }
  if (image) {
    errors.push(...present(`${at}.image.reference`, image.reference));
    const policies = ["Always", "IfNotPresent", "Never"];
    if (image.pullPolicy && !policies.includes(image.pullPolicy)) {
      errors.push(notSupported(`${at}.image.pullPolicy`, image.pullPolicy, policies));
    }
  }
  return errors;
}

function validateItems(items: readonly KeyToPath[], path: string): FieldError[] {
  return items.flatMap((item, index) => {
    const at = `${path}[${index}]`;
    return [
      ...present(`${at}.key`, item.key),
      ...present(`${at}.path`, item.path),
      ...(item.path ? localPath(`${at}.path`, item.path) : []),
      ...validateMode(`${at}.mode`, item.mode),
    ];
  });
}

function validateMode(path: string, mode: number | undefined): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return [];
  return [invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive")];
}

const downwardFields = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

function validateDownward(files: readonly DownwardAPIVolumeFile[], path: string): FieldError[] {
  return files.flatMap((file) => {
    const errors = present(`${path}.path`, file.path);
    if (file.path) errors.push(...localPath(`${path}.path`, file.path));
    errors.push(...validateMode(`${path}.mode`, file.mode));
    const { fieldRef, resourceFieldRef } = file;
    if (fieldRef && resourceFieldRef) {
      const detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
      errors.push(invalid(path, "resource", detail));
    } else if (fieldRef) {
      const at = `${path}.fieldRef.fieldPath`;
      errors.push(...validateFieldPath(fieldRef.fieldPath, at, downwardFields));
    } else if (resourceFieldRef) {
      errors.push(
        ...present(`${path}.resourceFieldRef.containerName`, resourceFieldRef.containerName),
      );
      const at = `${path}.resourceFieldRef.resource`;
      errors.push(...validateResourceField(resourceFieldRef.resource, at));
    } else {
      errors.push(requiredValue(path, "one of fieldRef and resourceFieldRef is required"));
    }
    return errors;
  });
}
