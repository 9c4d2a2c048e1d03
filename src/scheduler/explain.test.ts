import { test } from "node:test";
import assert from "node:assert/strict";
import type { SchedulerCache } from "./cache/cache.ts";
import { explainNodes } from "./explain.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { profileOf } from "./profile/profile.ts";
import { clusterOf, infoOf, nodeOf } from "./testing/fixtures.ts";
import type { PodOptions } from "./testing/fixtures.ts";

const explain = (pod: PodOptions, cluster: SchedulerCache) =>
  explainNodes(infoOf("p", pod), cluster, profileOf(defaultPlugins));

test("says of every node all that is in the way, and what would help", () => {
  const taint = { key: "dedicated", value: "gpu", effect: "NoSchedule" } as const;
  const cluster = clusterOf([
    nodeOf("a", { unschedulable: true, taints: [taint] }),
    [nodeOf("b"), infoOf("x", { cpu: "1500m" })],
  ]);
  const { nodes, wouldHelp } = explain({ cpu: "1", nodeSelector: { disk: "ssd" } }, cluster);
  assert.deepEqual(
    nodes.map(({ node }) => node),
    ["b", "a"],
  );
  assert.deepEqual(nodes[0]?.refusals, [
    { plugin: "NodeAffinity", reasons: ["node(s) didn't match Pod's node affinity/selector"] },
    { plugin: "NodeResourcesFit", reasons: ["Insufficient cpu"] },
  ]);
  assert.deepEqual(nodes[0]?.wouldHelp, [
    "label disk=ssd on node b",
    "500m more cpu free on node b: 1 requested, 500m of 2 free",
  ]);
  assert.deepEqual(nodes[1]?.wouldHelp, [
    "uncordon node a",
    "a toleration of taint dedicated=gpu:NoSchedule in the pod",
    "label disk=ssd on node a",
  ]);
  assert.equal(wouldHelp.length, 5);
});

test("each rule has its remedy", () => {
  const port = {
    containers: [{ name: "c", image: "i", ports: [{ containerPort: 80, hostPort: 80 }] }],
  };
  const spread = (topologyKey: string) => ({
    labels: { app: "a" },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        minDomains: 2,
        topologyKey,
        whenUnsatisfiable: "DoNotSchedule" as const,
        labelSelector: { matchLabels: { app: "a" } },
      },
    ],
  });
  const occupied = clusterOf([[nodeOf("a"), infoOf("x", { ...port, labels: { app: "a" } })]]);
  const cases: [PodOptions, string[]][] = [
    [{ cpu: "4" }, ["a bigger node, or a request of at most 2 cpu in place of 4"]],
    [port, ["port 80/TCP of node a, which pod default/x holds"]],
    [spread("zone"), ["label zone on node a"]],
    [
      spread("kubernetes.io/hostname"),
      ["more of the pods elsewhere, or a maxSkew above 1 for kubernetes.io/hostname"],
    ],
    [{}, []],
  ];
  for (const [pod, expected] of cases) assert.deepEqual(explain(pod, occupied).wouldHelp, expected);
  assert.deepEqual(explain({}, clusterOf([])).wouldHelp, ["a node: the cluster has none"]);
});
