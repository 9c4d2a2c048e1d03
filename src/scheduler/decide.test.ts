import { test } from "node:test";
import assert from "node:assert/strict";
import { podInfo } from "./cache/pod-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { nodesToFind } from "./decide.ts";
import { normalizedImageName } from "./plugins/image-locality.ts";
import { Nominations } from "./preemption/nominations.ts";
import { clusterOf, infoOf, nodeOf, outcome, podOf } from "./testing/fixtures.ts";
import type { SchedulerCache } from "./cache/cache.ts";

test("says for every node why a pod does not fit, in upstream's words", () => {
  const dedicated = { key: "dedicated", value: "gpu", effect: "NoSchedule" } as const;
  const onlyOn = (...values: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: "metadata.name", operator: "In" as const, values }] },
          ],
        },
      },
    },
  });
  const cases: [string, PodInfo, SchedulerCache][] = [
    ["no nodes available to schedule pods", infoOf("p"), clusterOf([])],
    [
      "0/1 nodes are available: 1 Insufficient cpu.",
      infoOf("p", { cpu: "3" }),
      clusterOf([nodeOf("a")]),
    ],
    [
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.",
      infoOf("p", { cpu: "3" }),
      clusterOf([nodeOf("a"), nodeOf("b", { unschedulable: true })]),
    ],
    [
      "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
      infoOf("p"),
      clusterOf([nodeOf("a", { taints: [dedicated] })]),
    ],
    [
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
      infoOf("p", { nodeSelector: { disk: "ssd" } }),
      clusterOf([nodeOf("a")]),
    ],
    [
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
      infoOf("p", { cpu: "3", ...onlyOn("a") }),
      clusterOf([nodeOf("a"), nodeOf("b")]),
    ],
  ];
  for (const [expected, subject, cluster] of cases)
    assert.equal(outcome(subject, cluster), expected);
});

test("prefers the emptier node", () => {
  const cluster = clusterOf([[nodeOf("busy"), infoOf("x", { cpu: "1" })], nodeOf("idle")]);
  assert.equal(outcome(infoOf("p", { cpu: "100m" }), cluster), "idle");
});

test("requests of placed pods and their removal are counted", () => {
  const cluster = clusterOf([[nodeOf("a"), infoOf("x", { cpu: "1500m" })]]);
  const subject = infoOf("p", { cpu: "600m" });
  assert.equal(outcome(subject, cluster), "0/1 nodes are available: 1 Insufficient cpu.");
  cluster.removePod("default/x");
  assert.equal(outcome(subject, cluster), "a");
});

test("overhead, init containers and pods that are resized take the room they need", () => {
  const cluster = clusterOf([nodeOf("a")]);
  const full = "0/1 nodes are available: 1 Insufficient cpu.";
  assert.equal(outcome(infoOf("p", { cpu: "1", overhead: { cpu: "1100m" } }), cluster), full);
  const init = { name: "i", image: "i", resources: { requests: { cpu: "3" } } };
  assert.equal(outcome(infoOf("p", { initContainers: [init] }), cluster), full);
  const shrinking = podInfo(
    podOf("x", {
      cpu: "100m",
      status: {
        containerStatuses: [
          {
            name: "c",
            image: "i",
            imageID: "",
            ready: true,
            restartCount: 0,
            allocatedResources: { cpu: "1500m" },
            resources: {},
          },
        ],
      },
    }),
  );
  cluster.assume(shrinking, "a");
  assert.equal(outcome(infoOf("p", { cpu: "1" }), cluster), full);
});

test("tolerations, selectors and host ports", () => {
  const tainted = nodeOf("a", {
    taints: [{ key: "k", effect: "NoSchedule" }],
    labels: { disk: "ssd" },
  });
  const tolerant = infoOf("p", {
    tolerations: [{ key: "k", operator: "Exists" }],
    nodeSelector: { disk: "ssd" },
  });
  assert.equal(outcome(tolerant, clusterOf([tainted])), "a");
  const withPort = (name: string) =>
    infoOf(name, {
      containers: [{ name: "c", image: "i", ports: [{ containerPort: 80, hostPort: 80 }] }],
    });
  assert.equal(
    outcome(withPort("p"), clusterOf([[nodeOf("a"), withPort("x")]])),
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  );
});

test("a promised node is kept for the more important pod, and taken by the one it is for", () => {
  const cluster = clusterOf([nodeOf("a")]);
  const nominations = new Nominations();
  const urgent = infoOf("urgent", { cpu: "2", priority: 10 });
  nominations.set(urgent, "a");
  const full = "0/1 nodes are available: 1 Insufficient cpu.";
  const outcomeOf = (pod: PodInfo) => outcome(pod, cluster, { nominations });
  assert.equal(outcomeOf(infoOf("low", { cpu: "1", priority: 5 })), full);
  assert.equal(outcomeOf(infoOf("equal", { cpu: "1", priority: 10 })), full);
  assert.equal(outcomeOf(infoOf("higher", { cpu: "1", priority: 11 })), "a");
  assert.equal(outcomeOf(urgent), "a");

  const two = clusterOf([nodeOf("a", { cpu: "1" }), nodeOf("b")]);
  const promised = infoOf("p", { cpu: "1", status: { nominatedNodeName: "a" } });
  assert.equal(outcome(promised, two), "a");
});

test("in large clusters a share of the nodes is enough", () => {
  const cases: [number, number, number][] = [
    [99, 0, 99],
    [99, 10, 99],
    [1000, 0, 420],
    [5000, 0, 500],
    [6000, 0, 300],
    [1000, 40, 400],
    [1000, 5, 100],
    [1000, 100, 1000],
  ];
  for (const [nodes, percentage, expected] of cases) {
    assert.equal(nodesToFind(nodes, percentage), expected, `${nodes} ${percentage}`);
  }
});

test("image names are compared in their full form", () => {
  assert.equal(normalizedImageName("nginx"), "docker.io/library/nginx:latest");
  assert.equal(normalizedImageName("a/b:1"), "docker.io/a/b:1");
  assert.equal(normalizedImageName("localhost:5000/b"), "localhost:5000/b:latest");
});
