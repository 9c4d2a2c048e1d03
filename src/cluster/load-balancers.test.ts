import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Service } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { createLogger } from "#base/log.ts";
import { RoutedLoadBalancers } from "./load-balancers.ts";

const never = new AbortController().signal;

function service(name: string, spec: object = {}, ip?: string): Service {
  const ingress = ip === undefined ? [] : [{ ip }];
  return {
    metadata: { name, uid: name },
    spec,
    status: { loadBalancer: { ingress } },
  } as unknown as Service;
}

const nodes = ["10.0.0.2", "10.0.0.3"].map(
  (address) => ({ status: { addresses: [{ type: "InternalIP", address }] } }) as unknown as Node,
);

/** Balancers of three addresses, with the routes that they set and nodes that are well or not. */
function open() {
  const routes = new Map<string, string>();
  const sick = new Set<string>();
  const broken = new Set<string>();
  const told: string[] = [];
  const clock = new VirtualClock();
  const balancers = new RoutedLoadBalancers({
    addresses: ["10.0.0.128", "10.0.0.129", "10.0.0.130"],
    routes: {
      set: async (address, node) => {
        if (broken.has(address)) throw new Error("no such network");
        routes.set(address, node);
      },
      remove: async (address) => void routes.delete(address),
    },
    probe: async (node, port) => !sick.has(node) && !sick.has(`${node}:${port}`),
    clock,
    logger: createLogger({
      write: (text) => void told.push(text),
      now: () => clock.now(),
      level: "info",
    }),
  });
  const ensured = async (one: Service) =>
    (await balancers.ensure(one, nodes, never)).ingress?.[0]?.ip;
  return { balancers, routes, sick, broken, told, clock, ensured };
}

test("each Service has an address of its own, and keeps it", async () => {
  const { balancers, ensured, routes } = open();
  assert.equal(await ensured(service("a")), "10.0.0.128");
  assert.equal(await ensured(service("b")), "10.0.0.129");
  assert.equal(await ensured(service("a")), "10.0.0.128");
  // One that a former process gave, and one that is wished for.
  assert.equal(await ensured(service("c", {}, "10.0.0.130")), "10.0.0.130");
  await balancers.remove(service("a"), never);
  assert.deepEqual([...routes.keys()], ["10.0.0.129", "10.0.0.130"]);
  assert.equal(await ensured(service("d", { loadBalancerIP: "10.0.0.128" })), "10.0.0.128");
});

test("what it cannot give, it says", async () => {
  const { ensured } = open();
  await ensured(service("a"));
  await assert.rejects(ensured(service("b", { loadBalancerIP: "10.0.0.128" })), {
    message: "10.0.0.128 is another load balancer's",
  });
  await assert.rejects(ensured(service("b", { loadBalancerIP: "10.9.9.9" })), {
    message: "10.9.9.9 is not in the range 10.0.0.128-10.0.0.130",
  });
  // An address that another Service has by now is not given twice.
  assert.equal(await ensured(service("b", {}, "10.0.0.128")), "10.0.0.129");
  await ensured(service("c"));
  await assert.rejects(ensured(service("d")), { message: "all 3 addresses are taken" });
});

test("one of a former process goes by what its Service says, unless it is another's", async () => {
  const { balancers, ensured, routes } = open();
  routes.set("10.0.0.130", "10.0.0.2");
  await ensured(service("a"));
  await balancers.remove(service("old", {}, "10.0.0.130"), never);
  await balancers.remove(service("older", {}, "10.0.0.128"), never);
  assert.deepEqual([...routes.keys()], ["10.0.0.128"]);
});

test("a node that takes no traffic is left for one that does", async () => {
  const { balancers, ensured, routes, sick, clock } = open();
  const via = async (changed: () => void) => {
    changed();
    await clock.advance(2000);
    return routes.get("10.0.0.128");
  };
  await ensured(service("a"));
  const ending = new AbortController();
  const running = balancers.run(ending.signal).catch((error: unknown) => error);
  assert.equal(await via(() => {}), "10.0.0.2");
  assert.equal(await via(() => sick.add("10.0.0.2")), "10.0.0.3");
  // Back again: what goes well stays where it is.
  assert.equal(await via(() => sick.clear()), "10.0.0.3");
  assert.equal(await via(() => sick.add("10.0.0.2").add("10.0.0.3")), "10.0.0.3");
  ending.abort(new Error("end"));
  await running;
});

test("a route that cannot be set is tried again, and holds up no other one", async () => {
  const { balancers, ensured, routes, sick, broken, told, clock } = open();
  await ensured(service("a"));
  await ensured(service("b"));
  const ending = new AbortController();
  const running = balancers.run(ending.signal).catch((error: unknown) => error);
  broken.add("10.0.0.128");
  sick.add("10.0.0.2");
  await clock.advance(2000);
  assert.deepEqual([...routes.values()], ["10.0.0.2", "10.0.0.3"]);
  assert.match(told.join(""), /a load balancer could not be moved.*10\.0\.0\.128/);
  broken.clear();
  await clock.advance(2000);
  assert.deepEqual([...routes.values()], ["10.0.0.3", "10.0.0.3"]);
  ending.abort(new Error("end"));
  await running;
});

test("the port that tells of a Service's endpoints counts, where its policy is local", async () => {
  const { ensured, routes, sick } = open();
  sick.add("10.0.0.2:31000");
  await ensured(service("a", { externalTrafficPolicy: "Cluster", healthCheckNodePort: 0 }));
  assert.equal(routes.get("10.0.0.128"), "10.0.0.2");
  await ensured(service("a", { externalTrafficPolicy: "Local", healthCheckNodePort: 31_000 }));
  assert.equal(routes.get("10.0.0.128"), "10.0.0.3");
});
