import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { listen } from "#server/node/listen.ts";
import type { ConnectionLimits } from "#server/node/listen.ts";
import type { ApiServer } from "#server/server.ts";
import { openTestControlPlane } from "../support/in-process.ts";
import type { TestControlPlaneOptions } from "../support/in-process.ts";

/** What an administrator connects with. */
export interface Target {
  readonly host: string;
  readonly servername: string;
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Listening extends AsyncDisposable {
  readonly server: ApiServer;
  readonly target: Target;
}

/** The API server of this process behind HTTPS, with less patience than it has elsewhere. */
export async function openListener(
  limits: Partial<ConnectionLimits>,
  options: Pick<TestControlPlaneOptions, "cacher"> = {},
): Promise<Listening> {
  const clock = systemClock();
  const now = clock.now();
  const plane = await openTestControlPlane({ clock, ...options });
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
  const scope = new Scope({ onFailure: () => {} });
  const listener = await listen(
    {
      server: plane.server,
      key: server.privateKeyPem,
      certificate: server.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
      limits,
    },
    scope,
  );
  return {
    server: plane.server,
    target: {
      host: "127.0.0.1",
      servername: "localhost",
      port: listener.port,
      ca: authority.certificatePem,
      cert: client.certificatePem,
      key: client.privateKeyPem,
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane[Symbol.asyncDispose]();
    },
  };
}

/** What an administrator of a kubeconfig file connects with. */
export async function targetOf(kubeconfig: string): Promise<Target> {
  const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as {
    clusters: readonly { cluster: Record<"server" | "certificate-authority-data", string> }[];
    users: readonly { user: Record<"client-certificate-data" | "client-key-data", string> }[];
  };
  const cluster = required(clusters[0], "the kubeconfig has a cluster").cluster;
  const user = required(users[0], "the kubeconfig has a user").user;
  const pem = (base64: string) => Buffer.from(base64, "base64").toString();
  return {
    host: "127.0.0.1",
    servername: "localhost",
    port: Number(new URL(cluster.server).port),
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  };
}
