import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolumeClaim } from "#api/core/v1.ts";
import { VolumeAttributesClass } from "#api/storage/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import { attributesClassProtectionController } from "./controller.ts";

test("a class stays as long as a claim wants it", async () => {
  const cluster = await startCluster([attributesClassProtectionController]);
  const { client } = cluster;
  const place = { namespace: "default", name: "data" };
  await client.create(VolumeAttributesClass, {
    metadata: { name: "fast" },
    driverName: "driver.example.com",
    parameters: { speed: "high" },
  });
  await client.create(PersistentVolumeClaim, {
    metadata: place,
    spec: { volumeAttributesClassName: "fast" },
    status: {},
  });
  await cluster.advance(100);
  await client.delete(VolumeAttributesClass, { name: "fast" });
  await cluster.advance(1_000);
  const going = await client.get(VolumeAttributesClass, { name: "fast" });
  assert.deepEqual(going.metadata.finalizers, ["kubernetes.io/vac-protection"]);
  await client.delete(PersistentVolumeClaim, place);
  await cluster.advance(1_000);
  assert.equal(await client.find(VolumeAttributesClass, { name: "fast" }), undefined);
  await cluster.stop();
});
