import type { Service, ServicePort } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import {
  isCidr,
  isDnsLabel,
  isDnsSubdomain,
  isIp,
  isPortNumber,
  isQualifiedName,
  parseIp,
} from "#machinery/validation/names.ts";
import { by, immutable, validateLabels, validatePortOrName } from "../../common/validation.ts";
import { isExternal } from "./strategy.ts";

/** Three hours to a day: what upstream allows a client to stay with one endpoint. */
const affinitySecondsMax = 86_400;

export function validateService(service: Service): FieldError[] {
  const { spec } = service;
  return [
    ...validateType(service),
    ...validatePorts(service),
    ...validateLabels(spec.selector, "spec.selector"),
    ...validateAffinity(service),
    ...validateClusterIPs(service),
    ...validateExternal(service),
    ...validateTraffic(service),
    ...validateLoadBalancer(service),
  ];
}

function validateType({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const headless = spec.clusterIP === "None";
  if (!spec.ports?.length && !headless && spec.type !== "ExternalName") {
    errors.push(requiredValue("spec.ports"));
  }
  switch (spec.type) {
    case "LoadBalancer":
    case "NodePort":
      if (headless) {
        const detail = `may not be set to 'None' for ${spec.type} services`;
        errors.push(invalid("spec.clusterIPs[0]", "None", detail));
      }
      break;
    case "ExternalName": {
      if (spec.clusterIPs?.length || spec.clusterIP) {
        const detail = "may not be set for ExternalName services";
        errors.push(forbidden("spec.clusterIPs", detail));
      }
      if (spec.ipFamilies?.length) {
        errors.push(forbidden("spec.ipFamilies", "may not be set for ExternalName services"));
      }
      if (spec.ipFamilyPolicy) {
        errors.push(forbidden("spec.ipFamilyPolicy", "may not be set for ExternalName services"));
      }
      const name = (spec.externalName ?? "").replace(/\.$/, "");
      if (!name) errors.push(requiredValue("spec.externalName"));
      else errors.push(...by("spec.externalName", name, isDnsSubdomain));
      break;
    }
    default:
  }
  return errors;
}

function validatePorts({ spec }: Service): FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    errors.push(...validatePort(port, at, ports.length > 1, names));
    const key = `${port.protocol} ${port.port}`;
    if (numbers.has(key)) {
      errors.push(duplicate(at, { protocol: port.protocol, port: port.port }));
    }
    numbers.add(key);
    if (!port.nodePort) continue;
    if (spec.type === "ClusterIP" || spec.type === "ExternalName") {
      const detail = "may not be used when `type` is 'ClusterIP'";
      errors.push(forbidden(`${at}.nodePort`, detail));
      continue;
    }
    const nodeKey = `${port.protocol} ${port.nodePort}`;
    if (nodePorts.has(nodeKey)) errors.push(duplicate(`${at}.nodePort`, port.nodePort));
    nodePorts.add(nodeKey);
  }
  return errors;
}

function validatePort(
  port: ServicePort,
  at: string,
  nameNeeded: boolean,
  names: Set<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  if (nameNeeded && !port.name) errors.push(requiredValue(`${at}.name`));
  else if (port.name) {
    errors.push(...by(`${at}.name`, port.name, isDnsLabel));
    if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
    names.add(port.name);
  }
  errors.push(...by(`${at}.port`, port.port, isPortNumber));
  if (port.targetPort !== undefined) {
    errors.push(...validatePortOrName(`${at}.targetPort`, port.targetPort));
  }
  if (port.appProtocol) errors.push(...by(`${at}.appProtocol`, port.appProtocol, isQualifiedName));
  return errors;
}

function validateAffinity({ spec }: Service): FieldError[] {
  const at = "spec.sessionAffinityConfig";
  if (spec.sessionAffinity !== "ClientIP") {
    const detail = `must not be set when session affinity is ${spec.sessionAffinity}`;
    return spec.sessionAffinityConfig ? [forbidden(at, detail)] : [];
  }
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) {
    const detail = "when session affinity is ClientIP";
    return [requiredValue(`${at}.clientIP.timeoutSeconds`, detail)];
  }
  if (seconds > 0 && seconds <= affinitySecondsMax) return [];
  const detail = `must be greater than 0 and less than ${affinitySecondsMax}`;
  return [invalid(`${at}.clientIP.timeoutSeconds`, seconds, detail)];
}

