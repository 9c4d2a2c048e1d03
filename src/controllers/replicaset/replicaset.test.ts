import { test } from "node:test";
import assert from "node:assert/strict";
import { ReplicaSet } from "#api/apps/v1.ts";
import { Pod } from "#api/core/v1.ts";
import * as status from "#machinery/status.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import { replicaSetController } from "./controller.ts";
import { plan } from "./plan.ts";
import { podsToDelete } from "./rank.ts";

const now = Date.UTC(2026, 0, 2);

interface Look {
  readonly node?: string;
  readonly phase?: "Pending" | "Running";
  readonly ready?: string;
  readonly cost?: string;
  readonly restarts?: number;
  readonly sidecarRestarts?: number;
  readonly created?: string;
}

function pod(name: string, look: Look = {}): Pod {
  const { node = "n1", phase = "Running", ready, cost, restarts = 0, created } = look;
  const { sidecarRestarts = 0 } = look;
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: created ?? "2026-01-01T00:00:00Z",
      ...(cost && { annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } }),
    },
    spec: {
      ...(node !== "" && { nodeName: node }),
      containers: [],
      initContainers: [{ name: "sidecar", restartPolicy: "Always" }],
    },
    status: {
      phase,
      containerStatuses: [{ restartCount: restarts }],
      initContainerStatuses: [{ name: "sidecar", restartCount: sidecarRestarts }],
      conditions: ready ? [{ type: "Ready", status: "True", lastTransitionTime: ready }] : [],
    },
  } as unknown as Pod;
}

const early = "2026-01-01T00:00:00Z";
const late = "2026-01-01T23:59:00Z";

test("which pod goes first", () => {
  const cases: [string, Pod, Pod][] = [
    ["one without a node", pod("b", { node: "", ready: early }), pod("a", { ready: early })],
    ["one that is pending", pod("b", { phase: "Pending" }), pod("a")],
    ["one that is not ready", pod("b"), pod("a", { ready: early })],
    ["the cheaper one", pod("b", { ready: early, cost: "-5" }), pod("a", { ready: early })],
    [
      "the one that is ready for a shorter time",
      pod("b", { ready: late }),
      pod("a", { ready: early }),
    ],
    ["the one that restarts more", pod("b", { restarts: 3 }), pod("a", { sidecarRestarts: 9 })],
    ["or whose sidecar does", pod("b", { sidecarRestarts: 3 }), pod("a")],
    ["the younger one", pod("b", { created: late }), pod("a", { created: early })],
    [
      "of the same age, by uid",
      pod("a", { ready: early }),
      pod("b", { ready: early.replace("00Z", "07Z") }),
    ],
  ];
  for (const [name, first, other] of cases) {
    for (const pods of [
      [first, other],
      [other, first],
    ]) {
      assert.deepEqual(podsToDelete(pods, pods, 1, now), [first], name);
    }
  }
  const crowded = [pod("a", { ready: early }), pod("b", { ready: early, node: "n2" })];
  const related = [...crowded, pod("c", { ready: early, node: "n2" })];
  assert.deepEqual(
    podsToDelete(crowded, related, 1, now).map(({ metadata }) => metadata.name),
    ["b"],
    "of the crowded node",
  );
});

test("plans in bursts", () => {
  const pods = Array.from({ length: 3 }, (_, index) => pod(`p${index}`));
  assert.deepEqual(plan({ replicas: 3 }, pods, pods, now), { kind: "none" });
  assert.deepEqual(plan({ replicas: 5 }, pods, pods, now), { kind: "create", count: 2 });
  assert.deepEqual(plan({ replicas: 9999 }, pods, pods, now), { kind: "create", count: 500 });
  assert.equal(plan({ replicas: 1 }, pods, pods, now).kind, "delete");
});

