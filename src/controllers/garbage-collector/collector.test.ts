import { test } from "node:test";
import assert from "node:assert/strict";
import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { ConfigMap, Secret } from "#api/core/v1.ts";
import type { Discovery } from "#client/discovery.ts";
import type { Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerReference } from "#client/object.ts";
import { startCluster } from "../testing/cluster.ts";
import { garbageCollector } from "./controller.ts";

const verbs = ["list", "watch", "delete"];

test("a kind that a definition brings is collected at once", async () => {
  const served: Resource<ApiObject>[] = [CustomResourceDefinition, ConfigMap];
  const discover = async (): Promise<Discovery> => ({
    resources: served.map((resource) => ({ resource, verbs })),
    failures: new Map(),
  });
  const cluster = await startCluster([garbageCollector(discover)]);
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "no-such-uid" };
  const metadata = { namespace: "default", name: "left", ownerReferences: [owner] };
  await cluster.client.create(Secret, { metadata });
  await cluster.advance(5_000);
  assert.ok(await cluster.client.find(Secret, { namespace: "default", name: "left" }));
  served.push(Secret);
  await cluster.client.create(CustomResourceDefinition, {
    metadata: { name: "secrets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "secrets", kind: "Secret" },
      versions: [],
    },
  });
  await cluster.advance(3_000);
  assert.equal(
    await cluster.client.find(Secret, { namespace: "default", name: "left" }),
    undefined,
  );
  await cluster.stop();
});

test("what gets another owner while it is judged stays", async () => {
  const discover = async (): Promise<Discovery> => ({
    resources: [{ resource: ConfigMap, verbs }],
    failures: new Map(),
  });
  const cluster = await startCluster([garbageCollector(discover)]);
  const { client } = cluster;
  const place = (name: string) => ({ namespace: "default", name });
  const heir = await client.create(ConfigMap, { metadata: place("heir") });
  const owner = await client.create(ConfigMap, { metadata: place("owner") });
  const ownerReferences = [controllerReference(owner)];
  await client.create(ConfigMap, { metadata: { ...place("kept"), ownerReferences } });
  await client.create(ConfigMap, { metadata: { ...place("collected"), ownerReferences } });
  await cluster.advance(1_000);
  // The owner goes, and before anybody heard of it, one dependant has found another one.
  const gone = client.delete(ConfigMap, place("owner"));
  const patch = { metadata: { ownerReferences: [controllerReference(heir)] } };
  await client.patch(ConfigMap, place("kept"), { type: "merge", patch });
  await gone;
  await cluster.advance(60_000);
  assert.ok(await client.find(ConfigMap, place("kept")));
  assert.equal(await client.find(ConfigMap, place("collected")), undefined);
  await cluster.stop();
});
