import type { Pod, PodSpec, PodTemplateSpec } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain, isIp, isQualifiedName } from "#machinery/validation/names.ts";
import { by, validateLabels, validateTemplateMeta } from "../../common/validation.ts";
import type { PodSurroundings } from "./validation-containers.ts";
import {
  validateContainers,
  validateEphemeralContainers,
  validateId,
  validateInitContainers,
  validateResources,
  validateSeccomp,
} from "./validation-containers.ts";
import { validateAffinity, validateSpread, validateTolerations } from "./validation-scheduling.ts";
import { validateVolumes } from "./validation-volumes.ts";

export function validatePod(pod: Pod): FieldError[] {
  return validatePodSpec(pod.spec, "spec");
}

/** Only a new pod: what has a way of its own to be added later. */
export function validateNewPod(pod: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (pod.spec.ephemeralContainers?.length) {
    errors.push(forbidden("spec.ephemeralContainers", "cannot be set on create"));
  }
  if (pod.spec.schedulingGates?.length && pod.spec.nodeName) {
    const detail = "cannot be set until all schedulingGates have been cleared";
    errors.push(forbidden("spec.nodeName", detail));
  }
  return errors;
}

export function validatePodTemplateSpec(template: PodTemplateSpec, path: string): FieldError[] {
  // The path is that of the template itself, as upstream tells it.
  const errors = validateTemplateMeta(template.metadata, path);
  if (!template.spec) return [...errors, requiredValue(`${path}.spec.containers`)];
  if (template.spec.ephemeralContainers?.length) {
    const detail = "ephemeral containers not allowed in pod template";
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, detail));
  }
  return [...errors, ...validatePodSpec(template.spec, `${path}.spec`)];
}

export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const volumes = spec.volumes ?? [];
  const surroundings: PodSurroundings = {
    volumeNames: new Set(volumes.map((volume) => volume.name)),
    claimNames: new Set(
      volumes
        .filter((volume) => volume.persistentVolumeClaim || volume.ephemeral)
        .map((volume) => volume.name),
    ),
    hostNetwork: spec.hostNetwork ?? false,
  };
  const containers = spec.containers ?? [];
  const init = spec.initContainers ?? [];
  const regular = new Set(containers.map((container) => container.name));
  const all = new Set([...regular, ...init.map((container) => container.name)]);
  return [
    ...validateVolumes(volumes, `${path}.volumes`),
    ...validateContainers(containers, `${path}.containers`, surroundings),
    ...validateInitContainers(init, `${path}.initContainers`, surroundings, regular),
    ...validateEphemeralContainers(
      spec.ephemeralContainers ?? [],
      `${path}.ephemeralContainers`,
      surroundings,
      all,
    ),
    ...(spec.resources ? validateResources(spec.resources, `${path}.resources`) : []),
    ...validateNames(spec, path),
    ...validateSecurity(spec, path),
    ...validateDns(spec, path),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateRest(spec, path),
  ];
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors = validateLabels(spec.nodeSelector, `${path}.nodeSelector`);
  for (const [field, rule] of [
    ["serviceAccountName", isDnsSubdomain],
    ["nodeName", isDnsSubdomain],
    ["hostname", isDnsLabel],
    ["subdomain", isDnsLabel],
    ["priorityClassName", isDnsSubdomain],
    ["runtimeClassName", isDnsSubdomain],
  ] as const) {
    const value = spec[field];
    if (value) errors.push(...by(`${path}.${field}`, value, rule));
  }
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    const at = `${path}.readinessGates[${index}].conditionType`;
    errors.push(...by(at, gate.conditionType, isQualifiedName));
  }
  for (const [index, gate] of (spec.schedulingGates ?? []).entries()) {
    errors.push(...by(`${path}.schedulingGates[${index}]`, gate.name, isQualifiedName));
  }
  return errors;
}

