import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "#api/core/v1.ts";
import { IPAddress } from "#api/networking/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { keepIpAddresses } from "./ip-addresses.ts";

test("every cluster address has its object, and no other has", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const service = (name: string, clusterIP: string) =>
    client.create(Service, {
      metadata: { namespace: "default", name },
      spec: { clusterIP, clusterIPs: [clusterIP] },
    });
  const found = async () => {
    await clock.advance(100);
    const { items } = await client.list(IPAddress);
    return items.map(({ metadata, spec }) => `${metadata.name} ${spec.parentRef.name}`).toSorted();
  };
  await service("before", "10.96.0.1");
  await service("headless", "None");
  const parentRef = { group: "", resource: "services", namespace: "default", name: "gone" };
  const labels = { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" };
  await client.create(IPAddress, { metadata: { name: "10.96.0.8", labels }, spec: { parentRef } });
  await client.create(IPAddress, { metadata: { name: "10.96.0.9" }, spec: { parentRef } });

  const stop = new AbortController();
  const options = { client, clock, random, logger: silentLogger };
  const done = [keepIpAddresses(options, stop.signal), keepIpAddresses(options, stop.signal)];
  assert.deepEqual(await found(), ["10.96.0.1 before", "10.96.0.9 gone"], "a person's own stays");
  await service("later", "10.96.0.2");
  assert.deepEqual(await found(), ["10.96.0.1 before", "10.96.0.2 later", "10.96.0.9 gone"]);

  await client.delete(Service, { namespace: "default", name: "before" });
  await service("next", "10.96.0.1");
  assert.deepEqual(await found(), ["10.96.0.1 next", "10.96.0.2 later", "10.96.0.9 gone"]);
  await client.delete(Service, { namespace: "default", name: "later" });
  assert.deepEqual(await found(), ["10.96.0.1 next", "10.96.0.9 gone"]);
  stop.abort();
  await clock.advance(100);
  await Promise.all(done);
});
