import { Deployment } from "../src/api/apps/v1.ts";
import { systemClock } from "../src/base/node/system-clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { cryptoRandom } from "../src/base/random.ts";
import { Scope } from "../src/base/scope.ts";
import { networksOf } from "../src/cluster/config.ts";
import { createControlPlane } from "../src/cluster/control-plane.ts";
import { createCertificateAuthority } from "../src/pki/certificate.ts";
import { createSigningKey } from "../src/pki/keys.ts";
import { MemoryStore } from "../src/storage/memory/memory-store.ts";
import { runSimulatedNodes } from "../src/testkit/simulated-node.ts";

// Runs a small cluster in memory for a moment, so that the first real start finds its code
// compiled: Node keeps what was used (NODE_COMPILE_CACHE). Nothing is written or listened on.
await import("../src/cluster/actions/node/start.ts");
await import("../src/cluster/node/server.ts");
await import("../src/cluster/node/agent.ts");

const clock = systemClock();
const authority = await createCertificateAuthority({ commonName: "warm", now: clock.now() });
const config = { profile: "warm", ...networksOf(0), apiPort: 8443, nodes: [], simulatedNodes: 1 };
const refused = async () => {
  throw new Error("there are no kubelets here");
};
const plane = await createControlPlane({
  config,
  store: new MemoryStore({ clock }),
  serviceAccountKey: await createSigningKey(),
  authorityPem: authority.certificatePem,
  kubelet: { fetch: refused, tunnel: refused },
  build: { runtime: "", platform: "" },
  clock,
  random: cryptoRandom,
  logger: silentLogger,
});
const scope = new Scope({ onFailure: () => {} });
await plane.bootstrap(scope);
plane.run(scope);
const shared = { client: plane.client, clock, random: cryptoRandom, logger: silentLogger };
scope.run("node", (signal) =>
  runSimulatedNodes({ ...shared, count: 1, kubeletVersion: "v1.36.0" }, signal),
);
const labels = { app: "warm" };
await plane.client.create(Deployment, {
  metadata: { namespace: "default", name: "warm" },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "warm", image: "warm" }] } },
  },
});
await new Promise((resolve) => clock.after(1000, () => resolve(undefined)));
process.exit(0);
