import { Namespace, Node, Pod, Service } from "#api/core/v1.ts";
import type { Node as NodeObject, Pod as PodObject } from "#api/core/v1.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { createClient } from "#client/typed.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { runScheduler } from "#scheduler/run.ts";
import type { Draft } from "#schema/message.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { networksOf } from "../../src/cluster/config.ts";
import { createControlPlane } from "../../src/cluster/control-plane.ts";
import type { ControlPlane } from "../../src/cluster/control-plane.ts";
import { namespacesOf } from "./cases.ts";
import type { PodGroup, SchedulerCase } from "./cases.ts";
import { nodeDraft, podDraft, podTemplates } from "./templates.ts";

export interface EndToEnd {
  /** CPU time of the whole process per pod, from its creation to the news that it has a node. */
  readonly cpuMicros: number;
  readonly podsPerSecond: number;
}

const clock = systemClock();
const environment = { clock, random: cryptoRandom, logger: silentLogger };

/** How many requests are under way at a time, as upstream's runs have it. */
const parallel = 30;
const waitMsMax = 300_000;

/** The case through an API server of this process, with nothing around it but the scheduler. */
export async function measureEndToEnd(given: SchedulerCase): Promise<EndToEnd> {
  const failures: unknown[] = [];
  const scope = new Scope({ onFailure: (_task, error) => failures.push(error) });
  const store = new MemoryStore({ clock });
  const plane = await openPlane(store);
  try {
    await plane.bootstrap(scope);
    const informers = startScheduler(plane, scope);
    const { client } = plane;
    await eachOf(namespacesOf(given), async (name) => {
      await client.create(Namespace, { metadata: { name, labels: { team: "devops" } } });
    });
    await eachOf(nodesOf(given), (node) => makeNode(client, node));
    await allPlaced(informers, given.initial.count, () => makePods(client, given.initial, "i"));
    const stopChurn = new AbortController();
    const churning = given.churn ? churn(client, given.churn, stopChurn.signal) : undefined;
    const before = process.cpuUsage();
    const from = performance.now();
    const count = given.measured.count;
    await allPlaced(informers, count, () => makePods(client, given.measured, "m"));
    const seconds = (performance.now() - from) / 1000;
    const { user, system } = process.cpuUsage(before);
    stopChurn.abort();
    await churning;
    return { cpuMicros: (user + system) / count, podsPerSecond: count / seconds };
  } finally {
    await scope.close();
    await plane.server.close();
    await store[Symbol.asyncDispose]();
    for (const failure of failures) process.stderr.write(`bench: ${String(failure)}\n`);
  }
}

async function openPlane(store: MemoryStore): Promise<ControlPlane> {
  const authority = await createCertificateAuthority({ commonName: "bench", now: clock.now() });
  return createControlPlane({
    ...environment,
    config: { profile: "bench", ...networksOf(0), apiPort: 6443, nodes: [], simulatedNodes: 0 },
    store,
    serviceAccountKey: await createSigningKey(),
    authorityPem: authority.certificatePem,
    kubelet: { fetch: noKubelet, tunnel: noKubelet },
    // Those that upstream's runs switch off, too.
    admission: { disable: ["ServiceAccount", "TaintNodesByCondition", "Priority"] },
    build: { runtime: "bench", platform: "none" },
  });
}

function startScheduler(plane: ControlPlane, scope: Scope): InformerFactory {
  const user = { name: "system:kube-scheduler", groups: [] };
  const client = createClient(plane.server.transport(user));
  const events = new EventWriter({ ...environment, client });
  const informers = new InformerFactory({ ...environment, client });
  informers.informer(Pod);
  informers.start(scope.signal);
  scope.onClose(() => informers.close());
  scope.run("events", (signal) => events.run(signal));
  scope.run("scheduler", (signal) =>
    runScheduler(
      { ...environment, client, informers, events: (component) => events.recorder({ component }) },
      signal,
    ),
  );
  return informers;
}

/** Resolves when so many more pods have got a node; `make` makes them. */
async function allPlaced(
  informers: InformerFactory,
  count: number,
  make: () => Promise<void>,
): Promise<void> {
  let placed = 0;
  let finish: () => void = () => {};
  let cancel: () => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    const fail = () => reject(new Error(`${placed} of ${count} pods have a node`));
    cancel = clock.after(waitMsMax, fail);
  });
  const isNews = (pod: PodObject, before: PodObject) => pod.spec.nodeName && !before.spec.nodeName;
  const end = informers.informer(Pod).subscribe({
    updated(pod, before) {
      if (isNews(pod, before) && ++placed === count) finish();
    },
  });
  try {
    await make();
    if (count > 0) await done;
  } finally {
    cancel();
    end();
  }
}

async function makePods(client: Client, group: PodGroup, prefix: string): Promise<void> {
  const template = podTemplates[group.template];
  await eachOf([...Array(group.count).keys()], async (index) => {
    const namespace = group.namespaces[index % group.namespaces.length] ?? "default";
    await client.create(Pod, podDraft(`${prefix}-${index}`, namespace, template));
  });
}

function nodesOf({ nodes, zones }: SchedulerCase): readonly Draft<NodeObject>[] {
  return Array.from({ length: nodes }, (_, index) =>
    nodeDraft(`node-${index}`, zones[index % zones.length]),
  );
}

async function makeNode(client: Client, draft: Draft<NodeObject>): Promise<void> {
  const node = await client.create(Node, draft);
  const status = { ...node.status, ...draft.status } as NodeObject["status"];
  await client.update(Node, { ...node, status }, { subresource: "status" });
}

/** As upstream: a pod every 200 ms, or a pod, a node and a Service that come and go in turns. */
async function churn(
  client: Client,
  kind: NonNullable<SchedulerCase["churn"]>,
  signal: AbortSignal,
): Promise<void> {
  const intervalMs = kind === "mixed" ? 1000 : 200;
  for (let turn = 0; !signal.aborted; turn++) {
    await pause(intervalMs, signal);
    const name = kind === "mixed" ? "churn" : `churn-${turn}`;
    const place = { namespace: "default", name };
    if (kind === "mixed" && turn % 2 === 1) {
      await client.delete(Pod, place, { gracePeriodSeconds: 0 });
      await client.delete(Node, { name });
      await client.delete(Service, place);
      continue;
    }
    await client.create(Pod, podDraft(name, "default", podTemplates.tooLarge));
    if (kind !== "mixed") continue;
    await makeNode(client, nodeDraft(name, undefined, "0"));
    await client.create(Service, {
      metadata: place,
      spec: { selector: { app: "foo" }, ports: [{ port: 8080, targetPort: 8080 }] },
    });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener("abort", () => (cancel(), resolve()), { once: true });
  });
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

function noKubelet(): Promise<never> {
  return Promise.reject(new Error("there are no nodes here"));
}
