import type { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import type { PodTemplateSpec } from "#api/core/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { countOrPercent } from "../common/numbers.ts";
import { byAge } from "../common/time.ts";

export const hashLabel = "pod-template-hash";
export const revisionAnnotation = "deployment.kubernetes.io/revision";
export const revisionHistoryAnnotation = "deployment.kubernetes.io/revision-history";
export const desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";
export const maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";

/** Annotations of a Deployment that its ReplicaSets do not take over. */
const notCopied = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  "deprecated.deployment.rollback.rollbackTo",
]);
const revisionHistoryLengthMax = 2000;

/** The ReplicaSet of the current template, and the others, oldest first. */
export function splitReplicaSets(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): { current: ReplicaSet | undefined; old: readonly ReplicaSet[] } {
  const ordered = [...replicaSets].sort(byAge);
  // Several of the same template are a leftover of a collision: the oldest one counts.
  const current = ordered.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template));
  return { current, old: ordered.filter((replicaSet) => replicaSet !== current) };
}

export function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec): boolean {
  return deepEqual(left && withoutHash(left), withoutHash(right));
}

function withoutHash(template: PodTemplateSpec): unknown {
  const { [hashLabel]: _, ...labels } = template.metadata.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** A whole number of 64 bits, which not every JavaScript number can tell from the next. */
export const revisionOf = ({ metadata }: { metadata: ReplicaSet["metadata"] }) =>
  revisionFrom(metadata.annotations?.[revisionAnnotation]);

function revisionFrom(text: string | undefined): bigint {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : 0n;
}

export function nextRevision(replicaSets: readonly ReplicaSet[]): bigint {
  const latest = replicaSets
    .map(revisionOf)
    .reduce((most, revision) => (revision > most ? revision : most), 0n);
  return latest + 1n;
}

/** How many pods there may be above, and may be missing below, the wanted number. */
export function fenceposts({ spec }: Deployment): { maxSurge: number; maxUnavailable: number } {
  if (spec.strategy.type !== "RollingUpdate") return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = spec.strategy.rollingUpdate ?? {};
  const surge = countOrPercent(maxSurge, spec.replicas, "up");
  const unavailable = countOrPercent(maxUnavailable, spec.replicas, "down");
  // With neither, nothing could ever move.
  const resolved = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return {
    maxSurge: surge,
    maxUnavailable: Math.min(resolved, spec.replicas),
  };
}

/** The annotations that say for which size of the Deployment a ReplicaSet was last scaled. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const { replicas } = deployment.spec;
  return {
    [desiredReplicasAnnotation]: String(replicas),
    [maxReplicasAnnotation]: String(replicas + fenceposts(deployment).maxSurge),
  };
}

/** Annotations of the current ReplicaSet: the Deployment's, and its place in the history. */
export function currentAnnotations(
  deployment: Deployment,
  replicaSet: ReplicaSet | undefined,
  revision: bigint,
): Record<string, string> {
  const annotations = { ...replicaSet?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key)) annotations[key] = value;
  }
  const before = annotations[revisionAnnotation];
  if (revisionFrom(before) < revision) {
    annotations[revisionAnnotation] = String(revision);
    if (before) {
      const history = annotations[revisionHistoryAnnotation]?.split(",") ?? [];
      history.push(before);
      while (history.join(",").length > revisionHistoryLengthMax) history.shift();
      annotations[revisionHistoryAnnotation] = history.join(",");
    }
  }
  return replicaSet ? annotations : { ...annotations, ...sizeAnnotations(deployment) };
}
