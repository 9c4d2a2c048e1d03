import type { PolicyRule } from "#api/rbac/v1.ts";

/** API groups by a short word, so that a role's rules fit the eye. */
const groupNames: Readonly<Record<string, string>> = {
  core: "",
  admission: "admissionregistration.k8s.io",
  authentication: "authentication.k8s.io",
  authorization: "authorization.k8s.io",
  certificates: "certificates.k8s.io",
  coordination: "coordination.k8s.io",
  discovery: "discovery.k8s.io",
  events: "events.k8s.io",
  networking: "networking.k8s.io",
  node: "node.k8s.io",
  rbac: "rbac.authorization.k8s.io",
  resource: "resource.k8s.io",
  storage: "storage.k8s.io",
};

/** Verbs that go together. */
export const read = "get list watch";
export const write = "create update patch delete deletecollection";
export const readWrite = `${read} ${write}`;

/** `rule("get list", "core apps", "pods deployments")`; words in order, as upstream stores them. */
export function rule(
  verbs: string,
  groups: string,
  resources: string,
  resourceNames?: string,
): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups)
      .map((group) => groupNames[group] ?? group)
      .sort(),
    resources: words(resources),
    ...(resourceNames && { resourceNames: words(resourceNames) }),
  };
}

/** Paths that are no resource's. */
export function urls(verbs: string, paths: string): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(paths) };
}

/** Who acts writes events of both APIs. */
export const writesEvents = rule("create update patch", "core events", "events");

function words(text: string): string[] {
  return text.split(/\s+/).sort();
}
