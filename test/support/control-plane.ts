import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFlags } from "#base/flags.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import type { AdmissionOptions } from "#server/admission/default.ts";
import { frontProxy } from "#server/aggregation/node/front-proxy.ts";
import { httpsWebhooks } from "#server/webhook/node/https-post.ts";
import { listen } from "#server/node/listen.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { networksOf } from "../../src/cluster/config.ts";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { createControlPlane } from "../../src/cluster/control-plane.ts";
import { tokenIssuer } from "../../src/cluster/control-plane/options.ts";
import type { ControlPlaneOptions } from "../../src/cluster/control-plane/options.ts";
import { accessFlags, readAccess } from "../../src/cluster/node/access.ts";
import { kubeconfigText } from "../../src/cluster/node/kubeconfig.ts";
import { proxyTrust } from "../../src/cluster/node/front-proxy.ts";
import { ensurePki } from "../../src/cluster/node/pki.ts";
import { runCommand } from "./command.ts";
import type { CommandOptions, CommandResult } from "./command.ts";

/** A control plane over HTTPS in this process, on a memory store and without nodes. */
export interface TestControlPlane extends AsyncDisposable {
  /** As the server itself, within the process. */
  readonly client: Client;
  /** A file for an administrator. */
  readonly kubeconfig: string;
  /** A directory of its own, gone when it is closed. */
  readonly directory: string;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Makes the store forget what was before now. */
  compact(): Promise<void>;
}

export async function openControlPlane(
  admission: AdmissionOptions = {},
  /** Who may come in, and what he may do: `--token-auth-file=…`. */
  accessArguments: readonly string[] = [],
  more: Partial<Pick<ControlPlaneOptions, "cacher" | "kubelet">> & {
    readonly runtimeConfig?: string;
  } = {},
): Promise<TestControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-test-"));
  const clock = systemClock();
  const logger = silentLogger;
  const failures: unknown[] = [];
  const scope = new Scope({ onFailure: (_task, error) => failures.push(error) });
  const config: ClusterConfig = {
    profile: "test",
    ...networksOf(0),
    apiPort: 6443,
    nodes: [],
    simulatedNodes: 0,
    ...(more.runtimeConfig && { runtimeConfig: more.runtimeConfig }),
  };
  const pki = await ensurePki(join(folder, "pki"), config, clock.now());
  const webhooks = httpsWebhooks();
  const remoteServers = frontProxy({
    clientCertificate: {
      certificate: pki.frontProxyClient.certificatePem,
      key: pki.frontProxyClient.privateKeyPem,
    },
  });
  const store = new MemoryStore({ clock });
  const access = await readAccess(parseFlags(accessFlags, accessArguments).values, {
    scope,
    clock,
    logger,
    follow: () => {},
    disallowedIssuers: [tokenIssuer],
  });
  const proxies = proxyTrust(access, pki);
  const controlPlane = await createControlPlane({
    config,
    store,
    serviceAccountKey: pki.serviceAccountKey,
    authorityPem: pki.authority.certificatePem,
    authority: () => pki.authority,
    kubelet: { fetch: noKubelet, tunnel: noKubelet },
    webhookPost: webhooks.post,
    ...more,
    remoteServers,
    admission,
    access: {
      ...access.options,
      requestHeader: proxies.options,
      requestHeaderAuthority: proxies.authority,
    },
    build: { runtime: "test", platform: "linux/amd64" },
    clock,
    random: cryptoRandom,
    logger,
  });
  const listener = await listen(
    {
      server: controlPlane.server,
      address: "127.0.0.1",
      port: 0,
      certificate: pki.server.certificatePem,
      key: pki.server.privateKeyPem,
      clientCertificateAuthority: pki.authority.certificatePem,
      requestHeaderAuthority: proxies.authority,
      logger,
    },
    scope,
  );
  await controlPlane.bootstrap(scope);
  controlPlane.run(scope);
  const kubeconfig = join(folder, "kubeconfig");
  const entry = {
    name: "test",
    server: `https://127.0.0.1:${listener.port}`,
    authorityPem: pki.authority.certificatePem,
    client: pki.admin,
  };
  await writeFile(kubeconfig, kubeconfigText(entry), { mode: 0o600 });
  return {
    client: controlPlane.client,
    directory: folder,
    kubeconfig,
    kubectl: (args, options) =>
      runCommand("kubectl", args, {
        timeoutMs: 30_000,
        ...options,
        environment: { ...process.env, HOME: folder, KUBECONFIG: kubeconfig },
      }),
    compact: async () => await store.compact(await store.current()),
    async [Symbol.asyncDispose]() {
      await scope.close();
      await controlPlane.server.close();
      await store[Symbol.asyncDispose]();
      webhooks.close();
      remoteServers.close();
      await rm(folder, { recursive: true, force: true });
      if (failures.length > 0) throw new AggregateError(failures, "the control plane failed");
    },
  };
}

function noKubelet(): Promise<never> {
  return Promise.reject(new Error("there are no nodes here"));
}
