import { test } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { KubeletFixture } from "../cri/fake/kubelet-fixture.ts";
import { admit } from "./admit.ts";
import { victimsFor } from "./preempt.ts";

type Spec = Draft<Pod["spec"]>;

const node: Node = applyDefaults(Node, {
  metadata: { name: "node", labels: { disk: "ssd" } },
  status: {
    allocatable: {
      cpu: "2",
      memory: "1Gi",
      "ephemeral-storage": "10Gi",
      pods: "3",
      "example.com/gpu": "1",
    },
  },
});

function podOf(name: string, spec: Partial<Spec> = {}, labels: Record<string, string> = {}): Pod {
  return applyDefaults(Pod, {
    metadata: { name, namespace: "default", uid: name, labels },
    spec: { nodeName: "node", containers: [{ name: "app", image: "nginx:1" }], ...spec },
  });
}

const container = { name: "app", image: "nginx:1" };
const asks = (requests: Record<string, string>): Partial<Spec> => ({
  containers: [{ ...container, resources: { requests } }],
});
const listens = (hostPort: number, more: object = {}): Partial<Spec> => ({
  containers: [{ ...container, ports: [{ containerPort: 80, hostPort, ...more }] }],
});

const short = (resource: string, requested: number, used: number, capacity: number) =>
  `OutOf${resource}: Node didn't have enough resource: ${resource}, requested: ${requested}, ` +
  `used: ${used}, capacity: ${capacity}`;

test("what a node takes, beside pods that are there already", () => {
  const cases: [string, Pod, Partial<Spec>[], string | undefined][] = [
    ["an empty node", podOf("new"), [], undefined],
    ["room for one more", podOf("new"), [{}, {}], undefined],
    ["too many pods", podOf("new"), [{}, {}, {}], short("pods", 1, 3, 3)],
    ["just enough CPU", podOf("new", asks({ cpu: "1" })), [asks({ cpu: "1" })], undefined],
    [
      "too little CPU",
      podOf("new", asks({ cpu: "1100m" })),
      [asks({ cpu: "1" })],
      short("cpu", 1100, 1000, 2000),
    ],
    [
      "CPU is named before memory",
      podOf("new", asks({ memory: "2Gi", cpu: "3" })),
      [],
      short("cpu", 3000, 0, 2000),
    ],
    [
      "too little memory",
      podOf("new", asks({ memory: "1Gi" })),
      [asks({ memory: "512Mi" })],
      short("memory", 2 ** 30, 2 ** 29, 2 ** 30),
    ],
    [
      "too little storage",
      podOf("new", asks({ "ephemeral-storage": "20Gi" })),
      [],
      short("ephemeral-storage", 20 * 2 ** 30, 0, 10 * 2 ** 30),
    ],
    [
      "one device for two",
      podOf("new", asks({ "example.com/gpu": "1" })),
      [asks({ "example.com/gpu": "1" })],
      short("example.com/gpu", 1, 1, 1),
    ],
    [
      "what the node knows nothing of is somebody else's",
      podOf("new", asks({ "example.com/licence": "1" })),
      [],
      undefined,
    ],
    [
      "huge pages are the node's own",
      podOf("new", asks({ "hugepages-2Mi": "2Mi" })),
      [],
      short("hugepages-2Mi", 2 * 2 ** 20, 0, 0),
    ],
    [
      "a port that is taken",
      podOf("new", listens(8080)),
      [listens(8080, { hostIP: "127.0.0.1" })],
      "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested " +
        "pod ports",
    ],
    [
      "the same port of another protocol",
      podOf("new", listens(8080)),
      [listens(8080, { protocol: "UDP" })],
      undefined,
    ],
    [
      "labels that it has not",
      podOf("new", { nodeSelector: { disk: "hdd" } }),
      [],
      "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node " +
        "affinity/selector",
    ],
    ["labels that it has", podOf("new", { nodeSelector: { disk: "ssd" } }), [], undefined],
    [
      "another's pod",
      podOf("new", { nodeName: "other" }),
      [],
      "NodeName: Predicate NodeName failed: node(s) didn't match the requested node name",
    ],
    [
      "another system by its field",
      podOf("new", { os: { name: "windows" } }),
      [],
      "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
    ],
    [
      "another system by its label",
      podOf("new", {}, { "kubernetes.io/os": "windows" }),
      [],
      "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label " +
        "doesn't match node label",
    ],
    [
      "groups as strictly as it cannot",
      podOf("new", { securityContext: { supplementalGroupsPolicy: "Strict" } }),
      [],
      "SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported " +
        "in this node",
    ],
  ];
  for (const [name, pod, others, expected] of cases) {
    const there = others.map((spec, index) => podOf(`other-${index}`, spec));
    const rejection = admit(pod, node, there);
    const told = rejection && `${rejection.reason}: ${rejection.message}`;
    assert.equal(told, expected, name);
  }
});

