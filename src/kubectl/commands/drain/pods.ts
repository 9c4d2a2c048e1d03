import type { Pod } from "#api/core/v1.ts";
import { controllerOf } from "#client/object.ts";
import type { KubeObject } from "../../objects.ts";

/** What happens to a pod when its node is drained. */
export type PodFate =
  | { readonly kind: "leave" }
  /** It stays or goes, and people are told. */
  | { readonly kind: "warn"; readonly goes: boolean; readonly why: string }
  /** The node cannot be drained because of it. */
  | { readonly kind: "refuse"; readonly why: string }
  | { readonly kind: "go" };

export interface DrainRules {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  /** Pods that have been going for longer are left to themselves; 0 waits for all of them. */
  readonly skipDeletedSeconds: number;
}

/** Of a pod of a DaemonSet: why the DaemonSet could not be read, if that was so. */
export interface DaemonSetAnswer {
  readonly missing: boolean;
  readonly message: string;
}

/** The last rule that has something to say is the one that people hear of. */
export function podFate(
  pod: Pod,
  rules: DrainRules,
  { now, daemonSet }: { readonly now: number; readonly daemonSet: DaemonSetAnswer | undefined },
): PodFate {
  const isFinished = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
  if (isGoneLongEnough(pod, rules.skipDeletedSeconds, now)) return { kind: "leave" };
  if (isOfDaemonSet(pod) && !isFinished) {
    // A pod whose DaemonSet is gone is like any other when force is asked for.
    if (daemonSet && !(daemonSet.missing && rules.force)) {
      return { kind: "refuse", why: daemonSet.message };
    }
    if (!daemonSet) {
      return rules.ignoreDaemonSets
        ? { kind: "warn", goes: false, why: "ignoring DaemonSet-managed Pods" }
        : {
            kind: "refuse",
            why: "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)",
          };
    }
  }
  if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) {
    return { kind: "leave" };
  }
  if (isFinished) return { kind: "go" };
  const hasLocalStorage = pod.spec.volumes?.some(({ emptyDir }) => emptyDir) ?? false;
  if (hasLocalStorage && !rules.deleteEmptyDirData) {
    return {
      kind: "refuse",
      why: "Pods with local storage (use --delete-emptydir-data to override)",
    };
  }
  // Nobody is told of the local storage of a pod that goes for what a later rule looks at.
  if (controllerOf(pod)) return { kind: "go" };
  return rules.force
    ? { kind: "warn", goes: true, why: "deleting Pods that declare no controller" }
    : {
        kind: "refuse",
        // The stock program says "cannot delete" twice, and scripts may look for it.
        why: "cannot delete Pods that declare no controller (use --force to override)",
      };
}

export function isOfDaemonSet(pod: Pod): boolean {
  const owner = controllerOf(pod);
  return owner?.kind === "DaemonSet" && owner.apiVersion === "apps/v1";
}

export function isGoneLongEnough(
  { metadata }: Pick<Pod, "metadata"> | KubeObject,
  seconds: number,
  now: number,
): boolean {
  const { deletionTimestamp } = metadata;
  if (seconds <= 0 || !deletionTimestamp) return false;
  return Math.trunc((now - Date.parse(deletionTimestamp)) / 1000) > seconds;
}

/** "why: ns/a, ns/b", for each reason in the order in which it first came up. */
export function reasonLines(
  entries: readonly { readonly pod: Pod; readonly why: string }[],
): string[] {
  const byReason = new Map<string, string[]>();
  for (const { pod, why } of entries) {
    const name = `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
    byReason.set(why, [...(byReason.get(why) ?? []), name]);
  }
  return [...byReason].map(([why, names]) => `${why}: ${names.join(", ")}`);
}
