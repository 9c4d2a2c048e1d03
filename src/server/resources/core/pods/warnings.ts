import type { Container, Pod, PodSpec } from "#api/core/v1.ts";

/** Labels of nodes that have newer names. */
const olderLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

/** What works, but hardly as it was meant. */
export function podWarnings(pod: Pod, old: Readonly<Pod> | undefined): string[] {
  // Somebody who changes a label did not write the spec.
  return old ? [] : podSpecWarnings(pod.spec, "spec");
}

export function podSpecWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const newer = olderLabels[key];
    if (newer) {
      warnings.push(`${path}.nodeSelector[${key}]: deprecated since v1.14; use "${newer}" instead`);
    }
  }
  if (spec.terminationGracePeriodSeconds < 0) {
    warnings.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and ` +
        "will be treated as 1",
    );
  }
  for (const field of ["initContainers", "containers"] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      warnings.push(...hiddenVariables(container, `${path}.${field}[${index}]`));
    }
  }
  return warnings;
}

function hiddenVariables({ env = [] }: Container, at: string): string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const [index, { name }] of env.entries()) {
    if (seen.has(name)) {
      const quoted = JSON.stringify(name);
      warnings.push(
        `${at}.env[${index}]: hides previous definition of ${quoted}, ` +
          "which may be dropped when using apply",
      );
    }
    seen.add(name);
  }
  return warnings;
}
