import type { NamespaceCondition } from "#api/core/v1.ts";
import { withCondition } from "../common/conditions.ts";
import { timestamp } from "../common/time.ts";

/** What is left in a namespace, by resource ("pods", "deployments.apps"). */
export interface Remains {
  /** Resources that could not be listed or deleted: why. */
  readonly failures: readonly string[];
  readonly discoveryFailures: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  /** Finalizers that objects wait for, and how many objects do. */
  readonly finalizers: ReadonlyMap<string, number>;
}

/** How the deletion of a namespace goes, in upstream's words. */
export function deletionConditions(
  conditions: readonly NamespaceCondition[] | undefined,
  remains: Remains,
  now: number,
): NamespaceCondition[] {
  let next = [...(conditions ?? [])];
  const set = (type: string, problem: [string, string] | undefined, fine: [string, string]) => {
    const [reason, message] = problem ?? fine;
    const status = problem ? "True" : "False";
    const time = timestamp(now);
    const condition = { type, status, reason, message, lastTransitionTime: time } as const;
    const changed = next.some(
      (other) => other.type === type && other.status === status && other.message !== message,
    );
    // A count that goes down is news, too, although the condition stays what it is.
    next = changed
      ? next.map((other) => (other.type === type ? { ...other, reason, message } : other))
      : withCondition(next, condition);
  };
  const { counts, discoveryFailures, failures, finalizers } = remains;
  set(
    "NamespaceDeletionDiscoveryFailure",
    discoveryFailures.length > 0
      ? [
          "DiscoveryFailed",
          `Discovery failed for some groups, ${discoveryFailures.length} failing: ` +
            discoveryFailures.join(", "),
        ]
      : undefined,
    ["ResourcesDiscovered", "All resources successfully discovered"],
  );
  set("NamespaceDeletionGroupVersionParsingFailure", undefined, [
    "ParsedGroupVersions",
    "All legacy kube types successfully parsed",
  ]);
  set(
    "NamespaceDeletionContentFailure",
    failures.length > 0
      ? [
          "ContentDeletionFailed",
          `Failed to delete all resource types, ${failures.length} remaining: ` +
            failures.join(", "),
        ]
      : undefined,
    ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
  );
  const resources = [...counts].filter(([, count]) => count > 0);
  set(
    "NamespaceContentRemaining",
    resources.length > 0
      ? [
          "SomeResourcesRemain",
          `Some resources are remaining: ${resources
            .map(([name, count]) => `${name} has ${count} resource instances`)
            .sort()
            .join(", ")}`,
        ]
      : undefined,
    ["ContentRemoved", "All content successfully removed"],
  );
  const waits = [...finalizers].filter(([, count]) => count > 0);
  set(
    "NamespaceFinalizersRemaining",
    waits.length > 0
      ? [
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${waits
            .map(([name, count]) => `${name} in ${count} resource instances`)
            .sort()
            .join(", ")}`,
        ]
      : undefined,
    ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
  );
  return next;
}
