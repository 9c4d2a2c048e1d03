/** Labels that a kubelet may set on its node, among those of Kubernetes. */
const allowedLabels = new Set([
  "kubernetes.io/hostname",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
]);
const allowedPrefixes = ["kubelet.kubernetes.io", "node.kubernetes.io"];
const restrictedPrefix = "node-restriction.kubernetes.io";

type Labels = Readonly<Record<string, string>> | undefined;

/** Keys that were added, removed or changed, in order. */
export function modifiedLabels(labels: Labels, old: Labels): string[] {
  const keys = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})]);
  return [...keys].filter((key) => labels?.[key] !== old?.[key]).sort();
}

/**
 * Those that a node may not choose for itself: it could draw workloads to itself that belong
 * elsewhere.
 */
export function forbiddenLabels(keys: readonly string[]): string[] {
  return keys.filter((key) => {
    const prefix = key.includes("/") ? (key.split("/", 1)[0] ?? "") : "";
    if (isWithin(prefix, restrictedPrefix)) return true;
    if (!isWithin(prefix, "kubernetes.io") && !isWithin(prefix, "k8s.io")) return false;
    return !allowedLabels.has(key) && !allowedPrefixes.some((allowed) => isWithin(prefix, allowed));
  });
}

function isWithin(prefix: string, domain: string): boolean {
  return prefix === domain || prefix.endsWith(`.${domain}`);
}
