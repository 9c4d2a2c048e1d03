import type { Node, Taint } from "#api/core/v1.ts";
import { matchesNodeAffinity } from "#machinery/scheduling/node-affinity.ts";
import { isTolerated } from "#machinery/scheduling/taints.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { portsConflict } from "#machinery/scheduling/host-ports.ts";
import { PodFilters } from "./filters.ts";
import type { ClusterView, Refusal } from "./framework.ts";
import type { Profile } from "./profile/profile.ts";

/** What stands between a pod and a node. */
export interface NodeReport {
  readonly node: string;
  /** Every plugin that says no, not only the first one. */
  readonly refusals: readonly Pick<Refusal, "plugin" | "reasons">[];
  /** What would have to change so that it says yes; all of it. */
  readonly wouldHelp: readonly string[];
}

/** Why a pod has no node. */
export interface SchedulingReport {
  readonly pod: string;
  readonly schedulerName: string;
  /** Why it is not even tried. */
  readonly heldBackBy?: { readonly plugin: string; readonly message: string };
  readonly attempts: number;
  /** What was found at the last attempt, as in the pod's condition. */
  readonly message?: string;
  readonly nominatedNode?: string;
  /** As of now; the nodes that need least to change first. */
  readonly nodes: readonly NodeReport[];
  /** The changes, those first that help with most nodes. */
  readonly wouldHelp: readonly string[];
}

/** Asks every filter about every node, and what each "no" would take to become a "yes". */
export function explainNodes(
  pod: PodInfo,
  cluster: ClusterView,
  profile: Profile,
): Pick<SchedulingReport, "nodes" | "wouldHelp"> {
  const filters = new PodFilters(pod, profile, cluster);
  const nodes = cluster.nodes.map((node): NodeReport => {
    const refusals = filters.checkAll(node);
    const wouldHelp = [...new Set(refusals.flatMap((refusal) => remedies(pod, node, refusal)))];
    const said = refusals.map(({ plugin, reasons }) => ({ plugin, reasons }));
    return { node: node.name, refusals: said, wouldHelp };
  });
  const counts = new Map<string, number>();
  for (const { wouldHelp } of nodes) {
    for (const change of wouldHelp) counts.set(change, (counts.get(change) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([, left], [, right]) => right - left);
  return {
    nodes: nodes.toSorted((left, right) => left.wouldHelp.length - right.wouldHelp.length),
    wouldHelp:
      cluster.nodes.length === 0 ? ["a node: the cluster has none"] : byCount.map(([text]) => text),
  };
}

/** In words for people: what could be changed at the pod, the node or the cluster. */
function remedies(pod: PodInfo, node: NodeInfo, refusal: Refusal): readonly string[] {
  switch (refusal.plugin) {
    case "NodeResourcesFit":
      return resourceRemedies(pod, node);
    case "NodeUnschedulable":
      return [`uncordon node ${node.name}`];
    case "TaintToleration":
      return untoleratedTaints(pod, node.node).map(
        (taint) => `a toleration of taint ${taintText(taint)} in the pod`,
      );
    case "NodeAffinity":
      return labelRemedies(pod, node);
    case "NodePorts":
      return portRemedies(pod, node);
    case "InterPodAffinity":
      return refusal.reasons.map((reason) =>
        reason.includes("existing pods")
          ? `other labels of the pod, or no pods near node ${node.name} that keep it away`
          : reason.includes("anti-affinity")
            ? `a node in a place without the pods that its anti-affinity names`
            : `a pod that its affinity asks for in the same place as node ${node.name}`,
      );
    case "PodTopologySpread":
      return spreadRemedies(pod, node);
    default:
      return refusal.reasons.map((reason) => `whatever resolves: ${reason}`);
  }
}

function resourceRemedies(pod: PodInfo, node: NodeInfo): readonly string[] {
  const changes: string[] = [];
  const podsMax = node.allocatable.get("pods") ?? 0;
  if (node.podCount + 1 > podsMax) {
    changes.push(`fewer than ${podsMax} pods on node ${node.name}`);
  }
  for (const [resource, wanted] of pod.requests) {
    const allocatable = node.allocatable.get(resource) ?? 0;
    const free = allocatable - node.requested(resource);
    if (wanted === 0 || wanted <= free) continue;
    const text = (amount: number) => amountText(resource, amount);
    changes.push(
      wanted > allocatable
        ? `a bigger node, or a request of at most ${text(allocatable)} ${resource} in place of ${text(wanted)}`
        : `${text(wanted - free)} more ${resource} free on node ${node.name}: ` +
            `${text(wanted)} requested, ${text(Math.max(0, free))} of ${text(allocatable)} free`,
    );
  }
  return changes;
}

function labelRemedies({ pod }: PodInfo, { node }: NodeInfo): readonly string[] {
  const labels = node.metadata.labels ?? {};
  const missing = Object.entries(pod.spec.nodeSelector ?? {}).filter(
    ([key, value]) => labels[key] !== value,
  );
  const changes = missing.map(
    ([key, value]) => `label ${key}=${value} on node ${node.metadata.name}`,
  );
  const withLabels = {
    ...node,
    metadata: { ...node.metadata, labels: { ...labels, ...Object.fromEntries(missing) } },
  };
  if (matchesNodeAffinity(pod, withLabels)) return changes;
  return [...changes, `labels of node ${node.metadata.name} that meet the pod's node affinity`];
}

function portRemedies(pod: PodInfo, node: NodeInfo): readonly string[] {
  return pod.hostPorts.flatMap((port) =>
    node.pods
      .filter((other) => other.hostPorts.some((taken) => portsConflict(port, taken)))
      .map(
        ({ key }) =>
          `port ${port.port}/${port.protocol} of node ${node.name}, which pod ${key} holds`,
      ),
  );
}

function spreadRemedies({ pod }: PodInfo, { labels, name }: NodeInfo): readonly string[] {
  const constraints = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule",
  );
  const missing = constraints.filter(({ topologyKey }) => labels[topologyKey] === undefined);
  if (missing.length > 0) {
    return missing.map(({ topologyKey }) => `label ${topologyKey} on node ${name}`);
  }
  return constraints.map(
    ({ topologyKey, maxSkew }) =>
      `more of the pods elsewhere, or a maxSkew above ${maxSkew} for ${topologyKey}`,
  );
}

function untoleratedTaints({ pod }: PodInfo, node: Node): readonly Taint[] {
  return (node.spec.taints ?? []).filter(
    (taint) =>
      taint.effect !== "PreferNoSchedule" && !isTolerated(taint, pod.spec.tolerations ?? []),
  );
}

function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ""}:${effect}`;
}

function amountText(resource: string, amount: number): string {
  if (resource === "cpu") return amount % 1000 === 0 ? `${amount / 1000}` : `${amount}m`;
  const mebi = 1024 * 1024;
  const isBytes = resource === "memory" || resource === "ephemeral-storage";
  return isBytes && amount >= mebi ? `${Math.round(amount / mebi)}Mi` : `${amount}`;
}
