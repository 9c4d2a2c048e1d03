import { test } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import type { Container, NodeSpec, PodSpec } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { NodeInfo } from "./cache/node-info.ts";
import { podInfo } from "./cache/pod-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { decide, refusalText } from "./decide.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { normalizedImageName } from "./plugins/image-locality.ts";
import { preempt } from "./preempt.ts";

function node(
  name: string,
  options: { cpu?: string; labels?: Record<string, string> } & Partial<NodeSpec> = {},
) {
  const { cpu = "2", labels, ...spec } = options;
  const amounts = { cpu, memory: "4Gi", pods: "110" };
  const draft: Draft<Node> = {
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
    spec,
    status: { allocatable: amounts, capacity: amounts },
  };
  return applyDefaults(Node, draft);
}

function pod(
  name: string,
  spec: Partial<Draft<PodSpec>> & { cpu?: string } = {},
  labels = {},
): PodInfo {
  const { cpu, ...rest } = spec;
  const container: Draft<Container> = { name: "c", image: "nginx" };
  if (cpu) container.resources = { requests: { cpu } };
  const draft: Draft<Pod> = {
    metadata: { name, namespace: "default", labels },
    spec: { containers: [container], ...rest },
  };
  return podInfo(applyDefaults(Pod, draft));
}

const options = { plugins: defaultPlugins, random: () => 0 };

function outcome(subject: PodInfo, nodes: readonly NodeInfo[]): string {
  const decision = decide(subject, nodes, options);
  return decision.ok ? decision.node : refusalText(decision.refusals, decision.nodes);
}

test("says for every node why a pod does not fit, in upstream's words", () => {
  const cases: [string, PodInfo, NodeInfo[]][] = [
    ["no nodes available to schedule pods", pod("p"), []],
    [
      "0/1 nodes are available: 1 Insufficient cpu.",
      pod("p", { cpu: "3" }),
      [new NodeInfo(node("a"))],
    ],
    [
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.",
      pod("p", { cpu: "3" }),
      [new NodeInfo(node("a")), new NodeInfo(node("b", { unschedulable: true }))],
    ],
    [
      "0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}.",
      pod("p"),
      [
        new NodeInfo(
          node("a", { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] }),
        ),
      ],
    ],
    [
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
      pod("p", { nodeSelector: { disk: "ssd" } }),
      [new NodeInfo(node("a"))],
    ],
  ];
  for (const [expected, subject, nodes] of cases) assert.equal(outcome(subject, nodes), expected);
});

test("prefers the emptier node", () => {
  const busy = new NodeInfo(node("busy"), [pod("x", { cpu: "1" })]);
  assert.equal(outcome(pod("p", { cpu: "100m" }), [busy, new NodeInfo(node("idle"))]), "idle");
});

test("requests of placed pods and their removal are counted", () => {
  const info = new NodeInfo(node("a"), [pod("x", { cpu: "1500m" })]);
  assert.equal(
    outcome(pod("p", { cpu: "600m" }), [info]),
    "0/1 nodes are available: 1 Insufficient cpu.",
  );
  info.remove("default/x");
  assert.equal(outcome(pod("p", { cpu: "600m" }), [info]), "a");
});

test("tolerations, selectors and host ports", () => {
  const tainted = node("a", {
    taints: [{ key: "k", effect: "NoSchedule" }],
    labels: { disk: "ssd" },
  });
  const tolerant = pod("p", {
    tolerations: [{ key: "k", operator: "Exists" }],
    nodeSelector: { disk: "ssd" },
  });
  assert.equal(outcome(tolerant, [new NodeInfo(tainted)]), "a");
  const withPort = (name: string) =>
    pod(name, {
      containers: [{ name: "c", image: "i", ports: [{ containerPort: 80, hostPort: 80 }] }],
    });
  assert.equal(
    outcome(withPort("p"), [new NodeInfo(node("a"), [withPort("x")])]),
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  );
});

test("anti-affinity keeps replicas apart, and spreading evens them out", () => {
  const anti = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "zk" } } },
        ],
      },
    },
  };
  const first = pod("zk-0", anti, { app: "zk" });
  const nodes = [new NodeInfo(node("a"), [first]), new NodeInfo(node("b"))];
  assert.equal(outcome(pod("zk-1", anti, { app: "zk" }), nodes), "b");
  assert.equal(
    outcome(pod("zk-1", anti, { app: "zk" }), nodes.slice(0, 1)),
    "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  );
  const spread = {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule" as const,
        labelSelector: { matchLabels: { app: "zk" } },
      },
    ],
  };
  assert.equal(outcome(pod("s", spread, { app: "zk" }), nodes), "b");
});

test("preemption takes the least important pods, and says when it cannot help", () => {
  const low = pod("low", { cpu: "1500m", priority: 1 });
  const nodes = [new NodeInfo(node("a"), [low])];
  const refused = (subject: PodInfo) => {
    const decision = decide(subject, nodes, options);
    assert.ok(!decision.ok);
    return preempt(subject, nodes, decision.refusals, defaultPlugins);
  };
  const preemption = refused(pod("high", { cpu: "1", priority: 10 }));
  assert.ok(preemption.ok);
  assert.deepEqual(
    preemption.victims.map(({ key }) => key),
    ["default/low"],
  );
  assert.deepEqual(refused(pod("equal", { cpu: "1", priority: 1 })), {
    ok: false,
    text: "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
  });
  assert.deepEqual(refused(pod("huge", { cpu: "8", priority: 10 })), {
    ok: false,
    text: "0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
  });
});

test("image names are compared in their full form", () => {
  assert.equal(normalizedImageName("nginx"), "docker.io/library/nginx:latest");
  assert.equal(normalizedImageName("a/b:1"), "docker.io/a/b:1");
  assert.equal(normalizedImageName("localhost:5000/b"), "localhost:5000/b:latest");
});