function validateClusterIPs({ spec }: Service): FieldError[] {
  const ips = spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if (spec.clusterIP && ips[0] !== spec.clusterIP && ips.length) {
    const detail = "first value must match `clusterIP`";
    errors.push(invalid("spec.clusterIPs", ips, detail));
  }
  if (ips.length && !spec.clusterIP) {
    errors.push(requiredValue("spec.clusterIP", "must be set if `clusterIPs` is set"));
  }
  if (ips.length > 1 && ips.includes("None")) {
    const detail = "'None' must be the first and only value";
    errors.push(invalid("spec.clusterIPs", ips, detail));
  }
  if (ips.length > 2) {
    errors.push(invalid("spec.clusterIPs", ips, "may only hold up to 2 values"));
  }
  for (const [index, ip] of ips.entries()) {
    if (ip !== "None") errors.push(...by(`spec.clusterIPs[${index}]`, ip, isIp));
  }
  return [...errors, ...validateFamilies(spec.ipFamilies ?? [], ips)];
}

function validateFamilies(families: readonly string[], ips: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, family] of families.entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (family !== "IPv4" && family !== "IPv6") {
      errors.push(notSupported(at, family, ["IPv4", "IPv6"]));
    } else if (seen.has(family)) errors.push(duplicate(at, family));
    seen.add(family);
    const ip = ips[index];
    const bytes = ip && ip !== "None" ? parseIp(ip)?.length : undefined;
    if (bytes !== undefined && (bytes === 4) !== (family === "IPv4")) {
      const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
      errors.push(invalid(`spec.clusterIPs[${index}]`, ip, detail));
    }
  }
  return errors;
}

function validateExternal({ spec }: Service): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, index) => {
    const at = `spec.externalIPs[${index}]`;
    const errors = by(at, ip, isIp);
    if (errors.length) return errors;
    if (ip.startsWith("127.") || ip === "::1") {
      const detail = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
      return [invalid(at, ip, detail)];
    }
    if (ip === "0.0.0.0" || ip === "::") {
      return [invalid(at, ip, `may not be unspecified (${ip})`)];
    }
    return [];
  });
}

function validateTraffic({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.externalTrafficPolicy && !isExternal(spec)) {
    const detail = "may only be set for externally-accessible services";
    errors.push(invalid("spec.externalTrafficPolicy", spec.externalTrafficPolicy, detail));
  }
  if (spec.internalTrafficPolicy === undefined && spec.type !== "ExternalName") {
    errors.push(requiredValue("spec.internalTrafficPolicy"));
  }
  const { trafficDistribution: distribution } = spec;
  const supported = ["PreferClose", "PreferSameNode", "PreferSameZone"];
  if (distribution && !supported.includes(distribution)) {
    errors.push(notSupported("spec.trafficDistribution", distribution, supported));
  }
  if (spec.healthCheckNodePort) {
    if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local") {
      const detail =
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
      errors.push(invalid("spec.healthCheckNodePort", spec.healthCheckNodePort, detail));
    }
  }
  return errors;
}

function validateLoadBalancer({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (spec.type !== "LoadBalancer") {
    if (spec.allocateLoadBalancerNodePorts !== undefined) {
      errors.push(forbidden("spec.allocateLoadBalancerNodePorts", only));
    }
    if (spec.loadBalancerClass !== undefined) {
      errors.push(forbidden("spec.loadBalancerClass", only));
    }
    if (spec.loadBalancerSourceRanges?.length) {
      errors.push(forbidden("spec.loadBalancerSourceRanges", only));
    }
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    errors.push(...by(`spec.loadBalancerSourceRanges[${index}]`, range.trim(), isCidr));
  }
  return errors;
}

export function validateServiceUpdate(service: Service, old: Readonly<Service>): FieldError[] {
  const { spec } = service;
  const before = old.spec;
  const errors: FieldError[] = [];
  if (before.type !== "ExternalName" && spec.type !== "ExternalName") {
    const [was] = before.clusterIPs ?? [];
    const [now] = spec.clusterIPs ?? [];
    if (was !== undefined && now !== was) {
      const detail = "may not change once set";
      // Upstream shows the whole list for its first address.
      errors.push(invalid("spec.clusterIPs[0]", spec.clusterIPs ?? [], detail));
    }
  }
  if (before.type === "LoadBalancer" && spec.type === "LoadBalancer") {
    const path = "spec.loadBalancerClass";
    const detail = "may not change once set";
    if (before.loadBalancerClass && spec.loadBalancerClass !== before.loadBalancerClass) {
      errors.push(invalid(path, spec.loadBalancerClass ?? null, detail));
    }
  }
  const [family] = before.ipFamilies ?? [];
  if (family && spec.ipFamilies?.length && spec.type !== "ExternalName") {
    if (spec.ipFamilies[0] !== family && before.type !== "ExternalName") {
      errors.push(
        ...immutable("spec.ipFamilies[0]", spec.ipFamilies[0], family).map((error) => ({
          ...error,
          detail: "may not change once set",
        })),
      );
    }
  }
  return errors;
}
