import { test } from "node:test";
import assert from "node:assert/strict";
import { clusterOf, infoOf, nodeOf, outcome, podOf } from "../testing/fixtures.ts";
import { defaultArguments } from "../profile/arguments.ts";
import type { NodeResourcesFitArgs, ScoringStrategy } from "../profile/arguments.ts";
import type { Plugin } from "../framework.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import type { SchedulerCache } from "../cache/cache.ts";
import { nodeResourcesFit } from "./node-resources.ts";
import { nodeResourcesBalancedAllocation } from "./resource-strategies.ts";

const fitWith = (args: Partial<NodeResourcesFitArgs>) =>
  nodeResourcesFit({ ...defaultArguments.NodeResourcesFit, ...args });

function scores(plugin: Plugin, pod: PodInfo, cluster: SchedulerCache): (number | undefined)[] {
  return cluster.nodes.map((node) => plugin.score?.(pod, node));
}

const cpuAndMemory = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

test("each strategy ranks nodes by how full they would be", () => {
  const room = { amounts: { cpu: "4", memory: "10000", "example.com/gpu": "8" } };
  const cluster = clusterOf([
    [nodeOf("a", room), infoOf("x", { cpu: "3", memory: "5000" })],
    [nodeOf("b", room), infoOf("y", { cpu: "1", memory: "5000" })],
  ]);
  const pod = infoOf("p", { cpu: "1", memory: "1000", requests: { "example.com/gpu": "4" } });
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ];
  const cases: [ScoringStrategy, number[]][] = [
    [{ type: "LeastAllocated", resources: cpuAndMemory }, [20, 45]],
    [{ type: "MostAllocated", resources: cpuAndMemory }, [80, 55]],
    [
      {
        type: "RequestedToCapacityRatio",
        resources: cpuAndMemory,
        requestedToCapacityRatio: { shape },
      },
      [80, 55],
    ],
    [
      {
        type: "RequestedToCapacityRatio",
        resources: [{ name: "example.com/gpu", weight: 3 }],
        requestedToCapacityRatio: {
          shape: [
            { utilization: 25, score: 10 },
            ...shape.slice(1).map((point) => ({ ...point, score: 4 })),
          ],
        },
      },
      [80, 80],
    ],
    [
      {
        type: "LeastAllocated",
        resources: [
          { name: "cpu", weight: 3 },
          { name: "example.com/none", weight: 9 },
        ],
      },
      [0, 50],
    ],
  ];
  for (const [scoringStrategy, expected] of cases) {
    assert.deepEqual(scores(fitWith({ scoringStrategy }), pod, cluster), expected);
  }
});

test("balance is judged by what the pod changes, and not for pods that ask for nothing", () => {
  const balanced = nodeResourcesBalancedAllocation(
    defaultArguments.NodeResourcesBalancedAllocation,
  );
  const room = { amounts: { cpu: "4", memory: "4000" } };
  const cluster = clusterOf([
    [nodeOf("a", room), infoOf("x", { cpu: "2", memory: "0" })],
    [nodeOf("b", room), infoOf("y", { cpu: "0", memory: "2000" })],
    nodeOf("c", room),
  ]);
  assert.deepEqual(scores(balanced, infoOf("p", { cpu: "2", memory: "0" }), cluster), [62, 87, 62]);
  assert.deepEqual(scores(balanced, infoOf("p"), cluster), [0, 0, 0]);
});

test("extended resources and huge pages are counted, unless somebody else does", () => {
  const gpus = { "example.com/gpu": "1", "hugepages-2Mi": "4Mi" };
  const cluster = clusterOf([[nodeOf("a", { amounts: gpus }), infoOf("x", { requests: gpus })]]);
  const pod = infoOf("p", { requests: { "example.com/gpu": "1" } });
  assert.equal(outcome(pod, cluster), "0/1 nodes are available: 1 Insufficient example.com/gpu.");
  assert.equal(
    outcome(infoOf("h", { requests: { "hugepages-2Mi": "2Mi" } }), cluster),
    "0/1 nodes are available: 1 Insufficient hugepages-2Mi.",
  );
  const node = cluster.nodes[0];
  assert.ok(node);
  const refused = (args: Partial<NodeResourcesFitArgs>) => fitWith(args).filter?.(pod, node);
  assert.equal(refused({ ignoredResources: ["example.com/gpu"] }), undefined);
  assert.equal(refused({ ignoredResourceGroups: ["example.com"] }), undefined);
  assert.ok(refused({ ignoredResourceGroups: ["other.com"] }));
});

test("only events that give the pod more room wake it", () => {
  const plugin = fitWith({});
  const pod = podOf("p", { cpu: "2" });
  const small = nodeOf("a", { cpu: "1" });
  const large = nodeOf("a", { cpu: "4" });
  const placed = (cpu: string) => podOf("x", { cpu, nodeName: "a" });
  const cases: [boolean, Parameters<Plugin["mayFitAfter"]>[0]][] = [
    [false, { kind: "NodeAdded", node: small }],
    [true, { kind: "NodeAdded", node: large }],
    [true, { kind: "NodeUpdated", node: large, before: small }],
    [false, { kind: "NodeUpdated", node: large, before: large }],
    [true, { kind: "PodDeleted", pod: placed("1") }],
    [false, { kind: "PodDeleted", pod: podOf("x") }],
    [false, { kind: "PodAdded", pod: placed("1") }],
    [true, { kind: "PodUpdated", pod: placed("1"), before: placed("2") }],
    [false, { kind: "PodUpdated", pod: placed("2"), before: placed("1") }],
  ];
  for (const [expected, event] of cases) {
    assert.equal(plugin.mayFitAfter(event, pod), expected, JSON.stringify(event.kind));
  }
});
