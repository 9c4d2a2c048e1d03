import type { LabelSelector } from "#api/meta/v1.ts";
import type { Pod, TopologySpreadConstraint } from "#api/core/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import { matchesNodeAffinity } from "#machinery/scheduling/node-affinity.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodLabels } from "../cache/pod-info.ts";
import type { ClusterObjects } from "../framework.ts";
import type { PodTopologySpreadArgs } from "../profile/arguments.ts";
import { repellingTaint } from "./taint-toleration.ts";

/** A constraint with what a pod makes of it. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  /** A pod is counted when all of them match. */
  readonly selectors: readonly LabelSelector[];
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export type SpreadAction = TopologySpreadConstraint["whenUnsatisfiable"];

/** What pods without constraints get, unless a configuration says otherwise. */
const systemConstraints = [
  { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 5 },
] as const;

/** The constraints with this action that hold for the pod: its own, or else the profile's. */
export function constraintsOf(
  pod: Pod,
  action: SpreadAction,
  args: PodTopologySpreadArgs,
  objects: ClusterObjects,
): readonly SpreadConstraint[] {
  const own = pod.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    return own
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
      .map((constraint) => spreadConstraint(constraint, ownSelectors(constraint, pod)));
  }
  const defaults: readonly TopologySpreadConstraint[] =
    args.defaultingType === "System" ? systemConstraints : args.defaultConstraints;
  const chosen = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
  if (chosen.length === 0) return [];
  const selectors = workloadSelectors(pod, objects);
  if (selectors.length === 0) return [];
  return chosen.map((constraint) => spreadConstraint(constraint, selectors));
}

/** Whether the constraint speaks of the pod. */
export function isCounted(
  { selectors }: SpreadConstraint,
  { labels }: Pick<PodLabels, "labels">,
): boolean {
  return selectors.length > 0 && selectors.every((each) => matchesLabelSelector(each, labels));
}

/** Whether the node's pods, and its domain, count for the pod. */
export function isIncluded(constraint: SpreadConstraint, pod: Pod, { node }: NodeInfo): boolean {
  if (constraint.honorsAffinity && !matchesNodeAffinity(pod, node)) return false;
  return !constraint.honorsTaints || !repellingTaint(pod, node);
}

export function hasAllKeys(
  labels: Readonly<Record<string, string>>,
  constraints: readonly SpreadConstraint[],
): boolean {
  return constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}

function spreadConstraint(
  constraint: TopologySpreadConstraint,
  selectors: readonly LabelSelector[],
): SpreadConstraint {
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    minDomains: constraint.minDomains ?? 1,
    selectors,
    honorsAffinity: constraint.nodeAffinityPolicy !== "Ignore",
    honorsTaints: constraint.nodeTaintsPolicy === "Honor",
  };
}

function ownSelectors(constraint: TopologySpreadConstraint, pod: Pod): readonly LabelSelector[] {
  const { labelSelector, matchLabelKeys = [] } = constraint;
  if (!labelSelector) return [];
  const matchLabels: Record<string, string> = {};
  for (const key of matchLabelKeys) {
    const value = pod.metadata.labels?.[key];
    if (value !== undefined) matchLabels[key] = value;
  }
  return [labelSelector, ...(Object.keys(matchLabels).length > 0 ? [{ matchLabels }] : [])];
}

/** What the services and the workload of a pod select by, together. Empty when there are none. */
function workloadSelectors(pod: Pod, objects: ClusterObjects): readonly LabelSelector[] {
  const { namespace, labels = {}, ownerReferences = [] } = pod.metadata;
  const isHere = (object: { metadata: { namespace?: string | undefined } }) =>
    object.metadata.namespace === namespace;
  const matchLabels: Record<string, string> = {};
  for (const service of objects.services()) {
    const { selector } = service.spec;
    if (!isHere(service) || !selector) continue;
    if (matchesLabelSelector({ matchLabels: selector }, labels)) {
      Object.assign(matchLabels, selector);
    }
  }
  const selectors: LabelSelector[] = [];
  const owner = ownerReferences.find(({ controller }) => controller);
  const isOwner = (object: { metadata: { name: string; namespace?: string | undefined } }) =>
    isHere(object) && object.metadata.name === owner?.name;
  switch (`${owner?.apiVersion} ${owner?.kind}`) {
    case "v1 ReplicationController":
      Object.assign(matchLabels, objects.replicationControllers().find(isOwner)?.spec.selector);
      break;
    case "apps/v1 ReplicaSet":
      selectors.push(...present(objects.replicaSets().find(isOwner)?.spec.selector));
      break;
    case "apps/v1 StatefulSet":
      selectors.push(...present(objects.statefulSets().find(isOwner)?.spec.selector));
      break;
  }
  if (Object.keys(matchLabels).length > 0) selectors.unshift({ matchLabels });
  return selectors;
}

function present(selector: LabelSelector | undefined): readonly LabelSelector[] {
  return selector ? [selector] : [];
}
