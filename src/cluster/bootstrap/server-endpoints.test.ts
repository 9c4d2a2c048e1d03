import assert from "node:assert/strict";
import { test } from "node:test";
import { Endpoints } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { keepServerEndpoints } from "./server-endpoints.ts";

function setUp() {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const client = createClient(new FakeApi({ clock, random: seededRandom(1) }));
  const server = (ip: string, port: number) => {
    const stop = new AbortController();
    const options = { store, client, own: { ip, port }, clock, logger: silentLogger };
    return { stop, done: keepServerEndpoints(options, stop.signal) };
  };
  /** "ADDRESS:PORT" of each slice's endpoints, and that Endpoints says the same. */
  const published = async () => {
    const { items } = await client.list(EndpointSlice, { namespace: "default" });
    const bySlice = items.map(({ endpoints, ports }) =>
      (endpoints ?? []).flatMap(({ addresses }) =>
        addresses.map((ip) => `${ip}:${ports?.[0]?.port}`),
      ),
    );
    const whole = await client.get(Endpoints, { namespace: "default", name: "kubernetes" });
    const bySubset = (whole.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
      addresses.map(({ ip }) => `${ip}:${ports[0]?.port}`),
    );
    assert.deepEqual(bySubset, bySlice.flat());
    return bySlice;
  };
  return { clock, store, server, published };
}

test("the endpoints are the servers that live", async () => {
  const { clock, server, published } = setUp();
  const a = server("10.0.0.1", 6443);
  const b = server("10.0.0.2", 6443);
  await clock.advance(11_000);
  assert.deepEqual(await published(), [["10.0.0.1:6443", "10.0.0.2:6443"]]);
  a.stop.abort();
  await clock.advance(0);
  await a.done;
  assert.deepEqual(await published(), [["10.0.0.2:6443"]], "who stops says so");
  b.stop.abort();
  await clock.advance(0);
  await b.done;
  assert.deepEqual(await published(), [["10.0.0.2:6443"]], "the last one stays");
});

test("servers of different ports are published beside each other", async () => {
  const { clock, server, published } = setUp();
  const a = server("10.0.0.1", 6443);
  const b = server("10.0.0.1", 7443);
  await clock.advance(11_000);
  assert.deepEqual(await published(), [["10.0.0.1:6443"], ["10.0.0.1:7443"]]);
  b.stop.abort();
  await clock.advance(0);
  await b.done;
  assert.deepEqual(await published(), [["10.0.0.1:6443"]]);
  a.stop.abort();
  await clock.advance(0);
  await a.done;
});

test("a server that crashed is taken out when its key has run out", async () => {
  const { clock, store, server, published } = setUp();
  // The key of a server that is not there to renew it.
  const gone = { ip: "10.0.0.9", port: 6443 };
  const value = utf8(JSON.stringify(gone));
  await store.commit({ key: "/registry/masterleases/10.0.0.9:6443", value, ttlSeconds: 15 });
  const a = server("10.0.0.1", 6443);
  await clock.advance(11_000);
  assert.deepEqual(await published(), [["10.0.0.1:6443", "10.0.0.9:6443"]]);
  await clock.advance(10_000);
  assert.deepEqual(await published(), [["10.0.0.1:6443"]]);
  a.stop.abort();
  await clock.advance(0);
  await a.done;
});
