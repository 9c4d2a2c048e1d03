import type {
  Container,
  ContainerPort,
  EnvFromSource,
  EnvVar,
  EphemeralContainer,
  ResourceRequirements,
  SecurityContext,
  VolumeMount,
} from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import {
  isConfigMapKey,
  isDnsLabel,
  isDnsSubdomain,
  isEnvVarName,
  isPortName,
  isPortNumber,
  isQualifiedName,
} from "#machinery/validation/names.ts";
import { compareQuantities, parseQuantity } from "#schema/quantity.ts";
import { standardResources, validateResourceName } from "../../common/resource-name.ts";
import { by, present } from "../../common/validation.ts";
import { validateLifecycle, validateProbe } from "./validation-probes.ts";

/** What containers of a pod are checked against. */
export interface PodSurroundings {
  readonly volumeNames: ReadonlySet<string>;
  readonly claimNames: ReadonlySet<string>;
  readonly hostNetwork: boolean;
}

export function validateContainers(
  containers: readonly Container[],
  path: string,
  pod: PodSurroundings,
): FieldError[] {
  if (!containers.length) return [requiredValue(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateContainer(container, at, pod));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    errors.push(...validateProbes(container, at));
  }
  return [...errors, ...duplicateHostPorts(containers, path)];
}

export function validateInitContainers(
  containers: readonly Container[],
  path: string,
  pod: PodSurroundings,
  regularNames: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regularNames);
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateContainer(container, at, pod));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    errors.push(...duplicateHostPorts([container], path));
    if (container.restartPolicy === "Always") {
      errors.push(...validateProbes(container, at));
      continue;
    }
    for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
      if (container[field] === undefined) continue;
      const detail = "may not be set for init containers without restartPolicy=Always";
      errors.push(forbidden(`${at}.${field}`, detail));
    }
  }
  return errors;
}

const ephemeralForbidden = [
  "ports",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  path: string,
  pod: PodSurroundings,
  others: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(others);
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    const { targetContainerName, ...common } = container;
    errors.push(...validateContainer(common, at, pod));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    if (targetContainerName && !others.has(targetContainerName)) {
      errors.push(notFound(`${at}.targetContainerName`, targetContainerName));
    }
    for (const field of ephemeralForbidden) {
      if (container[field] === undefined) continue;
      errors.push(forbidden(`${at}.${field}`, "cannot be set for an Ephemeral Container"));
    }
    if (Object.keys(container.resources).length) {
      const detail = "cannot be set for an Ephemeral Container";
      errors.push(forbidden(`${at}.resources`, detail));
    }
  }
  return errors;
}

function validateProbes(container: Container, at: string): FieldError[] {
  const grace = true;
  return [
    ...validateLifecycle(container.lifecycle, `${at}.lifecycle`),
    ...validateProbe(container.livenessProbe, `${at}.livenessProbe`, { onceIsEnough: true, grace }),
    ...validateProbe(container.readinessProbe, `${at}.readinessProbe`, {
      onceIsEnough: false,
      grace: false,
    }),
    ...validateProbe(container.startupProbe, `${at}.startupProbe`, { onceIsEnough: true, grace }),
  ];
}

function validateContainer(container: Container, at: string, pod: PodSurroundings): FieldError[] {
  const { image = "", name } = container;
  const errors: FieldError[] = name
    ? by(`${at}.name`, name, isDnsLabel)
    : [requiredValue(`${at}.name`)];
  if (!image) errors.push(requiredValue(`${at}.image`));
  else if (image.trim() !== image) {
    errors.push(invalid(`${at}.image`, image, "must not have leading or trailing whitespace"));
  }
  const { restartPolicy } = container;
  if (restartPolicy && !["Always", "Never", "OnFailure"].includes(restartPolicy)) {
    const supported = ["Always", "Never", "OnFailure"];
    errors.push(notSupported(`${at}.restartPolicy`, restartPolicy, supported));
  }
  return [
    ...errors,
    ...validatePorts(container.ports ?? [], `${at}.ports`, pod),
    ...validateEnv(container.env ?? [], `${at}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${at}.envFrom`),
    ...validateMounts(container.volumeMounts ?? [], `${at}.volumeMounts`, pod),
    ...validateDevices(container, at, pod),
    ...validateResources(container.resources, `${at}.resources`),
    ...validateSecurityContext(container.securityContext, `${at}.securityContext`),
  ];
}

function validatePorts(
  ports: readonly ContainerPort[],
  path: string,
  pod: PodSurroundings,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (port.name) {
      const problems = by(`${at}.name`, port.name, isPortName);
      errors.push(...problems);
      if (!problems.length && names.has(port.name)) {
        errors.push(duplicate(`${at}.name`, port.name));
      }
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(requiredValue(`${at}.containerPort`));
    else errors.push(...by(`${at}.containerPort`, port.containerPort, isPortNumber));
    if (port.hostPort) errors.push(...by(`${at}.hostPort`, port.hostPort, isPortNumber));
    // A template may leave it open: the pod made of it gets it filled in.
    if (pod.hostNetwork && port.hostPort && port.hostPort !== port.containerPort) {
      const detail = "must match `containerPort` when `hostNetwork` is true";
      errors.push(invalid(`${at}.hostPort`, port.hostPort, detail));
    }
  }
  return errors;
}

