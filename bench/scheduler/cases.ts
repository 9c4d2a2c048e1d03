import type { PodTemplateName } from "./templates.ts";

/** Pods that are made in turns in the namespaces. */
export interface PodGroup {
  readonly template: PodTemplateName;
  readonly count: number;
  readonly namespaces: readonly string[];
}

/** One case of upstream's scheduler_perf. */
export interface SchedulerCase {
  readonly name: string;
  readonly nodes: number;
  /** The nodes are in them in turns. */
  readonly zones: readonly string[];
  readonly initial: PodGroup;
  readonly measured: PodGroup;
  /** What comes, and goes, all the time: pods that fit nowhere; nodes, Services and such pods. */
  readonly churn?: "unschedulable" | "mixed";
  /** Decisions in a second that Kijabi means to reach, and those that upstream's CI asks for. */
  readonly target: number;
  readonly floor: string;
}

const nodes = 5_000;
const here: readonly string[] = ["default"];
const first: readonly string[] = ["sched-0"];
const second: readonly string[] = ["sched-1"];
const ofTeams = Array.from({ length: 100 }, (_, index) => `init-ns-${index}`);
const measured: readonly string[] = ["measure-ns-0"];

function group(template: PodTemplateName, count: number, namespaces = here): PodGroup {
  return { template, count, namespaces };
}

/** Numbers as upstream has them; PreemptionBasic has 1,000 nodes there, and the same shape. */
export const cases: readonly SchedulerCase[] = [
  {
    name: "SchedulingBasic",
    nodes,
    zones: [],
    initial: group("plain", 1_000),
    measured: group("plain", 10_000),
    target: 10_000,
    floor: "680",
  },
  {
    name: "TopologySpreading",
    nodes,
    zones: ["moon-1", "moon-2", "moon-3"],
    initial: group("plain", 5_000),
    measured: group("spread", 5_000),
    target: 4_000,
    floor: "460",
  },
  {
    name: "PreferredTopologySpreading",
    nodes,
    zones: ["moon-1", "moon-2", "moon-3"],
    initial: group("plain", 5_000),
    measured: group("preferredSpread", 5_000),
    target: 4_000,
    floor: "125",
  },
  {
    name: "SchedulingPodAffinity",
    nodes,
    zones: ["zone1"],
    initial: group("affinity", 5_000, first),
    measured: group("affinity", 5_000, second),
    target: 2_000,
    floor: "35",
  },
  {
    name: "SchedulingPodAntiAffinity",
    nodes,
    zones: [],
    initial: group("antiAffinity", 1_000, first),
    measured: group("antiAffinity", 2_000, second),
    target: 2_000,
    floor: "60",
  },
  {
    name: "SchedulingPreferredPodAffinity",
    nodes,
    zones: [],
    initial: group("preferredAffinity", 5_000, first),
    measured: group("preferredAffinity", 5_000, second),
    target: 2_000,
    floor: "90",
  },
  {
    name: "SchedulingPreferredPodAntiAffinity",
    nodes,
    zones: [],
    initial: group("preferredAntiAffinity", 5_000, first),
    measured: group("preferredAntiAffinity", 5_000, second),
    target: 2_000,
    floor: "90",
  },
  {
    name: "SchedulingNodeAffinity",
    nodes,
    zones: ["zone1"],
    initial: group("nodeAffinity", 5_000),
    measured: group("nodeAffinity", 10_000),
    target: 4_000,
    floor: "220",
  },
  {
    name: "PreemptionBasic",
    nodes,
    zones: [],
    initial: group("low", 20_000),
    measured: group("high", 5_000),
    target: 2_000,
    floor: "590–710",
  },
  {
    name: "Unschedulable",
    nodes,
    zones: [],
    initial: group("plain", 100),
    measured: group("plain", 10_000),
    churn: "unschedulable",
    target: 2_000,
    floor: "590–710",
  },
  {
    name: "SchedulingWithMixedChurn",
    nodes,
    zones: [],
    initial: group("plain", 0),
    measured: group("plain", 10_000),
    churn: "mixed",
    target: 2_000,
    floor: "590–710",
  },
  {
    name: "SchedulingRequiredPodAntiAffinityWithNSSelector",
    nodes: 6_000,
    zones: [],
    initial: group("antiAffinityByNamespaces", 4_000, ofTeams),
    measured: group("antiAffinityByNamespaces", 2_000, measured),
    target: 1_000,
    floor: "24",
  },
  {
    name: "SchedulingPreferredAntiAffinityWithNSSelector",
    nodes,
    zones: [],
    initial: group("preferredAntiAffinityByNamespaces", 4_000, ofTeams),
    measured: group("preferredAntiAffinityByNamespaces", 2_000, measured),
    target: 1_000,
    floor: "55",
  },
  {
    name: "SchedulingRequiredPodAffinityWithNSSelector",
    nodes,
    zones: ["zone1"],
    initial: group("affinityByNamespaces", 5_000, ofTeams),
    measured: group("affinityByNamespaces", 2_000, measured),
    target: 1_000,
    floor: "35",
  },
  {
    name: "SchedulingPreferredAffinityWithNSSelector",
    nodes,
    zones: [],
    initial: group("preferredAffinityByNamespaces", 5_000, ofTeams),
    measured: group("preferredAffinityByNamespaces", 5_000, measured),
    target: 1_000,
    floor: "90",
  },
];

/** The same case with fewer nodes, or fewer pods, in the same proportions. */
export function sized(
  given: SchedulerCase,
  { nodes = given.nodes, pods }: { nodes?: number | undefined; pods?: number | undefined },
): SchedulerCase {
  const initialShare = Math.min(1, nodes / given.nodes);
  const podShare = Math.min(initialShare, (pods ?? Infinity) / given.measured.count);
  const share = (group: PodGroup, by: number): PodGroup => ({
    ...group,
    count: Math.round(group.count * by),
  });
  return {
    ...given,
    nodes,
    initial: share(given.initial, initialShare),
    measured: share(given.measured, podShare),
  };
}

export function namespacesOf({ initial, measured: late }: SchedulerCase): readonly string[] {
  const all = new Set([...initial.namespaces, ...late.namespaces]);
  return [...all].filter((name) => name !== "default");
}
