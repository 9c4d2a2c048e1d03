import { readFile } from "node:fs/promises";
import { parseFlags } from "#base/flags.ts";
import { createLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { frontProxy } from "#server/aggregation/node/front-proxy.ts";
import { listen } from "#server/node/listen.ts";
import { httpsWebhooks } from "#server/webhook/node/https-post.ts";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { createControlPlane } from "../../src/cluster/control-plane.ts";
import { tokenIssuer } from "../../src/cluster/control-plane/options.ts";
import { accessFlags, readAccess } from "../../src/cluster/node/access.ts";
import { proxyTrust } from "../../src/cluster/node/front-proxy.ts";
import { profilePaths } from "../../src/cluster/node/paths.ts";
import { ensurePki } from "../../src/cluster/node/pki.ts";
import { openStore } from "../../src/cluster/node/store.ts";

// The API server of a profile and nothing else: what upstream's kube-apiserver is. Controllers and
// scheduler, which keep objects of their own, would be in the way of measuring its memory.

const { values } = parseFlags(
  { profile: { type: "string", default: "", usage: "the cluster's name" } },
  process.argv.slice(2),
);
const write = (line: string) => void process.stdout.write(line);
const logger = createLogger({ write, now: () => Date.now(), level: "info" });
const clock = systemClock();
const paths = profilePaths(values.profile);
const config = JSON.parse(await readFile(paths.config, "utf8")) as ClusterConfig;
const pki = await ensurePki(paths.pki, config, clock.now());
await using scope = new Scope({
  onFailure: (task, error) => logger.error("a part of the server failed", { task, error }),
});
const environment = { scope, clock, random: cryptoRandom, logger };
const store = await openStore(config, paths, environment);
scope.onClose(async () => await store[Symbol.asyncDispose]());
const access = await readAccess(parseFlags(accessFlags, []).values, {
  ...environment,
  follow: () => {},
  disallowedIssuers: [tokenIssuer],
});
const proxies = proxyTrust(access, pki);
const { certificatePem: certificate, privateKeyPem: key } = pki.frontProxyClient;
const noKubelet = () => Promise.reject(new Error("there are no nodes here"));
const plane = await createControlPlane({
  ...environment,
  config,
  store,
  serviceAccountKey: pki.serviceAccountKey,
  authorityPem: pki.authority.certificatePem,
  authority: () => pki.authority,
  kubelet: { fetch: noKubelet, tunnel: noKubelet },
  webhookPost: httpsWebhooks().post,
  remoteServers: frontProxy({ clientCertificate: { certificate, key } }),
  admission: {},
  access: {
    ...access.options,
    requestHeader: proxies.options,
    requestHeaderAuthority: proxies.authority,
  },
  build: { runtime: "bench", platform: "linux" },
});
scope.onClose(() => plane.server.close());
const tls = {
  certificate: pki.server.certificatePem,
  key: pki.server.privateKeyPem,
  clientCertificateAuthority: pki.authority.certificatePem,
  requestHeaderAuthority: proxies.authority,
};
await listen(
  { ...tls, server: plane.server, address: "127.0.0.1", port: config.apiPort, logger },
  scope,
);
await plane.bootstrap(scope);
await new Promise<void>((resolve) => process.once("SIGTERM", () => resolve()));
await scope.close();
process.exit(0);
