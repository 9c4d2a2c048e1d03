import { Deployment } from "#api/apps/v1.ts";
import { Event, Node, Pod } from "#api/core/v1.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { createLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { createSigningKey } from "#pki/keys.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { createControlPlane } from "#cluster/control-plane.ts";
import { networksOf } from "#cluster/config.ts";
import { runSimulatedNodes } from "./simulated-node.ts";

const nodes = Number(process.argv[2] ?? 20);
const replicas = Number(process.argv[3] ?? 100);
const clock = systemClock();
const logger = createLogger({ write: (l) => process.stderr.write(l.slice(0, 600)), now: Date.now, level: "warn" });
const scope = new Scope({ onFailure: (t, e) => console.error("FAIL", t, e) });
const plane = await createControlPlane({
  config: { profile: "x", ...networksOf(0), apiPort: 1, nodes: [], simulatedNodes: nodes },
  store: new MemoryStore({ clock }),
  serviceAccountKey: await createSigningKey(),
  authorityPem: "x",
  kubelet: {} as never,
  build: { runtime: "x", platform: "y" },
  clock, random: cryptoRandom, logger,
});
await plane.bootstrap(scope);
plane.run(scope);
const client = plane.client;
const t0 = Date.now();
const since = () => `${Date.now() - t0}ms cpu ${Math.round(process.cpuUsage().user / 1000)}ms rss ${Math.round(process.memoryUsage().rss / 1e6)}MB`;
scope.run("nodes", (signal) => runSimulatedNodes({ client, clock, random: cryptoRandom, logger, count: nodes, kubeletVersion: "v1.36.0", events: nodes < 50, podsMax: 1000, started: () => console.log("registered", since()) }, signal));
await client.create(Deployment, { metadata: { name: "web", namespace: "default" }, spec: { replicas, selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "nginx" }] } } } } as never);
for (let i = 0; i < 120; i++) {
  await new Promise((r) => setTimeout(r, 500));
  const d = await client.get(Deployment, { namespace: "default", name: "web" });
  if (i % 4 === 0) console.log(since(), d.status.readyReplicas);
  if (d.status.readyReplicas === replicas) { console.log("all ready", since()); break; }
}
const { items } = await client.list(Node);
console.log(JSON.stringify(items[0]?.status.conditions?.map((c) => [c.type, c.status])), items[0]?.metadata.labels, items[0]?.spec);
const pods = await client.list(Pod);
console.log(JSON.stringify(pods.items[0]?.status, null, 1)?.slice(0, 3500));
const cpu = process.cpuUsage();
await new Promise((r) => setTimeout(r, 10000));
const idle = process.cpuUsage(cpu);
console.log("idle 10s cpu", Math.round((idle.user + idle.system) / 1000), "ms", since());
const events = await client.list(Event);
console.log(events.items.filter((e) => e.involvedObject.name === pods.items[0]?.metadata.name).map((e) => [e.reason, e.message]));
await client.delete(Deployment, { namespace: "default", name: "web" });
for (let i = 0; i < 60; i++) {
  await new Promise((r) => setTimeout(r, 500));
  const left = (await client.list(Pod)).items.length;
  if (left === 0) { console.log("all gone", since()); break; }
}
await scope.close();
process.exit(0);
