import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { eventually } from "../support/eventually.ts";
import type { ServerProcess } from "../ha/server-process.ts";
import type { FloodOptions, FloodReport } from "./flood.fixture.ts";
import { targetOf } from "./listener.ts";
import { configMaps } from "./load.ts";
import { Place } from "./place.ts";

/** At once, from one user: several times what the server does at once and keeps waiting together. */
const [sessions, streams] = [15, 100];
/** How often the others ask while that goes on. */
const asks = 5;
const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

test("one user floods the server", { timeout: 240_000 }, async (context) => {
  const place = await Place.make(context);
  const server = await place.makeServer();
  await server.start();
  const [flooder, other, elector] = [
    await account(server, "default", "flooder"),
    await account(server, "default", "other"),
    await account(server, "kube-system", "elector"),
  ];
  const lease = await server.api.create(leases, { metadata: { name: "elected" }, spec: {} });
  const flood = await startFlood(context, server, flooder);
  await eventually(() => assert.ok((flood.report()?.statuses[429] ?? 0) > 100), { intervalMs: 50 });

  await context.test("is turned away, with when to come back", () => {
    const { refusal, statuses } = flood.report() ?? {};
    assert.equal(refusal?.headers["retry-after"], "1");
    assert.equal(refusal?.text, "Too many requests, please try again later.\n");
    const others = Object.keys(statuses ?? {}).filter((status) => !/^(201|429)$/.test(status));
    assert.deepEqual(others, [], "nothing else happens to it");
  });

  await context.test("others are served, and wait less than a request may", async () => {
    const latest = await slowest(asks, async (n) => {
      const body = { metadata: { name: `other-${n}` } };
      const answer = await server.api.send({
        method: "POST",
        path: configMaps,
        body,
        token: other,
      });
      assert.equal(answer.status, 201, answer.text);
    });
    context.diagnostic(`the slowest of ${asks} creates by another user took ${latest} ms`);
  });

  await context.test("leaders renew their Leases", async () => {
    const latest = await slowest(asks, async (n) => {
      const spec = { holderIdentity: `elector-${n}`, leaseDurationSeconds: 15 };
      const path = `${leases}/${lease.metadata.name}`;
      const answer = await server.api.send({
        method: "PATCH",
        path,
        body: { spec },
        contentType: "application/merge-patch+json",
        token: elector,
      });
      assert.equal(answer.status, 200, answer.text);
    });
    context.diagnostic(`the slowest of ${asks} renewals took ${latest} ms`);
  });

  await context.test("the server says that it is ready", async () => {
    const latest = await slowest(asks, async () => {
      assert.equal((await server.api.send({ path: "/readyz" })).text, "ok");
    });
    context.diagnostic(`the slowest of ${asks} looks at /readyz took ${latest} ms`);
  });

  const during = flood.report()?.statuses ?? {};
  await flood.end();
  context.diagnostic(`the flood: ${JSON.stringify(during)}`);
  assert.ok((during[201] ?? 0) > 0, "it is served, too");
  await context.test("nothing of it is left behind", async () => {
    await eventually(async () => {
      const { text } = await server.api.send({ path: "/metrics" });
      const left = text
        .split("\n")
        .filter((line) => line.startsWith("apiserver_flowcontrol_current_inqueue_requests{"))
        .filter((line) => !line.endsWith(" 0"));
      assert.deepEqual(left, []);
    });
  });
});

/** A service account that may do all in its namespace; resolves with its token. */
async function account(server: ServerProcess, namespace: string, name: string): Promise<string> {
  const core = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
  await server.api.create(core, { metadata: { name } });
  await server.api.create(rbac, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  const { status } = await server.api.expect<{ status: { token: string } }>(201, {
    method: "POST",
    path: `${core}/${name}/token`,
    body: { spec: {} },
  });
  return status.token;
}

async function startFlood(context: TestContext, server: ServerProcess, token: string) {
  const { port, ca } = await targetOf(server.kubeconfig);
  const options: FloodOptions = { port, ca, token, path: configMaps, sessions, streams };
  const worker = new Worker(new URL("./flood.fixture.ts", import.meta.url), {
    workerData: options,
  });
  context.after(() => worker.terminate());
  let newest: FloodReport | undefined;
  let failure: unknown;
  worker.on("message", (report: FloodReport) => (newest = report));
  worker.on("error", (error) => (failure = error));
  return {
    report() {
      if (failure !== undefined) throw failure;
      return newest;
    },
    end: () => worker.terminate(),
  };
}

/** In milliseconds, of so many one after the other. */
async function slowest(count: number, act: (n: number) => Promise<void>): Promise<number> {
  let latest = 0;
  for (let n = 0; n < count; n++) {
    const from = performance.now();
    await act(n);
    latest = Math.max(latest, performance.now() - from);
  }
  assert.ok(latest < 30_000, `${latest} ms`);
  return Math.round(latest);
}
