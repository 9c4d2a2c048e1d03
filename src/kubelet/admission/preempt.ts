import type { Node, Pod } from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import { isMirrorPod } from "../pod-source.ts";
import { isStaticPod } from "../static-pods/manifest.ts";
import { shortage } from "./admit.ts";

const systemCriticalPriority = 2_000_000_000;

/** What the node cannot do without. */
export function isCritical(pod: Pod): boolean {
  const { priority = 0 } = pod.spec;
  return isStaticPod(pod) || isMirrorPod(pod) || priority >= systemCriticalPriority;
}

const classes = ["BestEffort", "Burstable", "Guaranteed"];

/**
 * Which pods make room for a critical one: first those that were promised the least, then those of
 * the least priority, and nobody in vain. Undefined: there is not enough to be had.
 */
export function victimsFor(
  pod: Pod,
  node: Node,
  others: readonly Pod[],
): readonly Pod[] | undefined {
  const rank = (other: Pod) => classes.indexOf(podQosClass(other));
  const priority = ({ spec }: Pod) => spec.priority ?? 0;
  const candidates = others
    .filter((other) => !isCritical(other) || priority(other) < priority(pod))
    .toSorted((left, right) => rank(left) - rank(right) || priority(left) - priority(right));
  const victims = new Set<Pod>();
  const fits = () =>
    !shortage(
      pod,
      node,
      others.filter((other) => !victims.has(other)),
    );
  for (const candidate of candidates) {
    if (fits()) break;
    victims.add(candidate);
  }
  if (!fits()) return undefined;
  for (const victim of [...victims].toReversed()) {
    victims.delete(victim);
    if (!fits()) victims.add(victim);
  }
  return [...victims];
}