test("of taints only those count that throw pods out", () => {
  const tainted = (effect: "NoExecute" | "NoSchedule") =>
    ({ ...node, spec: { taints: [{ key: "drain", effect }] } }) as Node;
  assert.equal(admit(podOf("new"), tainted("NoSchedule"), []), undefined);
  assert.deepEqual(admit(podOf("new"), tainted("NoExecute"), []), {
    reason: "TaintToleration",
    message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
  });
  const tolerations = [{ operator: "Exists" as const }];
  assert.equal(admit(podOf("new", { tolerations }), tainted("NoExecute"), []), undefined);
});

/** A kubelet on the node, which looks as told when it is looked at anew. */
function fixture(now: Node = node) {
  const own = { lastSeen: node, look: () => Promise.resolve(now) };
  return new KubeletFixture({ environment: (usual) => ({ ...usual, node: own }) });
}

test("a pod that does not fit fails, and nothing of it runs; its port is not taken", async () => {
  const kubelet = fixture();
  await kubelet.create("first", listens(8080));
  await kubelet.create("second", listens(8080));
  await kubelet.advance(5_000);
  assert.equal(kubelet.pod("first").status.phase, "Running");
  const { conditions, containerStatuses, message, phase, reason } = kubelet.pod("second").status;
  const why =
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  assert.deepEqual(
    { phase, reason, message },
    { phase: "Failed", reason: "NodePorts", message: `Pod was rejected: ${why}` },
  );
  assert.deepEqual([conditions, containerStatuses], [[], undefined]);
  assert.ok(kubelet.events.includes(`Warning NodePorts ${why}`));
  assert.equal((await kubelet.runtime.listPodSandbox({})).items.length, 1);
  await kubelet.delete("first");
  await kubelet.advance(60_000);
  assert.equal(kubelet.pod("second").status.phase, "Failed", "it does not get a second chance");
  await kubelet.create("third", listens(8080));
  await kubelet.advance(5_000);
  assert.equal(kubelet.pod("third").status.phase, "Running");
  await kubelet.delete("second");
  await kubelet.advance(1_000);
  assert.equal(kubelet.find("second"), undefined);
  await kubelet.stop();
});

