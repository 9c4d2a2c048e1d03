import type { PodDisruptionBudget } from "#api/policy/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { refusalText } from "../decide.ts";
import type { NoFit } from "../decide.ts";
import type { ClusterView, Refusal } from "../framework.ts";
import { Refusals } from "../refusals.ts";
import { candidateOf, startOf } from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { KeptCandidates } from "./kept-candidates.ts";
import type { Nominations } from "./nominations.ts";

export interface PreemptOptions {
  /** Enough candidates are this share of the nodes that may help, but at least so many. */
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
  readonly nominations: Nominations;
  readonly now: number;
  readonly random: () => number;
}

export type Preemption =
  | { readonly ok: true; readonly candidates: readonly Candidate[] }
  | {
      readonly ok: false;
      /** For the end of the FailedScheduling message. */
      readonly text: string;
      /** True when no node can be freed at all, so that an earlier promise is void. */
      readonly clearsNomination: boolean;
    };

/** Looks for nodes on which the pod would fit if less important pods went. */
export function preempt(
  pod: PodInfo,
  cluster: ClusterView,
  noFit: NoFit,
  options: PreemptOptions,
): Preemption {
  const ineligible = whyIneligible(pod, cluster, noFit.refusals);
  if (ineligible) return { ok: false, text: ineligible, clearsNomination: false };

  const why = new Refusals(refusal("Preemption is not helpful for scheduling"));
  const candidates = dryRun(pod, cluster, noFit, options, why);
  if (candidates.length > 0) return { ok: true, candidates };
  const text = refusalText({ refusals: why, nodes: cluster.nodes.length });
  return { ok: false, text, clearsNomination: true };
}

function whyIneligible(pod: PodInfo, cluster: ClusterView, refusals: Refusals): string | undefined {
  if (pod.pod.spec.preemptionPolicy === "Never") {
    return "not eligible due to preemptionPolicy=Never.";
  }
  const nominated = cluster.node(pod.pod.status.nominatedNodeName ?? "");
  if (!nominated || !refusals.resolvable.includes(nominated)) return undefined;
  const isLeaving = nominated.pods.some(
    (other) => other.priority < pod.priority && isLeavingForOthers(other),
  );
  return isLeaving ? "not eligible due to a terminating pod on the nominated node." : undefined;
}

function isLeavingForOthers({ pod }: PodInfo): boolean {
  const target = pod.status.conditions?.find(({ type }) => type === "DisruptionTarget");
  return (
    !!pod.metadata.deletionTimestamp &&
    target?.status === "True" &&
    target.reason === "PreemptionByScheduler"
  );
}

function dryRun(
  pod: PodInfo,
  cluster: ClusterView,
  noFit: NoFit,
  options: PreemptOptions,
  why: Refusals,
): readonly Candidate[] {
  const hopeful = noFit.refusals.resolvable;
  const share = Math.trunc((hopeful.length * options.minCandidateNodesPercentage) / 100);
  const enough = Math.min(hopeful.length, Math.max(share, options.minCandidateNodesAbsolute));
  const offset = Math.floor(options.random() * hopeful.length);
  const budgets = cluster.objects.podDisruptionBudgets();
  const { verdicts } = noFit.filters;
  const kept = verdicts && KeptCandidates.for(verdicts, pod.priority, budgets);
  const kind: Candidate[] = [];
  const violating: Candidate[] = [];
  for (let index = 0; index < hopeful.length; index++) {
    const node = hopeful[(offset + index) % hopeful.length];
    if (!node) break;
    const select = () => selectVictims(pod, node, noFit, budgets, options);
    const promised = options.nominations.on(node.name);
    // What is promised to the pod itself counts for others only.
    const isOwn = promised?.some(({ key }) => key === pod.key) ?? false;
    const result = kept && !isOwn ? kept.get(node, promised, select) : select();
    if ("plugin" in result) why.add(node, result);
    else if (result.violations === 0) kind.push(result);
    else violating.push(result);
    if (kind.length > 0 && kind.length + violating.length >= enough) break;
  }
  return [...kind, ...violating];
}

/** The fewest pods of one node that must go: first all that could, then as many as fit back. */
function selectVictims(
  pod: PodInfo,
  node: NodeInfo,
  noFit: NoFit,
  budgets: readonly PodDisruptionBudget[],
  { nominations, now }: PreemptOptions,
): Candidate | Refusal {
  const moreImportant = (left: PodInfo, right: PodInfo) =>
    right.priority - left.priority || startOf(left, now) - startOf(right, now);
  const lower = node.pods.filter((other) => other.priority < pod.priority).sort(moreImportant);
  if (lower.length === 0) return refusal("No preemption victims found for incoming pod");

  const { filters } = noFit;
  const what = node.copy();
  const nominated = nominations.on(node.name) ?? [];
  const victims = new Set(lower);
  for (const other of lower) filters.remove(other, what);
  const stillRefused = filters.checkWith(what, nominated);
  if (!stillRefused) {
    const { violating, allowed } = byBudgets(lower, budgets);
    for (const other of [...violating, ...allowed]) {
      filters.add(other, what);
      if (filters.checkWith(what, nominated)) filters.remove(other, what);
      else victims.delete(other);
    }
    for (const other of victims) filters.add(other, what);
    const violations = violating.filter((other) => victims.has(other)).length;
    const leaving = lower.filter((other) => victims.has(other));
    return candidateOf(node.name, leaving, violations);
  }
  for (const other of lower) filters.add(other, what);
  return stillRefused;
}

/** Which of the pods, in this order, would break a budget by going. */
function byBudgets(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { violating: readonly PodInfo[]; allowed: readonly PodInfo[] } {
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const allowed: PodInfo[] = [];
  for (const info of pods) {
    const { name, namespace, labels = {} } = info.pod.metadata;
    let isViolating = false;
    budgets.forEach((budget, index) => {
      const { selector } = budget.spec ?? {};
      const isEmpty =
        !selector?.matchExpressions?.length && !Object.keys(selector?.matchLabels ?? {}).length;
      if (budget.metadata.namespace !== namespace || isEmpty) return;
      if (Object.keys(labels).length === 0 || !matchesLabelSelector(selector, labels)) return;
      // Its disruption has been counted already.
      if (budget.status?.disruptedPods?.[name] !== undefined) return;
      left[index] = (left[index] ?? 0) - 1;
      isViolating ||= (left[index] ?? 0) < 0;
    });
    (isViolating ? violating : allowed).push(info);
  }
  return { violating, allowed };
}

function refusal(reason: string): Refusal {
  return { plugin: "DefaultPreemption", reasons: [reason], unresolvable: true };
}
