import { test } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import type { Taint, Toleration } from "#api/core/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { taintEvictionController } from "./controller.ts";
import { msToEviction } from "./plan.ts";

const now = Date.UTC(2026, 0, 2);

test("how long a pod may stay on a tainted node", () => {
  const at = (ms: number) => `${new Date(now + ms).toISOString().slice(0, 19)}Z`;
  const drain: Taint = { key: "drain", effect: "NoExecute" };
  const early: Taint = { ...drain, timeAdded: at(-10_000) };
  const only = (tolerationSeconds?: number): Toleration => ({
    key: "drain",
    operator: "Exists",
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  });
  const cases: [string, Taint[], Toleration[], number | undefined][] = [
    ["without taints", [], [], undefined],
    ["of others' effect", [{ key: "drain", effect: "NoSchedule" }], [], undefined],
    ["not tolerated", [drain], [], 0],
    ["tolerated", [drain], [only()], undefined],
    ["for a while, since it was seen", [drain], [only(60)], 55_000],
    ["since it came", [early], [only(60)], 50_000],
    ["long ago", [early], [only(5)], 0],
    ["for no time", [drain], [only(-1)], 0],
    ["by the first one that does", [drain], [only(60), only(1)], 55_000],
    ["each taint by itself", [drain, { key: "other", effect: "NoExecute" }], [only()], 0],
  ];
  for (const [name, taints, tolerations, expected] of cases) {
    const pod = {
      metadata: { creationTimestamp: at(-3_600_000) },
      spec: { containers: [], tolerations },
      status: {},
    } as unknown as Pod;
    assert.equal(msToEviction(pod, taints, now - 5_000, now), expected, name);
  }
  const late = {
    metadata: { creationTimestamp: at(-1_000) },
    spec: { containers: [], tolerations: [only(60)] },
    status: {},
  } as unknown as Pod;
  assert.equal(msToEviction(late, [early], now, now), 59_000, "it came later than the taint");
});

async function setUp(seconds: number): Promise<TestCluster> {
  const cluster = await startCluster([taintEvictionController()]);
  await cluster.client.create(Node, { metadata: { name: "node-1" } });
  await cluster.client.create(Pod, {
    metadata: { namespace: "default", name: "web" },
    spec: {
      containers: [{ name: "main", image: "nginx" }],
      tolerations: [{ key: "drain", operator: "Exists", tolerationSeconds: seconds }],
    },
  });
  await cluster.advance(5_000);
  return cluster;
}

const taint = ({ client }: TestCluster, taints: Taint[] | null) =>
  client.patch(Node, { name: "node-1" }, { type: "merge", patch: { spec: { taints } } });
const drain: Taint = { key: "drain", effect: "NoExecute" };
const place = { namespace: "default", name: "web" };

test("a pod goes when its time is over, whoever tainted the node", async () => {
  const cluster = await setUp(60);
  await taint(cluster, [drain]);
  await cluster.advance(30_000);
  await cluster.client.patch(Pod, place, {
    type: "merge",
    patch: { spec: { tolerations: [{ ...drain, operator: "Exists", tolerationSeconds: 61 }] } },
  });
  await cluster.advance(29_000);
  assert.ok(await cluster.client.find(Pod, place));
  await cluster.advance(2_100);
  const pod = await cluster.client.get(Pod, place);
  assert.ok(pod.metadata.deletionTimestamp);
  assert.deepEqual(
    pod.status.conditions
      ?.filter(({ type }) => type === "DisruptionTarget")
      .map(({ reason }) => reason),
    ["DeletionByTaintManager"],
  );
  await cluster.advance(1_000);
  assert.deepEqual(await cluster.events(), [
    "TaintManagerEviction: Marking for deletion Pod default/web",
  ]);
  await cluster.stop();
});

test("it stays when the taint goes before, and nobody waits for one that went itself", async () => {
  const cluster = await setUp(60);
  await taint(cluster, [drain]);
  await cluster.advance(30_000);
  await taint(cluster, null);
  await cluster.advance(300_000);
  const cancelled = "TaintManagerEviction: Cancelling deletion of Pod default/web";
  assert.deepEqual(await cluster.events(), [cancelled]);
  assert.equal((await cluster.client.get(Pod, place)).metadata.deletionTimestamp, undefined);
  await taint(cluster, [drain]);
  await cluster.advance(59_000);
  assert.equal((await cluster.client.get(Pod, place)).metadata.deletionTimestamp, undefined);
  await cluster.client.delete(Pod, place, { gracePeriodSeconds: 0 });
  await cluster.advance(300_000);
  assert.deepEqual(new Set(await cluster.events()), new Set([cancelled]));
  await cluster.stop();
});
