import { Ingress, IngressClass, NetworkPolicy } from "#api/networking/v1.ts";
import type {
  HTTPIngressPath,
  IngressBackend,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "#api/networking/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import {
  isCidr,
  isDnsLabel,
  isDnsSubdomain,
  isPathSegment,
  isPortName,
  isPortNumber,
  isWildcardDnsSubdomain,
  parseCidr,
  parseIp,
} from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, formatSelector, nameColumn } from "../common/columns.ts";
import {
  by,
  immutable,
  oneOf,
  validateLabelSelector,
  validatePort,
  validatePortOrName,
} from "../common/validation.ts";
import { defineResource } from "../define.ts";

export const networkPolicies: ResourceDefinition = defineResource<NetworkPolicy>({
  type: NetworkPolicy,
  requiredMayBeEmpty: true,
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
  for (const [index, { from = [], ports = [] }] of (spec.ingress ?? []).entries()) {
    for (const [i, port] of ports.entries()) {
      errors.push(...validatePolicyPort(port, `spec.ingress[${index}].ports[${i}]`));
    }
    for (const [i, peer] of from.entries()) {
      errors.push(...validatePeer(peer, `spec.ingress[${index}].from[${i}]`));
    }
  }
  for (const [index, { ports = [], to = [] }] of (spec.egress ?? []).entries()) {
    for (const [i, port] of ports.entries()) {
      errors.push(...validatePolicyPort(port, `spec.egress[${index}].ports[${i}]`));
    }
    for (const [i, peer] of to.entries()) {
      errors.push(...validatePeer(peer, `spec.egress[${index}].to[${i}]`));
    }
  }
  const { policyTypes = [] } = spec;
  if (policyTypes.length > 2) {
    const detail = "may not specify more than two policyTypes";
    return [...errors, invalid("spec.policyTypes", policyTypes, detail)];
  }
  for (const [index, type] of policyTypes.entries()) {
    errors.push(...oneOf(`spec.policyTypes[${index}]`, type, ["Ingress", "Egress"]));
  }
  return errors;
}

function validatePolicyPort({ endPort, port, protocol }: NetworkPolicyPort, at: string) {
  const errors = oneOf(`${at}.protocol`, protocol, ["TCP", "UDP", "SCTP"]);
  const path = `${at}.endPort`;
  if (port === undefined) {
    if (endPort === undefined) return errors;
    const detail = "may not be specified when `port` is not specified";
    return [...errors, invalid(path, endPort, detail)];
  }
  errors.push(...validatePortOrName(`${at}.port`, port));
  if (endPort === undefined) return errors;
  if (typeof port === "string") {
    const detail = "may not be specified when `port` is non-numeric";
    return [...errors, invalid(path, endPort, detail)];
  }
  if (endPort < port) {
    // Upstream shows the port, of which this is not the field.
    errors.push(invalid(path, port, "must be greater than or equal to `port`"));
  }
  return [...errors, ...by(path, endPort, isPortNumber)];
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
  const { cidr, except = [] } = ipBlock;
  if (!cidr) return [...errors, requiredValue(`${at}.ipBlock.cidr`)];
  errors.push(...by(`${at}.ipBlock.cidr`, cidr, isCidr));
  const whole = parseCidr(cidr);
  for (const [index, part] of except.entries()) {
    const path = `${at}.ipBlock.except[${index}]`;
    const problems = by(path, part, isCidr);
    errors.push(...problems);
    const inner = parseCidr(part);
    if (problems.length || !whole || !inner || isStrictlyWithin(inner, whole)) continue;
    errors.push(invalid(path, part, `must be a strict subset of \`cidr\``));
  }
  return errors;
}

type Network = NonNullable<ReturnType<typeof parseCidr>>;

function isStrictlyWithin(inner: Network, whole: Network): boolean {
  if (inner.address.length !== whole.address.length) return false;
  if (inner.prefixLength <= whole.prefixLength) return false;
  return whole.address.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, whole.prefixLength - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((inner.address[index] ?? 0) & mask);
  });
}

export const ingressClasses: ResourceDefinition = defineResource<IngressClass>({
  type: IngressClass,
  requiredMayBeEmpty: true,
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
  validate: validateIngressClass,
  validateUpdate: ({ spec }, old) =>
    immutable("spec.controller", spec.controller, old.spec.controller),
});

const controllerBytesMax = 250;

