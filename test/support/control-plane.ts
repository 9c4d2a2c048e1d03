import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { listen } from "#server/node/listen.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { networksOf } from "../../src/cluster/config.ts";
import { createControlPlane } from "../../src/cluster/control-plane.ts";

/** A control plane without nodes in this process, which listens on a free port of the loopback. */
export interface TestControlPlane extends AsyncDisposable {
  /** As the server itself, within the process. */
  readonly client: Client;
  /** A file for an administrator. */
  readonly kubeconfig: string;
  /** A directory of its own, gone when it is closed. */
  readonly directory: string;
}

export async function openControlPlane(): Promise<TestControlPlane> {
  const clock = systemClock();
  const now = clock.now();
  const authority = await createCertificateAuthority({ commonName: "test", now });
  const issue = (commonName: string, usages: "server" | "client") =>
    issueCertificate(authority, {
      commonName,
      organizations: usages === "client" ? ["system:masters"] : [],
      ipAddresses: ["127.0.0.1"],
      usages,
      now,
    });
  const refused = async () => {
    throw new Error("there are no kubelets here");
  };
  const store = new MemoryStore({ clock });
  const plane = await createControlPlane({
    config: { profile: "test", ...networksOf(0), apiPort: 8443, nodes: [], simulatedNodes: 0 },
    store,
    serviceAccountKey: await createSigningKey(),
    authorityPem: authority.certificatePem,
    kubelet: { fetch: refused, tunnel: refused },
    build: { runtime: "test", platform: "linux/amd64" },
    clock,
    random: cryptoRandom,
    logger: silentLogger,
  });
  const scope = new Scope({
    onFailure: (_task, error) => {
      throw error;
    },
  });
  await plane.bootstrap(scope);
  const { privateKeyPem: key, certificatePem: certificate } = await issue("server", "server");
  const listener = await listen(
    {
      server: plane.server,
      key,
      certificate,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
    },
    scope,
  );
  const directory = await mkdtemp(join(tmpdir(), "kijabi-test-"));
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(
    kubeconfig,
    kubeconfigOf(listener.port, authority.certificatePem, await issue("admin", "client")),
    { mode: 0o600 },
  );
  return {
    client: plane.client,
    kubeconfig,
    directory,
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane.server.close();
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

function kubeconfigOf(
  port: number,
  authorityPem: string,
  user: { privateKeyPem: string; certificatePem: string },
): string {
  const data = (pem: string) => Buffer.from(pem).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: {
          server: `https://127.0.0.1:${port}`,
          "certificate-authority-data": data(authorityPem),
        },
      },
    ],
    users: [
      {
        name: "admin",
        user: {
          "client-certificate-data": data(user.certificatePem),
          "client-key-data": data(user.privateKeyPem),
        },
      },
    ],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}
