import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { Channel } from "#base/channel.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { ServiceCIDR } from "#api/networking/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import type { WatchEvent } from "#client/transport.ts";
import { applyDefaults } from "#schema/default.ts";
import { followServiceNetworks, followServices } from "./follow.ts";

const metadata = (name: string, resourceVersion: string) => ({
  namespace: "default",
  name,
  uid: name,
  resourceVersion,
});

function service(resourceVersion: string): Service {
  const spec = { clusterIP: "10.96.0.1", ports: [{ port: 80 }] };
  const kind = { apiVersion: "v1", kind: "Service" };
  return applyDefaults(Service, { ...kind, metadata: metadata("a", resourceVersion), spec });
}

function slice(resourceVersion: string): EndpointSlice {
  const kind = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" };
  return applyDefaults(EndpointSlice, {
    ...kind,
    metadata: metadata("a-1", resourceVersion),
    endpoints: [],
  });
}

test("every sink hears of all that changes, and once of the first complete state", async () => {
  const channels = new Map([
    ["services", new Channel<WatchEvent<unknown>>({ capacity: 100, whenFull: "close" })],
    ["endpointslices", new Channel<WatchEvent<unknown>>({ capacity: 100, whenFull: "close" })],
  ]);
  const watch = <T>(resource: Resource<T>, _: unknown, signal: AbortSignal) =>
    channels.get(resource.info.resource ?? "")?.iterate(signal) as AsyncIterable<WatchEvent<T>>;
  const client = { watch } as unknown as Client;
  const informers = new InformerFactory({
    client,
    clock: new VirtualClock(),
    random: seededRandom(1),
    logger: silentLogger,
  });
  const heard: string[] = [];
  const sink = (id: string) => ({
    setService: ({ metadata }: Service) => void heard.push(`${id} +${metadata.name}`),
    removeService: ({ name }: { name: string }) => void heard.push(`${id} -${name}`),
    setEndpointSlice: ({ metadata }: EndpointSlice) => void heard.push(`${id} +${metadata.name}`),
    removeEndpointSlice: ({ name }: { name: string }) => void heard.push(`${id} -${name}`),
    markSynced: () => void heard.push(`${id} synced`),
  });
  const scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
  followServices(informers, [sink("proxy"), sink("dns")], scope);
  informers.start(scope.signal);

  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    return heard.splice(0);
  };
  const bookmark = {
    type: "BOOKMARK",
    object: {
      metadata: { resourceVersion: "9", annotations: { "k8s.io/initial-events-end": "true" } },
    },
  } as const;
  channels.get("services")?.push({ type: "ADDED", object: service("1") });
  channels.get("services")?.push(bookmark);
  assert.deepEqual(await settle(), ["proxy +a", "dns +a"]);
  channels.get("endpointslices")?.push(bookmark);
  assert.deepEqual(await settle(), ["proxy synced", "dns synced"]);
  channels.get("endpointslices")?.push({ type: "ADDED", object: slice("10") });
  assert.deepEqual(await settle(), ["proxy +a-1", "dns +a-1"]);
  channels.get("services")?.push({ type: "MODIFIED", object: service("11") });
  channels.get("endpointslices")?.push({ type: "DELETED", object: slice("12") });
  channels.get("services")?.push({ type: "DELETED", object: service("13") });
  const last = await settle();
  assert.deepEqual(last.toSorted(), [
    "dns +a",
    "dns -a",
    "dns -a-1",
    "proxy +a",
    "proxy -a",
    "proxy -a-1",
  ]);
  await scope.close();
  await informers.close();
});

test("the proxy knows the networks that Services may have addresses of", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const informers = new InformerFactory({ client, clock, random, logger: silentLogger });
  const add = (name: string, cidrs: string[]) =>
    client.create(ServiceCIDR, { metadata: { name }, spec: { cidrs } });
  await add("kubernetes", ["10.96.0.0/16"]);
  const node = {
    name: "node-1",
    addresses: ["192.0.2.1"],
    clusterCidr: "10.244.0.0/16",
    serviceCidrs: ["10.96.0.0/16"],
  };
  const told: string[] = [];
  const proxy = {
    setNode: ({ serviceCidrs }: typeof node | { serviceCidrs: readonly string[] }) =>
      void told.push(serviceCidrs.join(" ")),
  };
  const scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
  followServiceNetworks(informers, { node, proxy }, scope);
  const stop = new AbortController();
  informers.start(stop.signal);
  await clock.advance(100);
  await add("more", ["10.97.0.0/24", "2001:db8::/112"]);
  await clock.advance(100);
  await add("inner", ["10.97.0.0/28"]);
  await add("twin", ["10.97.0.0/24"]);
  await client.delete(ServiceCIDR, { name: "more" });
  await clock.advance(100);
  await client.delete(ServiceCIDR, { name: "twin" });
  await clock.advance(100);
  assert.deepEqual(told, ["10.96.0.0/16 10.97.0.0/24", "10.96.0.0/16 10.97.0.0/28"]);
  stop.abort();
  await scope.close();
  await informers.close();
});
