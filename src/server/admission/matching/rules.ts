import type { NamedRuleWithOperations, RuleWithOperations } from "#api/admissionregistration/v1.ts";
import type { AdmissionRequest, Operation } from "../admission.ts";

/** What a rule looks at. The namespace of a request about a namespace is that namespace. */
export interface Place {
  readonly operation: Operation;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export function placeOf(request: AdmissionRequest): Place {
  const { operation, resourceGroup, resourceVersion, resource, subresource, name } = request;
  return {
    operation,
    group: resourceGroup,
    version: resourceVersion,
    resource,
    subresource,
    namespace: namespaceOf(request),
    name,
  };
}

/** A namespace counts as lying in itself. */
export function namespaceOf(request: AdmissionRequest): string {
  return isNamespace(request) ? request.name : request.namespace;
}

export function isNamespace({ resourceGroup, resource }: AdmissionRequest): boolean {
  return resourceGroup === "" && resource === "namespaces";
}

const ownGroup = "admissionregistration.k8s.io";
const ownKinds = new Set([
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

/** Who breaks admission must be able to mend it: its own configuration is never asked about. */
export function isOwnConfiguration({ type }: AdmissionRequest): boolean {
  return type.info.group === ownGroup && ownKinds.has(type.info.kind);
}

export function matchesRule(rule: RuleWithOperations, place: Place): boolean {
  return (
    matchesScope(rule.scope, place) &&
    has(rule.operations, place.operation) &&
    has(rule.apiGroups, place.group) &&
    has(rule.apiVersions, place.version) &&
    (rule.resources ?? []).some((name) => matchesResource(name, place))
  );
}

/** The same; policies may also name objects. */
export function matchesNamedRule(rule: NamedRuleWithOperations, place: Place): boolean {
  const names = rule.resourceNames ?? [];
  return matchesRule(rule, place) && (names.length === 0 || names.includes(place.name));
}

function has(items: readonly string[] | undefined, wanted: string): boolean {
  return items?.some((item) => item === "*" || item === wanted) ?? false;
}

function matchesScope(scope: string | undefined, place: Place): boolean {
  if (scope === undefined || scope === "*") return true;
  const isCluster =
    place.namespace === "" || (place.group === "" && place.resource === "namespaces");
  if (scope === "Cluster") return isCluster;
  return scope === "Namespaced" && !isCluster;
}

/** `pods`, `pods/status`, `pods/*`, `*`, `*` with any subresource */
function matchesResource(name: string, place: Place): boolean {
  const slash = name.indexOf("/");
  const resource = slash < 0 ? name : name.slice(0, slash);
  const subresource = slash < 0 ? "" : name.slice(slash + 1);
  return (
    (resource === "*" || resource === place.resource) &&
    (subresource === "*" || subresource === place.subresource)
  );
}
