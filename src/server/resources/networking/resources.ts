import { Ingress, IngressClass, NetworkPolicy } from "#api/networking/v1.ts";
import type { IngressBackend, NetworkPolicyPeer } from "#api/networking/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import {
  isCidr,
  isDns1035Label,
  isDnsSubdomain,
  isPathSegment,
  isWildcardDnsSubdomain,
} from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, formatSelector, nameColumn } from "../common/columns.ts";
import { by, immutable, validateLabelSelector, validatePort } from "../common/validation.ts";
import { defineResource } from "../define.ts";

export const networkPolicies: ResourceDefinition = defineResource<NetworkPolicy>({
  type: NetworkPolicy,
  columns: [
    nameColumn(),
    column("Pod-Selector", ({ spec }) => formatSelector(spec.podSelector)),
    ageColumn(),
  ],
  applyDefaults({ spec }) {
    if (!spec) return;
    spec.podSelector ??= {};
    for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const port of ports) port.protocol ??= "TCP";
    }
    if (!spec.policyTypes?.length) {
      spec.policyTypes = spec.egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
    }
  },
  validate: validateNetworkPolicy,
});

function validateNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(spec.podSelector, "spec.podSelector");
  for (const [index, { from = [] }] of (spec.ingress ?? []).entries()) {
    for (const [i, peer] of from.entries()) {
      errors.push(...validatePeer(peer, `spec.ingress[${index}].from[${i}]`));
    }
  }
  for (const [index, { to = [] }] of (spec.egress ?? []).entries()) {
    for (const [i, peer] of to.entries()) {
      errors.push(...validatePeer(peer, `spec.egress[${index}].to[${i}]`));
    }
  }
  for (const [index, type] of (spec.policyTypes ?? []).entries()) {
    if (type === "Ingress" || type === "Egress") continue;
    errors.push(notSupported(`spec.policyTypes[${index}]`, type, ["Ingress", "Egress"]));
  }
  return errors;
}

function validatePeer(peer: NetworkPolicyPeer, at: string): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (!podSelector && !namespaceSelector && !ipBlock) {
    return [requiredValue(at, "must specify a peer")];
  }
  const errors = [
    ...validateLabelSelector(podSelector, `${at}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`),
  ];
  if (!ipBlock) return errors;
  if (podSelector || namespaceSelector) {
    errors.push(forbidden(at, "may not specify both ipBlock and another peer"));
  }
  return [...errors, ...by(`${at}.ipBlock.cidr`, ipBlock.cidr, isCidr)];
}

export const ingressClasses: ResourceDefinition = defineResource<IngressClass>({
  type: IngressClass,
  columns: [
    nameColumn(),
    column("Controller", ({ spec }) => spec.controller ?? ""),
    column("Parameters", ({ spec: { parameters } }) => {
      if (!parameters) return "<none>";
      const kind = parameters.apiGroup
        ? `${parameters.kind}.${parameters.apiGroup}`
        : parameters.kind;
      return `${kind}/${parameters.name}`;
    }),
    ageColumn(),
  ],
  applyDefaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= "Cluster";
  },
  validateUpdate: ({ spec }, old) =>
    immutable("spec.controller", spec.controller, old.spec.controller),
});

export const ingresses: ResourceDefinition = defineResource<Ingress>({
  type: Ingress,
  columns: [
    nameColumn(),
    column("Class", ({ spec }) => spec.ingressClassName ?? "<none>"),
    column("Hosts", hostText),
    column("Address", ({ status }) =>
      (status.loadBalancer.ingress ?? []).map((one) => one.ip || one.hostname || "").join(","),
    ),
    column("Ports", ({ spec }) => (spec.tls?.length ? "80, 443" : "80")),
    ageColumn(),
  ],
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  prepareForUpdate(ingress, old) {
    ingress.status = old.status;
  },
  validate: validateIngress,
  status: {},
});

const hostsShownMax = 3;

function hostText({ spec }: Ingress): string {
  const hosts = (spec.rules ?? []).map((rule) => rule.host).filter(Boolean);
  if (!hosts.length) return "*";
  const text = hosts.slice(0, hostsShownMax).join(",");
  return hosts.length > hostsShownMax ? `${text} + ${hosts.length - hostsShownMax} more...` : text;
}

function validateIngress({ spec }: Ingress): FieldError[] {
  const { rules = [], defaultBackend } = spec;
  if (!rules.length && !defaultBackend) {
    return [invalid("spec", [], "either `defaultBackend` or `rules` must be specified")];
  }
  const errors = defaultBackend ? validateBackend(defaultBackend, "spec.defaultBackend") : [];
  for (const [index, { host, http }] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (host) {
      const rule = host.includes("*") ? isWildcardDnsSubdomain : isDnsSubdomain;
      errors.push(...by(`${at}.host`, host, rule));
    }
    if (http && !http.paths.length) errors.push(requiredValue(`${at}.http.paths`));
    for (const [i, { path, pathType, backend }] of (http?.paths ?? []).entries()) {
      const item = `${at}.http.paths[${i}]`;
      const supported = ["Exact", "ImplementationSpecific", "Prefix"];
      if (!pathType) errors.push(requiredValue(`${item}.pathType`, "pathType must be specified"));
      else if (!supported.includes(pathType)) {
        errors.push(notSupported(`${item}.pathType`, pathType, supported));
      } else if (!path?.startsWith("/") && (path || pathType !== "ImplementationSpecific")) {
        errors.push(invalid(`${item}.path`, path ?? "", "must be an absolute path"));
      }
      errors.push(...validateBackend(backend, `${item}.backend`));
    }
  }
  if (spec.ingressClassName) {
    errors.push(...by("spec.ingressClassName", spec.ingressClassName, isDnsSubdomain));
  }
  return errors;
}

function validateBackend({ service, resource }: IngressBackend, at: string): FieldError[] {
  if (service && resource) {
    return [invalid(at, "", "cannot set both resource and service backends")];
  }
  if (!service && !resource) return [requiredValue(at, "resource or service backend is required")];
  if (resource) return by(`${at}.resource.name`, resource.name, isPathSegment);
  if (!service) return [];
  const errors = by(`${at}.service.name`, service.name, isDns1035Label);
  const { name, number } = service.port ?? {};
  if (name && number) {
    errors.push(invalid(at, "", "cannot set both port name & port number"));
  } else if (!name && !number) {
    errors.push(requiredValue(`${at}.service.port`, "port name or number is required"));
  } else if (number) {
    errors.push(...validatePort(`${at}.service.port.number`, number));
  }
  return errors;
}
