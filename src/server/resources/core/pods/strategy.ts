import type { Affinity, Pod, PodAffinityTerm } from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";

/** A new pod's status is the server's to say. */
export function prepareNewPod(pod: Pod): void {
  pod.status = { phase: "Pending", qosClass: podQosClass(pod) };
  if (pod.spec.schedulingGates?.length) {
    pod.status.conditions = [
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      },
    ];
  }
  matchOwnLabels(pod);
}

/** Affinity "with pods that have my value of this label" becomes an ordinary selector. */
function matchOwnLabels({ metadata, spec }: Pod): void {
  for (const term of affinityTerms(spec.affinity)) {
    const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
    if (!labelSelector) continue;
    const add = (key: string, operator: "In" | "NotIn") => {
      const value = metadata.labels?.[key];
      if (value === undefined) return;
      labelSelector.matchExpressions ??= [];
      labelSelector.matchExpressions.push({ key, operator, values: [value] });
    };
    for (const key of matchLabelKeys) add(key, "In");
    for (const key of mismatchLabelKeys) add(key, "NotIn");
  }
}

function affinityTerms(affinity: Affinity | undefined): PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((terms) => [
    ...(terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      (weighted) => weighted.podAffinityTerm,
    ),
  ]);
}

/** How long a deleted pod stays for its kubelet; a pod that no kubelet runs goes at once. */
export function podGraceSeconds({ spec, status }: Pod, requested: number | undefined): number {
  if (!spec.nodeName) return 0;
  if (status.phase === "Failed" || status.phase === "Succeeded") return 0;
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}