test("a template that is refused costs one request at a time, and shows in the status", async () => {
  const cluster = await startCluster([replicaSetController]);
  let refused = 0;
  cluster.api.intercept = (request) => {
    if (request.method !== "POST" || !request.path.endsWith("/pods")) return undefined;
    refused++;
    const object = status.toStatus(status.badRequest("the template is bad"));
    return { status: 400, headers: {}, body: { kind: "object", object } };
  };
  const place = { namespace: "default", name: "web" };
  await cluster.client.create(ReplicaSet, {
    metadata: place,
    spec: {
      replicas: 100,
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
    },
  });
  await cluster.advance(100);
  assert.ok(refused > 1 && refused < 10, `${refused} tries`);
  const stuck = await cluster.client.get(ReplicaSet, place);
  assert.deepEqual(
    stuck.status?.conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [["ReplicaFailure", "FailedCreate", "the template is bad"]],
  );
  assert.ok((await cluster.events()).includes("FailedCreate: Error creating: the template is bad"));
  cluster.api.intercept = () => undefined;
  await cluster.advance(60_000);
  const done = await cluster.client.get(ReplicaSet, place);
  assert.deepEqual([done.status?.readyReplicas, done.status?.conditions ?? []], [100, []]);
  await cluster.stop();
});

test("pods that ended are nobody's to take or to let go", async () => {
  const cluster = await startCluster([replicaSetController]);
  const { client } = cluster;
  cluster.kubelet.canRun = () => false;
  const bare = { containers: [{ name: "main", image: "nginx" }] };
  const metadata = { namespace: "default", name: "done", labels: { app: "web" } };
  const done = await client.create(Pod, { metadata, spec: bare });
  await client.update(
    Pod,
    { ...done, status: { ...done.status, phase: "Succeeded" } },
    { subresource: "status" },
  );
  await client.create(ReplicaSet, {
    metadata: { namespace: "default", name: "web" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
    },
  });
  await cluster.advance(1_000);
  assert.equal((await client.get(Pod, metadata)).metadata.ownerReferences, undefined);
  const own = (await client.list(Pod)).items.find(({ metadata: { name } }) => name !== "done");
  assert.ok(own);
  const failed = { ...own, status: { ...own.status, phase: "Failed" as const } };
  await client.update(Pod, failed, { subresource: "status" });
  const patch = { metadata: { labels: { app: "other" } } };
  await client.patch(Pod, own.metadata, { type: "merge", patch });
  await cluster.advance(1_000);
  const left = await client.get(Pod, own.metadata);
  assert.equal(left.metadata.ownerReferences?.[0]?.name, "web");
  assert.equal((await client.list(Pod)).items.length, 3, "and another one was made");
  await cluster.stop();
});

test("a cache that lags behind makes no pod twice", async () => {
  const cluster = await startCluster([replicaSetController]);
  const created = await cluster.client.create(ReplicaSet, {
    metadata: { namespace: "default", name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
    },
  });
  await cluster.advance(5_000);
  // From here on nothing is heard of pods, while the ReplicaSet itself changes under our eyes.
  let away = true;
  cluster.api.intercept = (request) => {
    const watches = request.path === "/api/v1/pods" && request.query.get("watch") === "true";
    if (away && watches) throw new Error("connection refused");
    return undefined;
  };
  cluster.api.dropWatches();
  const current = await cluster.client.get(ReplicaSet, created.metadata);
  const scaled = { ...current, spec: { ...current.spec, replicas: 4 } };
  await cluster.client.update(ReplicaSet, scaled);
  await cluster.advance(3_000);
  const patch = { spec: { minReadySeconds: 1 } };
  await cluster.client.patch(ReplicaSet, current.metadata, { type: "merge", patch });
  await cluster.advance(3_000);
  assert.equal((await cluster.client.list(Pod)).items.length, 4);
  away = false;
  await cluster.advance(60_000);
  assert.equal((await cluster.client.list(Pod)).items.length, 4);
  await cluster.stop();
});
