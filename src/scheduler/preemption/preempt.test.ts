import { test } from "node:test";
import assert from "node:assert/strict";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { SchedulerCache } from "../cache/cache.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { clusterOf, infoOf, nodeOf, noFitOf } from "../testing/fixtures.ts";
import { Nominations } from "./nominations.ts";
import { candidateOf, leastLoss } from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { preempt } from "./preempt.ts";

const now = Date.UTC(2026, 0, 1);

function preemption(pod: PodInfo, cluster: SchedulerCache, nominations = new Nominations()) {
  return preempt(pod, cluster, noFitOf(pod, cluster, { nominations }), {
    minCandidateNodesPercentage: 10,
    minCandidateNodesAbsolute: 100,
    nominations,
    now,
    random: () => 0,
  });
}

/** `node: victims` of the best candidate, or why there is none. */
function verdict(pod: PodInfo, cluster: SchedulerCache, nominations?: Nominations): string {
  const result = preemption(pod, cluster, nominations);
  if (!result.ok) return result.text;
  const best = leastLoss(result.candidates, now);
  return `${best?.node}: ${best?.victims.map(({ pod }) => pod.metadata.name).join(" ")}`;
}

function budget(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return applyDefaults(PodDisruptionBudget, {
    metadata: { name: app, namespace: "default" },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  });
}

const low = (name: string, cpu: string, priority = 1, app = name) =>
  infoOf(name, { cpu, priority, labels: { app } });

test("evicts as few and as unimportant pods as make room", () => {
  const cluster = clusterOf([
    [nodeOf("a"), low("x", "500m", 3), low("y", "500m", 2), low("z", "1", 1)],
  ]);
  assert.equal(verdict(infoOf("p", { cpu: "1", priority: 10 }), cluster), "a: z");
  assert.equal(verdict(infoOf("p", { cpu: "1200m", priority: 10 }), cluster), "a: y z");
  assert.equal(verdict(infoOf("p", { cpu: "2", priority: 10 }), cluster), "a: x y z");
});

test("says when it cannot help", () => {
  const cluster = clusterOf([[nodeOf("a"), low("x", "1500m")]]);
  const pod = (spec: object) => infoOf("p", { cpu: "1", priority: 10, ...spec });
  const cases: [PodInfo, SchedulerCache, string][] = [
    [
      pod({ priority: 1 }),
      cluster,
      "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ],
    [
      pod({ cpu: "8" }),
      cluster,
      "0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ],
    [pod({ preemptionPolicy: "Never" }), cluster, "not eligible due to preemptionPolicy=Never."],
    [
      pod({ cpu: "2" }),
      clusterOf([
        [nodeOf("a"), low("x", "1"), infoOf("y", { cpu: "1", priority: 10 })],
        nodeOf("b", { unschedulable: true }),
      ]),
      "0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling.",
    ],
  ];
  for (const [subject, nodes, expected] of cases) assert.equal(verdict(subject, nodes), expected);
});

test("breaks a budget only where nothing else helps", () => {
  const pods = [low("x", "1", 1), low("y", "1", 2)] as const;
  const cluster = (...budgets: PodDisruptionBudget[]) =>
    clusterOf([[nodeOf("a"), ...pods]], { podDisruptionBudgets: () => budgets });
  const pod = infoOf("p", { cpu: "1", priority: 10 });
  assert.equal(verdict(pod, cluster()), "a: x");
  assert.equal(verdict(pod, cluster(budget("x", 0))), "a: y");
  assert.equal(verdict(pod, cluster(budget("x", 1))), "a: x");
  assert.equal(verdict(pod, cluster(budget("x", 0), budget("y", 0))), "a: x");

  const two = clusterOf(
    [
      [nodeOf("a"), low("x", "2")],
      [nodeOf("b"), low("y", "2", 5)],
    ],
    {
      podDisruptionBudgets: () => [budget("x", 0)],
    },
  );
  assert.equal(verdict(pod, two), "b: y");
});

test("chooses the node that loses least", () => {
  const victim = (priority: number, startTime?: string) =>
    infoOf("v", { priority, status: { ...(startTime && { startTime }) } });
  const candidate = (node: string, violations: number, ...victims: PodInfo[]) =>
    candidateOf(node, victims, violations);
  const cases: [string, Candidate, Candidate][] = [
    ["budgets", candidate("b", 0, victim(9), victim(9)), candidate("a", 1, victim(1))],
    ["highest", candidate("b", 0, victim(1), victim(1)), candidate("a", 0, victim(2))],
    ["sum", candidate("b", 0, victim(2), victim(0)), candidate("a", 0, victim(2), victim(1))],
    ["count", candidate("b", 0, victim(-5)), candidate("a", 0, victim(-5), victim(-(2 ** 31)))],
    [
      "start",
      candidate("b", 0, victim(1, "2025-12-31T12:00:00Z")),
      candidate("a", 0, victim(1, "2025-12-30T12:00:00Z")),
    ],
    ["first", candidate("b", 0, victim(1)), candidate("a", 0, victim(1))],
  ];
  for (const [name, best, other] of cases) {
    assert.equal(leastLoss([best, other], now)?.node, "b", name);
    if (name !== "first") assert.equal(leastLoss([other, best], now)?.node, "b", name);
  }
});

test("other rules than resources are asked again without the victims", () => {
  const anti = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "x" } } },
        ],
      },
    },
  };
  const cluster = clusterOf([[nodeOf("a"), low("x", "1"), low("y", "100m", 0)]]);
  assert.equal(verdict(infoOf("p", { priority: 10, ...anti }), cluster), "a: x");
});

test("waits for those who are leaving, and does not count on promised room", () => {
  const leaving = low("x", "2");
  const conditions = [
    { type: "DisruptionTarget" as const, status: "True" as const, reason: "PreemptionByScheduler" },
  ];
  const pod = {
    ...leaving.pod,
    metadata: { ...leaving.pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: { ...leaving.pod.status, conditions },
  };
  const cluster = clusterOf([[nodeOf("a"), { ...leaving, pod }]]);
  const waiting = { cpu: "1", priority: 10, status: { nominatedNodeName: "a" } };
  assert.equal(
    verdict(infoOf("p", waiting), cluster),
    "not eligible due to a terminating pod on the nominated node.",
  );

  const nominations = new Nominations();
  nominations.set(infoOf("first", { cpu: "2", priority: 10 }), "a");
  assert.equal(
    verdict(
      infoOf("p", { cpu: "1", priority: 10 }),
      clusterOf([[nodeOf("a"), low("x", "2")]]),
      nominations,
    ),
    "0/1 nodes are available: 1 Insufficient cpu.",
  );
});