function duplicateHostPorts(containers: readonly Container[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [portIndex, { hostPort, hostIP = "", protocol }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) {
        errors.push(duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key));
      }
      taken.add(key);
    }
  }
  return errors;
}

const envFields = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const keyedField = /^metadata\.(labels|annotations)\['([^']*)'\]$/;

export function validateFieldPath(
  fieldPath: string | undefined,
  path: string,
  supported: readonly string[] = envFields,
): FieldError[] {
  if (!fieldPath) return [requiredValue(path)];
  const keyed = keyedField.exec(fieldPath);
  if (keyed) return by(path, keyed[2] ?? "", isQualifiedName);
  if (supported.includes(fieldPath)) return [];
  if (podFields.has(fieldPath)) return [notSupported(path, fieldPath, supported)];
  const detail = `error converting fieldPath: field label not supported: ${fieldPath}`;
  return [invalid(path, fieldPath, detail)];
}

/** What fields of pods are called at all; not all of them can be read by containers. */
const podFields: ReadonlySet<string> = new Set([
  ...envFields,
  "metadata.annotations",
  "metadata.labels",
  "spec.host",
  "spec.hostNetwork",
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.nominatedNodeName",
  "status.phase",
]);

const containerResources = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/;

export function validateResourceField(resource: string | undefined, path: string): FieldError[] {
  if (!resource) return [requiredValue(path)];
  if (containerResources.test(resource)) return [];
  const names = ["cpu", "ephemeral-storage", "memory"];
  const supported = ["limits", "requests"].flatMap((kind) => names.map((one) => `${kind}.${one}`));
  return [notSupported(path, resource, supported)];
}

