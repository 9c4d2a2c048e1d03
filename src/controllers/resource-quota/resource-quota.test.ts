import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import { Event, Namespace, Pod, ResourceQuota, Secret, Service } from "#api/core/v1.ts";
import type { Resource } from "#client/client.ts";
import type { Discovery } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import { startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { resourceQuotaController } from "./controller.ts";

const namespace = "default";
const place = { namespace, name: "q" };
const kinds: readonly Resource<ApiObject>[] = [Pod, Secret, Service, ResourceQuota];

const discoveryOf = (resources: readonly Resource<ApiObject>[], failed?: string): Discovery => ({
  resources: [...resources, Event, Namespace].map((resource) => ({
    resource,
    verbs: ["create", "delete", "list", "watch"],
  })),
  failures: new Map(failed ? [[failed, "connection refused"]] : []),
});

const quotaOf = (hard: Record<string, string>) => ({ metadata: place, spec: { hard } });

const pod = (name: string, cpu: string) => ({
  metadata: { namespace, name },
  spec: { containers: [{ name: "main", image: "nginx", resources: { requests: { cpu } } }] },
});

async function used({ client }: TestCluster): Promise<object | undefined> {
  return (await client.get(ResourceQuota, place)).status.used;
}

test("what there is, what goes and what ends is counted", async () => {
  const cluster = await startCluster([
    resourceQuotaController(() => Promise.resolve(discoveryOf(kinds))),
  ]);
  const { client } = cluster;
  for (const name of ["a", "b", "c"]) await client.create(Pod, pod(name, "500m"));
  await client.create(Secret, { metadata: { namespace, name: "s" } });
  await client.create(Secret, { metadata: { namespace: "other", name: "s" } });
  const hard = { pods: "9", "requests.cpu": "4", secrets: "2", "services.nodeports": "3" };
  await client.create(ResourceQuota, quotaOf(hard));
  await cluster.advance(10);
  const counted = { pods: "3", "requests.cpu": "1500m", secrets: "1", "services.nodeports": "0" };
  assert.deepEqual((await client.get(ResourceQuota, place)).status, { hard, used: counted });

  // Who makes something counts it; that it was not counted shows only a while later.
  const service = { type: "NodePort" as const, ports: [{ port: 1 }, { port: 2 }] };
  await client.create(Service, { metadata: { namespace, name: "w" }, spec: service });
  await cluster.advance(900);
  assert.deepEqual(await used(cluster), counted);
  await cluster.advance(200);
  assert.deepEqual(await used(cluster), { ...counted, "services.nodeports": "2" });

  const current = await client.get(Service, { namespace, name: "w" });
  await client.update(Service, { ...current, spec: { ...current.spec, type: "ClusterIP" } });
  await client.delete(Secret, { namespace, name: "s" });
  await cluster.advance(10);
  // Whatever was just counted may be on its way to the store: nothing is given back yet.
  assert.deepEqual(await used(cluster), { ...counted, "services.nodeports": "2" });
  await cluster.advance(300);
  assert.deepEqual(await used(cluster), { ...counted, secrets: "0" });

  const ended = await client.get(Pod, { namespace, name: "a" });
  const status = { ...ended.status, phase: "Succeeded" as const };
  await client.update(Pod, { ...ended, status }, { subresource: "status" });
  await client.delete(Pod, { namespace, name: "b" }, { gracePeriodSeconds: 0 });
  await cluster.advance(10);
  const one = { pods: "1", "requests.cpu": "500m", secrets: "0", "services.nodeports": "0" };
  assert.deepEqual(await used(cluster), one);

  await client.patch(ResourceQuota, place, {
    type: "merge",
    patch: { spec: { hard: { pods: null, secrets: "5", "count/pods": "5" } } },
  });
  await cluster.advance(10);
  const { pods: _, ...rest } = one;
  assert.deepEqual(await used(cluster), { ...rest, "count/pods": "2" });
  await cluster.stop();
});

test("a pod whose node is lost is let go of when its time is over", async () => {
  const cluster = await startCluster([
    resourceQuotaController(() => Promise.resolve(discoveryOf(kinds))),
  ]);
  const { client } = cluster;
  cluster.kubelet.stopMs = 10 * 60_000;
  await client.create(Pod, pod("lost", "1"));
  await client.create(ResourceQuota, quotaOf({ pods: "1" }));
  await cluster.advance(5_000);
  await client.delete(Pod, { namespace, name: "lost" }, { gracePeriodSeconds: 30 });
  await cluster.advance(29_000);
  assert.deepEqual(await used(cluster), { pods: "1" });
  await cluster.advance(2_000);
  assert.deepEqual(await used(cluster), { pods: "0" });
  await client.get(Pod, { namespace, name: "lost" });
  await cluster.stop();
});

test("every five minutes all is counted again", async () => {
  const cluster = await startCluster([
    resourceQuotaController(() => Promise.resolve(discoveryOf(kinds))),
  ]);
  const { client } = cluster;
  const hard = { secrets: "3" };
  const { metadata } = await client.create(ResourceQuota, quotaOf(hard));
  await cluster.advance(10);
  const quota = await client.get(ResourceQuota, metadata);
  const wrong = { ...quota, status: { hard, used: { secrets: "2" } } };
  await client.update(ResourceQuota, wrong, { subresource: "status" });
  await cluster.advance(4 * 60_000);
  assert.deepEqual(await used(cluster), { secrets: "2" });
  await cluster.advance(61_000);
  assert.deepEqual(await used(cluster), { secrets: "0" });
  await cluster.stop();
});

test("many quotas ask once what is served", async () => {
  let asked = 0;
  const discover = () => {
    asked++;
    return Promise.resolve(discoveryOf(kinds));
  };
  const cluster = await startCluster([resourceQuotaController(discover)]);
  for (const name of ["a", "b", "c"]) {
    const metadata = { namespace, name };
    await cluster.client.create(ResourceQuota, { metadata, spec: { hard: { pods: "1" } } });
  }
  await cluster.advance(10);
  assert.equal(asked, 1);
  await cluster.stop();
});

test("nothing is watched before a quota asks for it, and kinds are found when they come", async () => {
  let discovery = discoveryOf(kinds);
  const cluster = await startCluster([resourceQuotaController(() => Promise.resolve(discovery))]);
  const { client, api } = cluster;
  const watched = () => [
    ...new Set(api.requests.filter((request) => /secrets|services|deployments/.test(request))),
  ];
  assert.deepEqual(watched(), []);
  const hard = { secrets: "3", "count/deployments.apps": "1" };
  await client.create(ResourceQuota, quotaOf(hard));
  await cluster.advance(10);
  assert.deepEqual(watched(), ["GET /api/v1/secrets"]);
  assert.deepEqual(await used(cluster), { secrets: "0" });

  discovery = discoveryOf([...kinds, Deployment]);
  await cluster.advance(31_000);
  assert.deepEqual(await used(cluster), { secrets: "0", "count/deployments.apps": "0" });
  const deployment = {
    metadata: { namespace, name: "web" },
    spec: { selector: {}, template: { spec: { containers: [] } } },
  };
  await client.create(Deployment, deployment);
  await cluster.advance(2_000);
  assert.deepEqual(await used(cluster), { secrets: "0", "count/deployments.apps": "1" });

  // A group that cannot be asked has taken nothing with it; one that is gone has.
  discovery = discoveryOf(kinds, "apps/v1");
  await cluster.advance(31_000);
  await client.delete(Deployment, deployment.metadata);
  await cluster.advance(10);
  assert.deepEqual(await used(cluster), { secrets: "0", "count/deployments.apps": "0" });
  discovery = discoveryOf(kinds);
  await cluster.advance(31_000);
  await client.create(Deployment, deployment);
  await cluster.advance(2_000);
  assert.deepEqual(await used(cluster), { secrets: "0", "count/deployments.apps": "0" });
  await cluster.stop();
});

test("what cannot be watched does not keep the rest from being counted", async () => {
  const cluster = await startCluster([
    resourceQuotaController(() => Promise.resolve(discoveryOf(kinds))),
  ]);
  const { client, api } = cluster;
  let away = true;
  api.intercept = (request) => {
    if (away && request.path === "/api/v1/secrets") throw new Error("connection refused");
    return undefined;
  };
  await client.create(Pod, pod("a", "1"));
  await client.create(ResourceQuota, quotaOf({ pods: "3", secrets: "3" }));
  await cluster.advance(11_000);
  assert.deepEqual(await used(cluster), { pods: "1" });
  away = false;
  await cluster.advance(31_000);
  assert.deepEqual(await used(cluster), { pods: "1", secrets: "0" });
  await cluster.stop();
});