function validateIngressClass({ spec: { controller = "", parameters } }: IngressClass) {
  const path = "spec.controller";
  const errors = controller ? by(path, controller, isDomainPath) : [requiredValue(path)];
  if (controller.length > controllerBytesMax) errors.push(tooLong(path, controllerBytesMax));
  if (!parameters) return errors;
  const at = "spec.parameters";
  errors.push(...validateReference(parameters, at));
  const { namespace, scope } = parameters;
  if (scope !== undefined && !["Cluster", "Namespace"].includes(scope)) {
    errors.push(notSupported(`${at}.scope`, scope, ["Cluster", "Namespace"]));
  }
  if (namespace !== undefined && scope === "Cluster") {
    errors.push(forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  if (scope === "Namespace") {
    errors.push(
      ...(namespace === undefined
        ? [requiredValue(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'")]
        : by(`${at}.namespace`, namespace, isDnsLabel)),
    );
  }
  return errors;
}

/** "acme.io/foo" */
function isDomainPath(value: string): string[] {
  const slash = value.indexOf("/");
  const [domain, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 1 || !path) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  const problems = isDnsSubdomain(domain);
  if (problems.length) return problems;
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
  return isPath
    ? []
    : ["Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"];
}

export const ingresses: ResourceDefinition = defineResource<Ingress>({
  type: Ingress,
  requiredMayBeEmpty: true,
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

const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
/** What proxies read in more than one way. */
const ambiguousParts = ["//", "/./", "/../", "%2f", "%2F"];
const ambiguousEnds = ["/..", "/."];

function validatePath({ path = "", pathType, backend }: HTTPIngressPath, at: string): FieldError[] {
  if (!pathType) return [requiredValue(`${at}.pathType`, "pathType must be specified")];
  const errors: FieldError[] = [];
  const wrong = (why: string) => errors.push(invalid(`${at}.path`, path, why));
  if (!pathTypes.includes(pathType)) {
    errors.push(notSupported(`${at}.pathType`, pathType, pathTypes));
  } else if (pathType === "ImplementationSpecific") {
    if (path && !path.startsWith("/")) wrong("must be an absolute path");
  } else {
    if (!path.startsWith("/")) wrong("must be an absolute path");
    for (const part of ambiguousParts) if (path.includes(part)) wrong(`must not contain '${part}'`);
    for (const end of ambiguousEnds) if (path.endsWith(end)) wrong(`cannot end with '${end}'`);
  }
  return [...errors, ...validateBackend(backend, `${at}.backend`)];
}

function validateIngress({ spec }: Ingress): FieldError[] {
  const { rules = [], defaultBackend } = spec;
  if (!rules.length && !defaultBackend) {
    return [
      invalid("spec", spec.rules ?? null, "either `defaultBackend` or `rules` must be specified"),
    ];
  }
  const errors = defaultBackend ? validateBackend(defaultBackend, "spec.defaultBackend") : [];
  for (const [index, { host, http }] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (host) {
      const rule = host.includes("*") ? isWildcardDnsSubdomain : isDnsSubdomain;
      if (parseIp(host)) {
        errors.push(invalid(`${at}.host`, host, "must be a DNS name, not an IP address"));
      }
      errors.push(...by(`${at}.host`, host, rule));
    }
    if (http && !http.paths.length) errors.push(requiredValue(`${at}.http.paths`));
    for (const [i, path] of (http?.paths ?? []).entries()) {
      errors.push(...validatePath(path, `${at}.http.paths[${i}]`));
    }
  }
  for (const [index, { hosts = [], secretName }] of (spec.tls ?? []).entries()) {
    for (const [i, host] of hosts.entries()) {
      const rule = host.includes("*") ? isWildcardDnsSubdomain : isDnsSubdomain;
      errors.push(...by(`spec.tls[${index}].hosts[${i}]`, host, rule));
    }
    if (!secretName) continue;
    errors.push(...by(`spec.tls[${index}].secretName`, secretName, isDnsSubdomain));
  }
  if (spec.ingressClassName !== undefined) {
    errors.push(...by("spec.ingressClassName", spec.ingressClassName, isDnsSubdomain));
  }
  return errors;
}

interface Reference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

/** Something by its group, kind and name, wherever it is. */
function validateReference({ apiGroup, kind, name }: Reference, at: string): FieldError[] {
  const segment = (path: string, value: string) =>
    value ? by(path, value, isPathSegment) : [requiredValue(path)];
  return [
    ...(apiGroup === undefined ? [] : by(`${at}.apiGroup`, apiGroup, isDnsSubdomain)),
    ...segment(`${at}.kind`, kind),
    ...segment(`${at}.name`, name),
  ];
}

function validateBackend({ service, resource }: IngressBackend, at: string): FieldError[] {
  if (service && resource) {
    return [invalid(at, "", "cannot set both resource and service backends")];
  }
  if (!service && !resource) return [invalid(at, "", "resource or service backend is required")];
  if (resource) return validateReference(resource, `${at}.resource`);
  if (!service) return [];
  const errors = service.name
    ? by(`${at}.service.name`, service.name, isDnsLabel)
    : [requiredValue(`${at}.service.name`)];
  const { name, number } = service.port ?? {};
  if (name && number) {
    errors.push(invalid(at, "", "cannot set both port name & port number"));
  } else if (!name && !number) {
    errors.push(requiredValue(at, "port name or number is required"));
  } else if (name) {
    errors.push(...by(`${at}.service.port.name`, name, isPortName));
  } else if (number) {
    errors.push(...validatePort(`${at}.service.port.number`, number));
  }
  return errors;
}
