import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment, ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { ObjectReference, Resource } from "#client/client.ts";
import { StatusError } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import type { ReadCache } from "#component/controller.ts";
import { conditionOf } from "../common/conditions.ts";
import { startCluster } from "../testing/cluster.ts";
import { expectedPods } from "./plan.ts";
import { findScales } from "./scales.ts";
import { staleDisruptionController } from "./stale-condition.ts";

const budget = (spec: object) => ({ spec }) as unknown as PodDisruptionBudget;
const somePods = (count: number) =>
  Array.from({ length: count }, (_, index) => podOf(`pod-${index}`));

function podOf(name: string, owner?: { kind: string; name: string; apiVersion?: string }): Pod {
  const { apiVersion = "apps/v1", kind = "", name: ownerName = "" } = owner ?? {};
  const reference = { apiVersion, kind, name: ownerName, uid: `uid-${ownerName}` };
  const ownerReferences = owner && [{ ...reference, controller: true }];
  return { metadata: { namespace: "default", name, ownerReferences } } as unknown as Pod;
}

test("how many pods there should be, and must stay", () => {
  const three = [{ uid: "a", replicas: 3 }];
  const cases: [string, object, number, typeof three, [count: number, desired: number]][] = [
    ["a number to keep, of pods that nobody counts", { minAvailable: 2 }, 5, [], [5, 2]],
    ["a share to keep, rounded up", { minAvailable: "50%" }, 1, three, [3, 2]],
    ["a number to lose", { maxUnavailable: 1 }, 1, three, [3, 2]],
    ["a share to lose, rounded up too", { maxUnavailable: "34%" }, 1, three, [3, 1]],
    ["more to lose than there are", { maxUnavailable: 9 }, 1, three, [3, 0]],
    [
      "several controllers",
      { maxUnavailable: 1 },
      9,
      [...three, { uid: "b", replicas: 4 }],
      [7, 6],
    ],
    ["neither", {}, 4, [], [4, 0]],
  ];
  for (const [name, spec, pods, scales, [count, desired]] of cases) {
    assert.deepEqual(expectedPods(budget(spec), somePods(pods), scales), { count, desired }, name);
  }
});

/** What caches hold: `[kind, name, replicas, owner]`. */
function cacheOf(...rows: [Resource<ApiObject>, string, number, string?][]): ReadCache {
  return {
    get<T extends ApiObject>(resource: Resource<T>, { name }: ObjectReference) {
      const row = rows.find(([kind, called]) => kind === (resource as unknown) && called === name);
      if (!row) return undefined;
      const [, , replicas, owner] = row;
      const reference = { kind: "Deployment", name: owner, uid: `uid-${owner}`, controller: true };
      const metadata = { name, uid: `uid-${name}`, ...(owner && { ownerReferences: [reference] }) };
      return { metadata, spec: { replicas } } as unknown as T;
    },
    list: () => [],
    byIndex: () => [],
  };
}

const notFound = new StatusError({
  apiVersion: "v1",
  kind: "Status",
  metadata: {},
  status: "Failure",
  reason: "NotFound",
  message: "not found",
  code: 404,
});

test("scales are those of the pods' controllers, whatever kind they are of", async () => {
  const answers: Readonly<Record<string, unknown>> = {
    "/apis/example.com": { versions: [{ version: "v1" }], preferredVersion: { version: "v1" } },
    "/apis/example.com/v1": {
      resources: [
        { name: "things", kind: "Thing" },
        { name: "things/scale", kind: "Scale" },
        { name: "stones", kind: "Stone" },
      ],
    },
    "/apis/example.com/v1/namespaces/default/things/own/scale": {
      metadata: { uid: "uid-own" },
      spec: { replicas: 4 },
    },
  };
  const client = {
    // oxlint-disable-next-line typescript/require-await -- what it stands for waits
    async read(path: string) {
      const answer = answers[path];
      if (answer === undefined) throw notFound;
      return answer;
    },
  };
  const cache = cacheOf(
    [StatefulSet, "zk", 3],
    [ReplicaSet, "alone", 2],
    [ReplicaSet, "old", 1, "web"],
    [ReplicaSet, "new", 5, "web"],
    [Deployment, "web", 6],
  );
  const source = { cache, client, signal: new AbortController().signal };
  const of = async (...owners: { kind: string; name: string; apiVersion?: string }[]) => {
    const pods = owners.map((owner, index) => podOf(`pod-${index}`, owner));
    return (await findScales(pods, source)).scales.map(({ uid, replicas }) => [uid, replicas]);
  };
  const apiVersion = "example.com/v1";
  assert.deepEqual(await of({ kind: "StatefulSet", name: "zk" }), [["uid-zk", 3]]);
  assert.deepEqual(await of({ kind: "ReplicaSet", name: "alone" }), [["uid-alone", 2]]);
  assert.deepEqual(
    await of({ kind: "ReplicaSet", name: "old" }, { kind: "ReplicaSet", name: "new" }),
    [["uid-web", 6]],
    "two sets of one Deployment",
  );
  assert.deepEqual(await of({ kind: "Thing", name: "own", apiVersion }), [["uid-own", 4]]);
  await assert.rejects(of({ kind: "Thing", name: "gone", apiVersion }), {
    message: 'found no controllers for pod "pod-0"',
  });
  await assert.rejects(of({ kind: "Stone", name: "one", apiVersion }), {
    message: "stones.example.com does not implement the scale subresource",
  });
  await assert.rejects(of({ kind: "Cloud", name: "one", apiVersion }), {
    message: 'no matches for kind "Cloud" in group "example.com"',
  });
  await assert.rejects(of({ kind: "ReplicaSet", name: "gone" }), {
    message: 'found no controllers for pod "pod-0"',
  });

  const mixed = [podOf("alone"), podOf("held", { kind: "StatefulSet", name: "zk" })];
  const { scales, unmanaged } = await findScales(mixed, source);
  assert.deepEqual(scales, [{ uid: "uid-zk", replicas: 3 }]);
  assert.deepEqual(
    unmanaged.map(({ metadata }) => metadata.name),
    ["alone"],
  );
});

test("an eviction that does not come is taken back", async () => {
  const cluster = await startCluster([staleDisruptionController]);
  const { client, clock } = cluster;
  await client.create(Node, { metadata: { name: "node-1" } });
  const announced = (reason: string) => ({
    conditions: [
      {
        type: "DisruptionTarget",
        status: "True",
        reason,
        lastTransitionTime: new Date(clock.now()).toISOString(),
      },
    ],
  });
  for (const [name, reason] of [
    ["web", "EvictionByEvictionAPI"],
    ["kept", "TerminationByKubelet"],
  ] as const) {
    await client.create(Pod, {
      metadata: { namespace: "default", name },
      spec: { containers: [{ name: "main", image: "nginx" }] },
    });
    // First its node reports what it runs.
    await cluster.advance(2_000);
    const status = { type: "strategic", patch: { status: announced(reason) } } as const;
    await client.patch(Pod, { namespace: "default", name }, status, { subresource: "status" });
  }
  const read = async (name: string) => {
    const pod = await client.get(Pod, { namespace: "default", name });
    const condition = conditionOf(pod.status.conditions, "DisruptionTarget");
    return [condition?.status, condition?.reason];
  };
  await cluster.advance(117_000);
  assert.deepEqual(await read("web"), ["True", "EvictionByEvictionAPI"]);
  await cluster.advance(2_500);
  assert.deepEqual(await read("web"), ["False", undefined]);
  assert.deepEqual(await read("kept"), ["True", "TerminationByKubelet"]);
  await cluster.stop();
});
