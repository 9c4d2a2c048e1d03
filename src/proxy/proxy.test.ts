import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { applyDefaults } from "#schema/default.ts";
import type { ProxyPlan } from "./plan.ts";
import { Proxy } from "./proxy.ts";

const node = {
  name: "one",
  addresses: ["10.1.0.2"],
  clusterCidr: "10.244.0.0/16",
  serviceCidrs: ["10.96.0.0/12"],
};

function service(name: string, clusterIP: string): Service {
  const metadata = { namespace: "default", name };
  const spec = { clusterIP, ports: [{ port: 80 }] };
  return applyDefaults(Service, { apiVersion: "v1", kind: "Service", metadata, spec });
}

function slice(name: string, ip: string, triggeredAt?: string): EndpointSlice {
  return applyDefaults(EndpointSlice, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name: `${name}-1`,
      labels: { "kubernetes.io/service-name": name },
      ...(triggeredAt && {
        annotations: { "endpoints.kubernetes.io/last-change-trigger-time": triggeredAt },
      }),
    },
    addressType: "IPv4",
    ports: [{ port: 80 }],
    endpoints: [{ addresses: [ip] }],
  });
}

/** A proxy whose rules are only written down. */
function start() {
  const clock = new VirtualClock();
  const applied: { at: number; after: ProxyPlan; before: ProxyPlan | undefined }[] = [];
  const state = { failures: 0 };
  const metrics = new MetricsRegistry();
  const proxy = new Proxy({
    node,
    clock,
    metrics,
    logger: silentLogger,
    fullSyncMs: 60_000,
    rules: {
      async apply(after, before) {
        applied.push({ at: clock.monotonic() - began, after, before });
        if (state.failures-- > 0) throw new Error("no");
      },
    },
  });
  const began = clock.monotonic();
  const scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
  scope.run("proxy", (signal) => proxy.run(signal));
  return { clock, applied, state, metrics, proxy, scope };
}

const endpoints = (plan: ProxyPlan | undefined, name: string) =>
  plan?.ports.get(`default/${name}:/tcp`)?.clusterEndpoints;

test("nothing is applied before the first complete state; then all of it at once", async () => {
  const { clock, applied, proxy, scope } = start();
  proxy.setService(service("a", "10.96.0.1"));
  proxy.setEndpointSlice(slice("a", "10.244.0.1"));
  await clock.advance(5000);
  assert.equal(applied.length, 0);
  assert.equal(proxy.health.healthy, false);
  proxy.markSynced();
  await clock.advance(20);
  assert.equal(applied.length, 1);
  assert.equal(applied[0]?.before, undefined);
  assert.deepEqual(endpoints(applied[0]?.after, "a"), ["10.244.0.1:80"]);
  assert.equal(proxy.health.healthy, true);
  await scope.close();
});

test("a burst is one sync, and syncs keep their distance", async () => {
  const { clock, applied, proxy, scope } = start();
  proxy.markSynced();
  await clock.advance(1000);
  applied.length = 0;
  for (let index = 0; index < 100; index++) {
    proxy.setService(service(`s-${index}`, `10.96.1.${index}`));
    await clock.advance(1);
  }
  await clock.advance(20);
  assert.ok(applied.length >= 4 && applied.length <= 8, `${applied.length} syncs in 100 ms`);
  assert.equal(applied.at(-1)?.after.ports.size, 100);
  assert.ok(
    applied.every(({ before }) => before),
    "each says what was there before",
  );
  await scope.close();
});

test("what changes nothing is not applied", async () => {
  const { clock, applied, proxy, scope } = start();
  proxy.setService(service("a", "10.96.0.1"));
  proxy.markSynced();
  await clock.advance(100);
  applied.length = 0;
  proxy.setService(service("a", "10.96.0.1"));
  proxy.setEndpointSlice(slice("other", "10.244.0.9"));
  await clock.advance(100);
  assert.equal(applied.length, 0);
  await scope.close();
});

test("Services and slices come and go in any order", async () => {
  const { clock, applied, proxy, scope } = start();
  proxy.markSynced();
  proxy.setEndpointSlice(slice("a", "10.244.0.1"));
  await clock.advance(50);
  proxy.setService(service("a", "10.96.0.1"));
  await clock.advance(50);
  assert.deepEqual(endpoints(applied.at(-1)?.after, "a"), ["10.244.0.1:80"]);
  proxy.removeEndpointSlice({ namespace: "default", name: "a-1" });
  await clock.advance(50);
  assert.equal(applied.at(-1)?.after.ports.get("default/a:/tcp")?.internal, "reject");
  proxy.removeService({ namespace: "default", name: "a" });
  await clock.advance(50);
  assert.equal(applied.at(-1)?.after.ports.size, 0);
  await scope.close();
});

test("a failure is retried, with all rules, and is seen", async () => {
  const { clock, applied, state, metrics, proxy, scope } = start();
  proxy.markSynced();
  await clock.advance(100);
  applied.length = 0;
  state.failures = 2;
  proxy.setService(service("a", "10.96.0.1"));
  await clock.advance(3000);
  assert.deepEqual(
    applied.map(({ before }) => before === undefined),
    [false, true, true],
  );
  assert.match(metrics.render(), /nftables_sync_failures_total\{ip_family="IPv4"\} 2\n/);
  state.failures = 1000;
  proxy.setService(service("b", "10.96.0.2"));
  await clock.advance(50_000);
  assert.equal(proxy.health.healthy, true);
  await clock.advance(15_000);
  assert.equal(proxy.health.healthy, false);
  state.failures = 0;
  await clock.advance(31_000);
  assert.equal(proxy.health.healthy, true);
  await scope.close();
});

test("all rules are written anew now and then, and when the node changes", async () => {
  const { clock, applied, proxy, scope } = start();
  proxy.markSynced();
  await clock.advance(100);
  applied.length = 0;
  await clock.advance(130_000);
  assert.deepEqual(
    applied.map(({ before }) => before),
    [undefined, undefined],
  );
  proxy.setNode({ ...node, addresses: ["10.1.0.2", "192.0.2.1"] });
  await clock.advance(100);
  assert.deepEqual(applied.at(-1)?.after.node.addresses, ["10.1.0.2", "192.0.2.1"]);
  await scope.close();
});

test("the time from a change in a pod to rules is measured", async () => {
  const { clock, metrics, proxy, scope } = start();
  proxy.setService(service("a", "10.96.0.1"));
  proxy.markSynced();
  await clock.advance(1000);
  const changedAt = new Date(clock.now() - 700).toISOString();
  proxy.setEndpointSlice(slice("a", "10.244.0.1", changedAt));
  await clock.advance(1000);
  const text = metrics.render();
  const name = "kubeproxy_network_programming_duration_seconds";
  assert.match(text, new RegExp(`${name}_bucket\\{ip_family="IPv4",le="0.5"\\} 0\n`));
  assert.match(text, new RegExp(`${name}_bucket\\{ip_family="IPv4",le="1"\\} 1\n`));
  assert.match(text, /kubeproxy_sync_proxy_rules_duration_seconds_count\{ip_family="IPv4"\} 2\n/);
  assert.match(text, /kubeproxy_sync_full_proxy_rules_duration_seconds_count\S+ 1\n/);
  assert.match(text, /kubeproxy_sync_proxy_rules_endpoint_changes_pending\S+ 0\n/);
  await scope.close();
});
