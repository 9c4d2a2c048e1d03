import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { serveHealthChecks, serveProxyHealth } from "./health-server.ts";

const at = { address: "127.0.0.1", port: 0 };
const lastUpdated = Date.UTC(2026, 0, 1);

test("healthz, livez and metrics", async () => {
  const proxy = { health: { healthy: false, lastUpdated, currentTime: lastUpdated + 1000 } };
  const metrics = new MetricsRegistry();
  metrics.counter({ name: "kubeproxy_test_total", help: "A test" }).add(3);
  await using scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
  const ports = await serveProxyHealth({ proxy, metrics, health: at, status: at }, scope);
  const sick = await fetch(`http://127.0.0.1:${ports.healthPort}/healthz`);
  assert.equal(sick.status, 503);
  assert.deepEqual(await sick.json(), {
    lastUpdated: "2026-01-01T00:00:00.000Z",
    currentTime: "2026-01-01T00:00:01.000Z",
    nodeEligible: true,
  });
  proxy.health.healthy = true;
  assert.equal((await fetch(`http://127.0.0.1:${ports.healthPort}/livez`)).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${ports.healthPort}/`)).status, 404);
  const text = await (await fetch(`http://127.0.0.1:${ports.statusPort}/metrics`)).text();
  assert.match(text, /kubeproxy_test_total 3/);
});

test("health checks of Services come, answer and go", async () => {
  const port = 31_000 + (process.pid % 1000);
  const proxy = { health: { healthy: true, lastUpdated, currentTime: lastUpdated } };
  await using scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
  const apply = serveHealthChecks({ proxy, addresses: ["127.0.0.1"], logger: silentLogger }, scope);
  const check = { port, namespace: "default", name: "web", localEndpoints: 2 };
  const ask = () => fetch(`http://127.0.0.1:${port}/`);
  apply({ healthChecks: [check] });
  const response = await eventually(ask);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("x-load-balancing-endpoint-weight"), "2");
  assert.deepEqual(await response.json(), {
    service: { namespace: "default", name: "web" },
    localEndpoints: 2,
    serviceProxyHealthy: true,
  });
  apply({ healthChecks: [{ ...check, localEndpoints: 0 }] });
  assert.equal((await ask()).status, 503);
  apply({ healthChecks: [] });
  await eventually(() => assert.rejects(ask()));
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
