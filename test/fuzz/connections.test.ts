import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { listen } from "#server/node/listen.ts";
import type { ConnectionLimits } from "#server/node/listen.ts";
import { openTestControlPlane } from "../support/in-process.ts";
import { eventually } from "../support/eventually.ts";
import { Chance } from "./bodies.ts";
import { nuisances } from "./connections.ts";
import type { Target } from "./connections.ts";
import { recordingLogger } from "./plane.ts";

/**
 * What clients do to real connections, below any request. KIJABI_FUZZ_CONNECTIONS asks for more of
 * them, KIJABI_FUZZ_SEED for others.
 */
const connectionCount = Number(process.env["KIJABI_FUZZ_CONNECTIONS"] ?? 150);
const seed = Number(process.env["KIJABI_FUZZ_SEED"] ?? 1);
/** How many are open at once. */
const openMax = 20;

interface Open extends AsyncDisposable {
  readonly target: Target;
  readonly failures: unknown[];
  /** What the server holds for clients: sockets, and timers that keep the process alive. */
  held(): { readonly sockets: number; readonly timers: number };
  metric(name: string): number;
}

async function open(limits: Partial<ConnectionLimits> = {}): Promise<Open> {
  const failures: unknown[] = [];
  const logger = recordingLogger(failures);
  const clock = systemClock();
  const now = clock.now();
  const plane = await openTestControlPlane({ clock, logger });
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const issue = (usages: "server" | "client", commonName: string) =>
    issueCertificate(authority, {
      commonName,
      organizations: ["system:masters"],
      dnsNames: ["localhost"],
      usages,
      now,
    });
  const [server, client] = [await issue("server", "kijabi"), await issue("client", "admin")];
  const scope = new Scope({ onFailure: (task, error) => failures.push([task, error]) });
  const listener = await listen(
    {
      server: plane.server,
      key: server.privateKeyPem,
      certificate: server.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger,
      address: "127.0.0.1",
      port: 0,
      limits,
    },
    scope,
  );
  const count = (kind: RegExp) =>
    process.getActiveResourcesInfo().filter((name) => kind.test(name)).length;
  return {
    target: {
      port: listener.port,
      ca: authority.certificatePem,
      cert: client.certificatePem,
      key: client.privateKeyPem,
    },
    failures,
    held: () => ({ sockets: count(/TCPSocketWrap/), timers: count(/Timeout/) }),
    metric(name) {
      const lines = plane.server.metrics.render().split("\n");
      const values = lines
        .filter((line) => line.startsWith(name))
        .map((line) => line.split(" ")[1]);
      return values.reduce((sum, value) => sum + Number(value), 0);
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane[Symbol.asyncDispose]();
    },
  };
}

test(`${connectionCount} connections that go wrong harm nobody, and none is kept`, async () => {
  await using server = await open();
  const { target } = server;
  await assertWell(target);
  const before = server.held();
  const chance = new Chance(seededRandom(seed));
  const connections: Connection[] = [];
  const left: Connection[] = [];
  using unhandled = rejections();
  for (let index = 0; index < connectionCount; index++) {
    // Each of them once, and then by chance.
    const nuisance = nuisances[index] ?? chance.pick(nuisances);
    connections.push(await nuisance.run(target, chance));
    if (chance.once(3)) await new Promise((resolve) => setTimeout(resolve, 2));
    if (connections.length > openMax) left.push(...connections.splice(0, 1));
    if (chance.once(3)) left.at(-1)?.end?.();
    else left.at(-1)?.destroy();
    if (index % 10 === 0) await assertWell(target);
  }
  for (const connection of [...connections, ...left]) connection.destroy();
  await assertWell(target);
  await eventually(
    () => {
      const { sockets, timers } = server.held();
      assert.ok(
        sockets <= before.sockets,
        `${sockets} sockets, ${before.sockets} in the beginning`,
      );
      assert.ok(timers <= before.timers, `${timers} timers, ${before.timers} in the beginning`);
      assert.equal(server.metric("apiserver_current_inflight_requests"), 0);
      assert.equal(server.metric("apiserver_flowcontrol_current_executing_requests"), 0);
    },
    { timeoutMs: 10_000, intervalMs: 20 },
  );
  assert.deepEqual(server.failures, [], "nothing was logged as a failure");
  assert.deepEqual(unhandled.reasons, []);
});

/** Of watches, nothing is known to be missing: these are left to be silent. */
const mayLast = /watch|resets what/;

test("who connects and does not go on is sent away", async () => {
  const limits = { headersMs: 1500, requestMs: 2000, idleMs: 1500, stalledMs: 1500, checkMs: 200 };
  await using server = await open(limits);
  const { target } = server;
  const chance = new Chance(seededRandom(seed));
  const before = server.held();
  const lasting: { destroy(): void }[] = [];
  await Promise.all(
    nuisances.map(async (nuisance) => {
      const connection = await nuisance.run(target, chance);
      if (mayLast.test(nuisance.name)) {
        lasting.push(connection);
        return;
      }
      if ("resume" in connection) connection.resume();
      if (connection.destroyed) return;
      const closed = new Promise<void>((resolve) => connection.on("close", resolve));
      const late = new Promise((_, reject) =>
        setTimeout(
          reject,
          15_000,
          new Error(`a client that ${nuisance.name} is still there`),
        ).unref(),
      );
      await Promise.race([closed, late]);
    }),
  );
  await assertWell(target);
  for (const connection of lasting) connection.destroy();
  await eventually(() => assert.ok(server.held().sockets <= before.sockets), {
    timeoutMs: 5_000,
    intervalMs: 20,
  });
  assert.deepEqual(server.failures, []);
});

interface Connection {
  destroy(): void;
  end?(): void;
}

/** The server still answers others, and soon. */
async function assertWell({ port, ...trust }: Target): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  const options = { host: "127.0.0.1", servername: "localhost", port, path: "/api/v1/namespaces" };
  const outgoing = request({ ...options, ...trust, agent: false, signal });
  outgoing.end();
  const [response] = (await once(outgoing, "response", { signal })) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  response.resume();
  await once(response, "close", { signal });
}

/** Rejections that nobody hears of, while it is in use. */
function rejections(): Disposable & { readonly reasons: unknown[] } {
  const reasons: unknown[] = [];
  const listener = (reason: unknown) => void reasons.push(reason);
  process.on("unhandledRejection", listener);
  return { reasons, [Symbol.dispose]: () => void process.off("unhandledRejection", listener) };
}
