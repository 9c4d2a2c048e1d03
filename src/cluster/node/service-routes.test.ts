import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceCIDR } from "#api/networking/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { keepServiceRoutes } from "./service-routes.ts";

test("the machine's routes follow the networks of Services", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const add = (name: string, cidrs: string[]) =>
    client.create(ServiceCIDR, { metadata: { name }, spec: { cidrs } });
  await add("kubernetes", ["10.96.0.0/16"]);
  const routed: string[] = [];
  let failures = 0;
  const stop = new AbortController();
  const done = keepServiceRoutes(
    {
      client,
      clock,
      random,
      logger: silentLogger,
      first: "10.96.0.0/16",
      route: (cidrs) => {
        if (failures-- > 0) return Promise.reject(new Error("no node is there yet"));
        routed.push(cidrs.join(" "));
        return Promise.resolve();
      },
    },
    stop.signal,
  );
  await clock.advance(1_000);
  assert.deepEqual(routed, [], "the first network has its route from the first node");
  failures = 2;
  await add("more", ["10.97.0.0/24", "2001:db8::/112"]);
  await clock.advance(11_000);
  await add("twin", ["10.97.0.0/24"]);
  await client.delete(ServiceCIDR, { name: "more" });
  await clock.advance(1_000);
  await client.delete(ServiceCIDR, { name: "twin" });
  await clock.advance(1_000);
  assert.deepEqual(routed, ["10.96.0.0/16 10.97.0.0/24", "10.96.0.0/16"]);
  stop.abort();
  await clock.advance(100);
  await done;
});
