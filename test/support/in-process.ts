import type { Clock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { networksOf } from "#cluster/config.ts";
import { createControlPlane } from "#cluster/control-plane.ts";
import type { ControlPlaneOptions } from "#cluster/control-plane/options.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { serviceUnavailable } from "#machinery/status.ts";
import type { Connection } from "#server/pipeline/request.ts";
import type { ApiServer } from "#server/server.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import type { Store } from "#storage/store.ts";

export interface TestControlPlaneOptions {
  readonly clock: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Which groups and versions are served, as --runtime-config says it. */
  readonly runtimeConfig?: string;
  readonly cacher?: ControlPlaneOptions["cacher"];
  /** A memory store when missing, closed with the server. */
  readonly store?: Store;
}

/** The whole API server, with all its resources and rules; nothing runs on top of it. */
export interface TestControlPlane extends AsyncDisposable {
  readonly server: ApiServer;
  readonly store: Store;
  /** Of somebody with an administrator's certificate. */
  readonly administrator: Connection;
}

export async function openTestControlPlane(
  options: TestControlPlaneOptions,
): Promise<TestControlPlane> {
  const { clock, logger = silentLogger } = options;
  const store = options.store ?? new MemoryStore({ clock });
  const scope = new Scope({
    onFailure: (task, error) => logger.error("a part of the server failed", { task, error }),
  });
  const authority = await createCertificateAuthority({ commonName: "test-ca", now: clock.now() });
  const controlPlane = await createControlPlane({
    config: {
      profile: "test",
      apiPort: 8443,
      nodes: [],
      simulatedNodes: 0,
      ...networksOf(0),
      ...(options.runtimeConfig !== undefined && { runtimeConfig: options.runtimeConfig }),
    },
    store,
    serviceAccountKey: await createSigningKey(),
    authorityPem: authority.certificatePem,
    kubelet: { fetch: nobodyAnswers, tunnel: nobodyAnswers },
    build: { runtime: "test", platform: "linux/amd64" },
    clock,
    random: options.random ?? seededRandom(1),
    logger,
    ...(options.cacher && { cacher: options.cacher }),
  });
  await controlPlane.bootstrap(scope);
  return {
    server: controlPlane.server,
    store,
    administrator: {
      clientCertificate: {
        commonName: "admin",
        organizations: ["system:masters"],
        fingerprint: "00",
      },
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await controlPlane.server.close();
      if (!options.store) await store[Symbol.asyncDispose]();
    },
  };
}

const nobodyAnswers = () => Promise.reject(serviceUnavailable("this server has no nodes"));