test("who makes room for a critical pod", () => {
  const critical = (requests: Record<string, string>) =>
    podOf("new", { ...asks(requests), priority: 2_000_001_000 });
  const guaranteed = (cpu: string, memory: string): Partial<Spec> => {
    const amounts = { cpu, memory };
    return { containers: [{ ...container, resources: { requests: amounts, limits: amounts } }] };
  };
  const cases: [string, Pod, Partial<Spec>[], number[] | undefined][] = [
    ["nobody, where there is room", critical({ cpu: "1" }), [asks({ cpu: "1" })], []],
    [
      "who was promised the least",
      critical({ cpu: "1" }),
      [guaranteed("1", "1Mi"), asks({ cpu: "1" })],
      [1],
    ],
    [
      "the less important one",
      critical({ cpu: "1" }),
      [
        { ...asks({ cpu: "1" }), priority: 5 },
        { ...asks({ cpu: "1" }), priority: 4 },
      ],
      [1],
    ],
    ["none in vain", critical({ cpu: "2" }), [{ priority: 1 }, asks({ cpu: "2" })], [1]],
    ["one, for its place alone", critical({}), [guaranteed("1", "1Mi"), {}, {}], [1]],
    [
      "no other critical one",
      critical({ cpu: "1" }),
      [{ ...asks({ cpu: "2" }), priority: 2_000_001_000 }],
      undefined,
    ],
    [
      "unless that is less so",
      critical({ cpu: "1" }),
      [{ ...asks({ cpu: "2" }), priority: 2_000_000_000 }],
      [0],
    ],
    [
      "nobody, for what the node never had",
      critical({ cpu: "3" }),
      [asks({ cpu: "2" })],
      undefined,
    ],
  ];
  for (const [name, pod, others, expected] of cases) {
    const there = others.map((spec, index) => podOf(`${index}`, spec));
    const victims = victimsFor(pod, node, there)?.map(({ metadata }) => Number(metadata.name));
    assert.deepEqual(victims, expected, name);
  }
});

test("a critical pod waits until another has made room for it", async () => {
  const kubelet = fixture();
  await kubelet.create("usual", { ...asks({ cpu: "2" }), terminationGracePeriodSeconds: 3 });
  await kubelet.advance(5_000);
  await kubelet.create("critical", { ...asks({ cpu: "1" }), priority: 2_000_001_000 });
  await kubelet.advance(10_000);
  const { message, phase, reason } = kubelet.pod("usual").status;
  const why = "Preempted in order to admit critical pod";
  assert.deepEqual([phase, reason, message], ["Failed", "Preempting", why]);
  assert.equal(kubelet.pod("critical").status.phase, "Running");
  assert.ok(kubelet.events.includes(`Warning Preempting ${why}`));
  await kubelet.create("port", { ...listens(80), ...asks({ cpu: "2" }), priority: 2_000_002_000 });
  await kubelet.advance(10_000);
  assert.equal(kubelet.pod("port").status.phase, "Running");
  await kubelet.stop();
});

test("many that do not fit are told of one after the other", async () => {
  const kubelet = fixture();
  for (let index = 0; index < 30; index++) await kubelet.create(`pod-${index}`, asks({ cpu: "3" }));
  const failed = () =>
    kubelet.kubelet.pods.filter(({ status }) => status.phase === "Failed").length;
  const counts = [failed()];
  for (const waitMs of [1_000, 1_000, 10_000]) {
    await kubelet.advance(waitMs);
    counts.push(failed());
  }
  assert.deepEqual(counts, [20, 22, 24, 30]);
  await kubelet.stop();
});

test("a kubelet that starts again asks nobody to leave", async () => {
  const kubelet = fixture();
  await kubelet.create("first", listens(8080));
  await kubelet.create("second", listens(8080));
  await kubelet.advance(5_000);
  await kubelet.restart();
  await kubelet.advance(5_000);
  assert.equal(kubelet.pod("first").status.phase, "Running");
  assert.equal(kubelet.pod("second").status.reason, "NodePorts");
  await kubelet.stop();
});

test("labels that were given to the node a moment ago count", async () => {
  const metadata = { ...node.metadata, labels: { disk: "hdd" } };
  const kubelet = fixture({ ...node, metadata });
  await kubelet.create("hdd", { nodeSelector: { disk: "hdd" } });
  await kubelet.create("none", { nodeSelector: { disk: "floppy" } });
  await kubelet.advance(5_000);
  assert.equal(kubelet.pod("hdd").status.phase, "Running");
  assert.equal(kubelet.pod("none").status.reason, "NodeAffinity");
  await kubelet.stop();
});