function validateSecurity(spec: PodSpec, path: string): FieldError[] {
  const context = spec.securityContext;
  const at = `${path}.securityContext`;
  const errors = [
    ...validateId(`${at}.runAsUser`, context.runAsUser),
    ...validateId(`${at}.runAsGroup`, context.runAsGroup),
    ...validateId(`${at}.fsGroup`, context.fsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, index) =>
      validateId(`${at}.supplementalGroups[${index}]`, id),
    ),
  ];
  const sysctls = new Set<string>();
  for (const [index, { name }] of (context.sysctls ?? []).entries()) {
    const field = `${at}.sysctls[${index}].name`;
    if (!name) errors.push(requiredValue(field));
    else if (!/^([a-z0-9][-_a-z0-9]*[./])*[a-z0-9][-_a-z0-9]*$/.test(name)) {
      const detail =
        "must have at most 253 characters and match regex " +
        "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
      errors.push(invalid(field, name, detail));
    } else if (sysctls.has(name)) {
      errors.push({ path: field, type: "FieldValueDuplicate", value: name, detail: "" });
    }
    sysctls.add(name);
  }
  if (context.seccompProfile) {
    errors.push(...validateSeccomp(context.seccompProfile, `${at}.seccompProfile`));
  }
  const { fsGroupChangePolicy: policy } = context;
  if (policy && !["Always", "OnRootMismatch"].includes(policy)) {
    const supported = ["Always", "OnRootMismatch"];
    errors.push(notSupported(`${at}.fsGroupChangePolicy`, policy, supported));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    errors.push(invalid(`${at}.shareProcessNamespace`, true, detail));
  }
  return errors;
}

const nameserversMax = 3;
const searchesMax = 32;

function validateDns(spec: PodSpec, path: string): FieldError[] {
  const at = `${path}.dnsConfig`;
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const errors: FieldError[] = [];
  if (spec.dnsPolicy === "None") {
    if (!spec.dnsConfig) {
      errors.push(requiredValue(at, "must provide `dnsConfig` when `dnsPolicy` is None"));
    } else if (!nameservers.length) {
      const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      errors.push(requiredValue(`${at}.nameservers`, detail));
    }
  }
  if (nameservers.length > nameserversMax) {
    const detail = `must not have more than ${nameserversMax} nameservers`;
    errors.push(invalid(`${at}.nameservers`, nameservers, detail));
  }
  for (const [index, nameserver] of nameservers.entries()) {
    errors.push(...by(`${at}.nameservers[${index}]`, nameserver, isIp));
  }
  if (searches.length > searchesMax) {
    const detail = `must not have more than ${searchesMax} search paths`;
    errors.push(invalid(`${at}.searches`, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search === ".") continue;
    // Upstream lets a trailing dot and underscores pass: search paths are not always DNS names.
    const name = search.replace(/\.$/, "").replaceAll("_", "x");
    if (isDnsSubdomain(name).length) {
      errors.push(...by(`${at}.searches[${index}]`, search, isDnsSubdomain));
    }
  }
  for (const [index, option] of options.entries()) {
    if (!option.name) errors.push(requiredValue(`${at}.options[${index}]`, "must not be empty"));
  }
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    const item = `${path}.hostAliases[${index}]`;
    errors.push(...by(`${item}.ip`, alias.ip, isIp));
    for (const [name, hostname] of (alias.hostnames ?? []).entries()) {
      errors.push(...by(`${item}.hostnames[${name}]`, hostname, isDnsSubdomain));
    }
  }
  return errors;
}

const secondsMax = 2 ** 31 - 1;

function validateRest(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { activeDeadlineSeconds: deadline } = spec;
  if (deadline !== undefined && (deadline < 1 || deadline > secondsMax)) {
    const detail = `must be between 1 and ${secondsMax}, inclusive`;
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, detail));
  }
  if (spec.os) {
    if (!spec.os.name) errors.push(requiredValue(`${path}.os.name`));
    else if (!["linux", "windows"].includes(spec.os.name)) {
      errors.push(notSupported(`${path}.os.name`, spec.os.name, ["linux", "windows"]));
    }
  }
  return errors;
}
