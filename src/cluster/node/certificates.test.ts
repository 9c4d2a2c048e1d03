import { after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect } from "node:tls";
import { withTimeout } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { Scope } from "#base/scope.ts";
import {
  createCertificateAuthority,
  isSignedBy,
  issueCertificate,
  parseCertificate,
} from "#pki/certificate.ts";
import { httpsTransport } from "#client/node/https-transport.ts";
import { listen } from "#server/node/listen.ts";
import type { ListenOptions } from "#server/node/listen.ts";
import type { Connection } from "#server/pipeline/request.ts";
import { networksOf, nodesOf } from "../config.ts";
import type { ClusterConfig } from "../config.ts";
import type { AuthorityFlags } from "./access.ts";
import { ServerCertificates, keepCertificates } from "./certificates.ts";
import { renewAgents } from "./nodes.ts";
import { nodePaths, profilePaths } from "./paths.ts";
import { ensurePki } from "./pki.ts";

const dayMs = 86_400_000;
const networks = networksOf(0);
const config: ClusterConfig = {
  profile: "kijabi",
  ...networks,
  apiPort: 0,
  nodes: nodesOf("kijabi", 1, networks),
  simulatedNodes: 0,
};
const clock = systemClock({ unref: true });
const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-pki-"));
  folders.push(folder);
  return folder;
}

describe("certificates of the cluster", () => {
  test("stay for four fifths of their lives, and are renewed then", async () => {
    const folder = await newFolder();
    const start = Date.now();
    const first = await ensurePki(folder, config, start);
    const kept = await ensurePki(folder, config, start + 291 * dayMs);
    assert.equal(kept.server.certificatePem, first.server.certificatePem);
    const renewed = await ensurePki(folder, config, start + 293 * dayMs);
    for (const name of ["server", "kubeletClient", "frontProxyClient", "proxy", "admin"] as const) {
      assert.notEqual(renewed[name].certificatePem, first[name].certificatePem, name);
      const { notAfter } = parseCertificate(renewed[name].certificatePem);
      assert.equal(Math.round((notAfter - start) / dayMs), 293 + 365);
    }
    assert.equal(renewed.authority.certificatePem, first.authority.certificatePem);
  });

  test("an authority is renewed under its own key", async () => {
    const folder = await newFolder();
    const start = Date.now();
    const first = await ensurePki(folder, config, start);
    const later = await ensurePki(folder, config, start + 3000 * dayMs);
    assert.notEqual(later.authority.certificatePem, first.authority.certificatePem);
    const { certificate } = later.authority;
    assert.equal(await isSignedBy(parseCertificate(first.admin.certificatePem), certificate), true);
  });

  test("somebody else's authority is left to him", async () => {
    const folder = await newFolder();
    const start = Date.now();
    const theirs = await createCertificateAuthority({ commonName: "corp", now: start, days: 10 });
    await writeFile(join(folder, "ca.crt"), theirs.certificatePem);
    await writeFile(join(folder, "ca.key"), theirs.privateKeyPem);
    const { authority, admin } = await ensurePki(folder, config, start + 9 * dayMs);
    assert.equal(authority.certificatePem, theirs.certificatePem);
    assert.equal(
      await isSignedBy(parseCertificate(admin.certificatePem), authority.certificate),
      true,
    );
  });

  test("one with another's key is made anew", async () => {
    const folder = await newFolder();
    const first = await ensurePki(folder, config, Date.now());
    await writeFile(join(folder, "apiserver.key"), first.admin.privateKeyPem);
    const mended = await ensurePki(folder, config, Date.now());
    assert.notEqual(mended.server.certificatePem, first.server.certificatePem);
    assert.equal(mended.admin.certificatePem, first.admin.certificatePem);
  });
});

/** A listener whose certificates are looked at all the time. */
async function serving(
  folder: string,
  flags: AuthorityFlags = {},
  time: { now: () => number } = clock,
) {
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const certificates = await ServerCertificates.open({
    folder,
    config,
    flags,
    clock: { ...clock, now: () => time.now() },
  });
  const seen: Connection[] = [];
  const server: ListenOptions["server"] = {
    metrics: new MetricsRegistry(),
    async handle(_request, connection) {
      seen.push(connection);
      return { status: 200, headers: {}, body: { kind: "none" } };
    },
  };
  const at = { server, address: "127.0.0.1", port: 0, logger: silentLogger };
  const listener = await listen({ ...certificates.tls, ...at }, scope);
  let next = Promise.withResolvers<void>();
  const changed = () => {
    listener.renew(certificates.tls);
    next.resolve();
  };
  return {
    certificates,
    seen,
    listener,
    /** Resolves once a change was taken over. */
    async follow() {
      next = Promise.withResolvers<void>();
      const loop = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
      const options = { clock, logger: silentLogger, changed, everyMs: 10 };
      loop.run("certificates", (signal) => keepCertificates(certificates, options, signal));
      await withTimeout(clock, 10_000, undefined, () => next.promise);
      await loop.close();
    },
    [Symbol.asyncDispose]: () => scope.close(),
  };
}