function validateEnv(variables: readonly EnvVar[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { name, value, valueFrom }] of variables.entries()) {
    const at = `${path}[${index}]`;
    if (!name) errors.push(requiredValue(`${at}.name`));
    else errors.push(...by(`${at}.name`, name, isEnvVarName));
    if (!valueFrom) continue;
    const from = `${at}.valueFrom`;
    if (valueFrom.fieldRef) {
      const fieldPath = `${from}.fieldRef.fieldPath`;
      errors.push(...validateFieldPath(valueFrom.fieldRef.fieldPath, fieldPath));
    }
    if (valueFrom.resourceFieldRef) {
      const resource = `${from}.resourceFieldRef.resource`;
      errors.push(...validateResourceField(valueFrom.resourceFieldRef.resource, resource));
    }
    for (const kind of ["configMapKeyRef", "secretKeyRef"] as const) {
      const reference = valueFrom[kind];
      if (!reference) continue;
      errors.push(...by(`${from}.${kind}.name`, reference.name ?? "", isDnsSubdomain));
      errors.push(...present(`${from}.${kind}.name`, reference.name));
      if (!reference.key) errors.push(requiredValue(`${from}.${kind}.key`));
      else errors.push(...by(`${from}.${kind}.key`, reference.key, isConfigMapKey));
    }
    const sources = Object.values(valueFrom).filter((source) => source !== undefined).length;
    if (sources === 0) {
      const detail =
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` " +
        "or `fileKeyRef`";
      errors.push(invalid(from, "", detail));
    } else if (value) {
      errors.push(invalid(from, "", "may not be specified when `value` is not empty"));
    } else if (sources > 1) {
      errors.push(invalid(from, "", "may not have more than one field specified at a time"));
    }
  }
  return errors;
}

function validateEnvFrom(sources: readonly EnvFromSource[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix) errors.push(...by(`${at}.prefix`, prefix, isEnvVarName));
    if (configMapRef) errors.push(...validateName(`${at}.configMapRef.name`, configMapRef.name));
    if (secretRef) errors.push(...validateName(`${at}.secretRef.name`, secretRef.name));
    if (configMapRef && secretRef) {
      errors.push(invalid(path, "", "may not have more than one field specified at a time"));
    } else if (!configMapRef && !secretRef) {
      errors.push(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    }
  }
  return errors;
}

function validateName(path: string, name: string | undefined): FieldError[] {
  return name ? by(path, name, isDnsSubdomain) : [requiredValue(path)];
}

function validateMounts(
  mounts: readonly VolumeMount[],
  path: string,
  pod: PodSurroundings,
): FieldError[] {
  const errors: FieldError[] = [];
  const mountPaths = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const at = `${path}[${index}]`;
    if (!mount.name) errors.push(requiredValue(`${at}.name`));
    else if (!pod.volumeNames.has(mount.name)) errors.push(notFound(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(requiredValue(`${at}.mountPath`));
    else if (mountPaths.has(mount.mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mount.mountPath, "must be unique"));
    }
    mountPaths.add(mount.mountPath);
    if (mount.subPath) errors.push(...localPath(`${at}.subPath`, mount.subPath));
    if (mount.subPathExpr) {
      if (mount.subPath) {
        const detail = "subPathExpr and subPath are mutually exclusive";
        errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, detail));
      }
      errors.push(...localPath(`${at}.subPathExpr`, mount.subPathExpr));
    }
    const { mountPropagation: propagation } = mount;
    const supported = ["Bidirectional", "HostToContainer", "None"];
    if (propagation && !supported.includes(propagation)) {
      errors.push(notSupported(`${at}.mountPropagation`, propagation, supported));
    }
  }
  return errors;
}

function validateDevices(container: Container, at: string, pod: PodSurroundings): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, device] of (container.volumeDevices ?? []).entries()) {
    const path = `${at}.volumeDevices[${index}]`;
    if (!device.name) errors.push(requiredValue(`${path}.name`));
    else if (!pod.claimNames.has(device.name)) {
      const detail =
        "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      errors.push(
        pod.volumeNames.has(device.name)
          ? invalid(`${path}.name`, device.name, detail)
          : notFound(`${path}.name`, device.name),
      );
    }
    if (!device.devicePath) errors.push(requiredValue(`${path}.devicePath`));
  }
  return errors;
}

/** A path that stays below where it starts. */
export function localPath(path: string, value: string): FieldError[] {
  const errors: FieldError[] = [];
  if (value.startsWith("/")) errors.push(invalid(path, value, "must be a relative path"));
  if (value.split("/").includes("..")) errors.push(invalid(path, value, "must not contain '..'"));
  return errors;
}

export function validateResources(resources: ResourceRequirements, path: string): FieldError[] {
  const { limits = {}, requests = {} } = resources;
  const errors: FieldError[] = [];
  for (const [kind, amounts] of [
    ["limits", limits],
    ["requests", requests],
  ] as const) {
    for (const [name, amount] of Object.entries(amounts)) {
      errors.push(...validateAmount(`${path}.${kind}[${name}]`, name, amount));
    }
  }
  for (const [name, amount] of Object.entries(requests)) {
    const limit = limits[name];
    const extended = !standardResources.test(name);
    const mustEqual = extended || name.startsWith("hugepages-");
    if (limit === undefined) {
      if (mustEqual) {
        const detail = "Limit must be set for non overcommitable resources";
        errors.push(requiredValue(`${path}.limits`, detail));
      }
    } else if (mustEqual && compareQuantities(amount, limit) !== 0) {
      const detail = `must be equal to ${name} limit of ${limit}`;
      errors.push(invalid(`${path}.requests`, amount, detail));
    } else if (compareQuantities(amount, limit) > 0) {
      const detail = `must be less than or equal to ${name} limit of ${limit}`;
      errors.push(invalid(`${path}.requests`, amount, detail));
    }
  }
  return errors;
}

function validateAmount(path: string, name: string, amount: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (compareQuantities(amount, "0") < 0) {
    errors.push(invalid(path, amount, "must be greater than or equal to 0"));
  }
  if (name.includes("/") && (parseQuantity(amount)?.nanos ?? 0n) % 1_000_000_000n !== 0n) {
    errors.push(invalid(path, amount, "must be an integer"));
  }
  return errors;
}

const idMax = 2 ** 31 - 1;

export function validateId(path: string, id: number | undefined): FieldError[] {
  if (id === undefined || (id >= 0 && id <= idMax)) return [];
  return [invalid(path, id, `must be between 0 and ${idMax}, inclusive`)];
}

function validateSecurityContext(context: SecurityContext | undefined, path: string): FieldError[] {
  if (!context) return [];
  const errors = [
    ...validateId(`${path}.runAsUser`, context.runAsUser),
    ...validateId(`${path}.runAsGroup`, context.runAsGroup),
  ];
  const { procMount, seccompProfile } = context;
  if (procMount && !["Default", "Unmasked"].includes(procMount)) {
    errors.push(notSupported(`${path}.procMount`, procMount, ["Default", "Unmasked"]));
  }
  if (seccompProfile) errors.push(...validateSeccomp(seccompProfile, `${path}.seccompProfile`));
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) {
      const detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
      errors.push(invalid(path, context, detail));
    }
    if (context.capabilities?.add?.includes("CAP_SYS_ADMIN")) {
      const detail =
        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
      errors.push(invalid(path, context, detail));
    }
  }
  return errors;
}

export function validateSeccomp(
  profile: { readonly type: string; readonly localhostProfile?: string },
  path: string,
): FieldError[] {
  const supported = ["Localhost", "RuntimeDefault", "Unconfined"];
  if (!profile.type)
    return [requiredValue(`${path}.type`, "type is required when seccompProfile is set")];
  if (!supported.includes(profile.type)) {
    return [notSupported(`${path}.type`, profile.type, supported)];
  }
  if (profile.type === "Localhost") {
    return profile.localhostProfile
      ? localPath(`${path}.localhostProfile`, profile.localhostProfile)
      : [requiredValue(`${path}.localhostProfile`, "must be set when seccomp type is Localhost")];
  }
  return profile.localhostProfile === undefined
    ? []
    : [
        invalid(
          `${path}.localhostProfile`,
          profile.localhostProfile,
          "can only be set when seccomp type is Localhost",
        ),
      ];
}