async function shownBy(port: number, ca: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", ca, servername: "localhost" });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe("a running server", () => {
  test("renews what has lived for long, and shows it to new connections", async () => {
    const folder = await newFolder();
    // Made so long ago, they are still good: a client must be able to connect before and after.
    const old = await ensurePki(folder, config, Date.now() - 300 * dayMs);
    const time = { now: () => Date.now() - 20 * dayMs };
    await using server = await serving(folder, {}, time);
    const ca = old.authority.certificatePem;
    const before = await shownBy(server.listener.port, ca);
    assert.equal(server.certificates.pki.server.certificatePem, old.server.certificatePem);
    time.now = () => Date.now();
    await server.follow();
    assert.notEqual(await shownBy(server.listener.port, ca), before);
    const file = await readFile(join(folder, "admin.crt"), "utf8");
    assert.notEqual(file, old.admin.certificatePem);
    assert.equal(server.certificates.pki.admin.certificatePem, file);
  });

  test("takes authorities of clients from a file that changes", async () => {
    const folder = await newFolder();
    const pki = await ensurePki(folder, config, Date.now());
    const file = join(folder, "clients.pem");
    const [one, two] = await Promise.all(
      ["one", "two"].map((commonName) =>
        createCertificateAuthority({ commonName, now: Date.now() }),
      ),
    );
    assert(one && two);
    await writeFile(file, one.certificatePem);
    await using server = await serving(folder, { "client-ca-file": file });
    const ask = async (authority: typeof one, commonName: string) => {
      const now = Date.now();
      const made = await issueCertificate(authority, { commonName, usages: "client", now });
      const transport = httpsTransport({
        server: `https://localhost:${server.listener.port}`,
        certificateAuthority: pki.authority.certificatePem,
        clientCertificate: { certificate: made.certificatePem, key: made.privateKeyPem },
      });
      const query = new URLSearchParams();
      const { status } = await transport.send({
        method: "GET",
        path: "/version",
        query,
        headers: {},
        body: { kind: "none" },
      });
      transport.close();
      return status;
    };
    assert.equal(await ask(one, "jane"), 200);
    assert.equal(server.seen.at(-1)?.clientCertificate?.commonName, "jane");
    assert.equal(await ask(two, "joe"), 401);
    assert.equal(await ask(pki.authority, "admin"), 200);
    await writeFile(file, two.certificatePem);
    await server.follow();
    assert.equal(await ask(one, "jane"), 401);
    assert.equal(await ask(two, "joe"), 200);
    assert.equal(await ask(pki.authority, "admin"), 200);

    await writeFile(file, "nothing of use");
    await assert.rejects(server.certificates.refresh(), /no certificate/);
    assert.equal(await ask(two, "joe"), 200);
  });

  test("waits for the second half of a pair that somebody puts in place", async () => {
    const folder = await newFolder();
    const { authority, server: old } = await ensurePki(folder, config, Date.now());
    await using server = await serving(folder);
    const next = await issueCertificate(authority, {
      commonName: "kube-apiserver",
      dnsNames: ["localhost", "kijabi.example"],
      usages: "server",
      now: Date.now(),
    });
    await writeFile(join(folder, "apiserver.key"), next.privateKeyPem);
    await assert.rejects(server.certificates.refresh(), /the private key does not belong/);
    assert.equal(await readFile(join(folder, "apiserver.key"), "utf8"), next.privateKeyPem);
    await writeFile(join(folder, "apiserver.crt"), next.certificatePem);
    assert.equal(await server.certificates.refresh(), true);
    assert.equal(server.certificates.tls.certificate, next.certificatePem);

    // What stays so is nobody's doing: the server could not start again with it.
    await writeFile(join(folder, "apiserver.key"), old.privateKeyPem);
    await assert.rejects(server.certificates.refresh(), /the private key does not belong/);
    assert.equal(await server.certificates.refresh(), true);
    assert.notEqual(server.certificates.tls.certificate, next.certificatePem);
  });

  test("takes another authority of the cluster, and signs everything anew", async () => {
    const folder = await newFolder();
    await ensurePki(folder, config, Date.now());
    await using server = await serving(folder);
    const now = Date.now();
    const next = await createCertificateAuthority({ commonName: "kijabi-ca", now });
    await writeFile(join(folder, "ca.key"), next.privateKeyPem);
    await writeFile(join(folder, "ca.crt"), next.certificatePem);
    await server.follow();
    assert.equal(server.certificates.trusted.client, next.certificatePem);
    assert.ok(await shownBy(server.listener.port, next.certificatePem));
  });
});

test("nodes' agents are told of renewed certificates in the file that they follow", async (t) => {
  const home = await newFolder();
  const { KIJABI_HOME } = process.env;
  process.env.KIJABI_HOME = home;
  t.after(() => {
    if (KIJABI_HOME === undefined) delete process.env.KIJABI_HOME;
    else process.env.KIJABI_HOME = KIJABI_HOME;
  });
  const { pki: folder } = profilePaths("kijabi");
  const { agentConfig } = nodePaths("kijabi", "kijabi");
  const now = Date.now();
  const options = (at: number) => ({ clock: { ...clock, now: () => at }, logger: silentLogger });
  const first = await ensurePki(folder, config, now);
  await renewAgents({ ...options(now), config, pki: () => first });
  await assert.rejects(readFile(agentConfig), { code: "ENOENT" });

  await mkdir(dirname(agentConfig), { recursive: true });
  await writeFile(agentConfig, "");
  const certificates = async (at: number) => {
    const pki = await ensurePki(folder, config, at);
    await renewAgents({ ...options(at), config, pki: () => pki });
    const agent = JSON.parse(await readFile(agentConfig, "utf8"));
    return [agent.certificatePem, agent.proxyCertificatePem] as [string, string];
  };
  const [kubelet, proxy] = await certificates(now);
  assert.equal(parseCertificate(kubelet).subject.commonName, "system:node:kijabi");
  assert.deepEqual(await certificates(now + 100 * dayMs), [kubelet, proxy]);
  const renewed = await certificates(now + 300 * dayMs);
  assert.notEqual(renewed[0], kubelet);
  assert.notEqual(renewed[1], proxy);
});
