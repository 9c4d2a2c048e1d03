import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Deployment } from "#api/apps/v1.ts";
import { TokenReview } from "#api/authentication/v1.ts";
import { Lease } from "#api/coordination/v1.ts";
import {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
} from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { ClusterRole } from "#api/rbac/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { createLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { createSigningKey } from "#pki/keys.ts";
import type { Draft } from "#schema/message.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import { networksOf } from "./config.ts";
import { createControlPlane } from "./control-plane.ts";

const refuse = () => Promise.reject(new Error("there is no kubelet to talk to"));

/** The whole control plane in this process, with two nodes that pretend. */
async function startCluster() {
  const clock = new VirtualClock();
  const random = seededRandom(5);
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const logger = createLogger({ write, now: () => clock.now(), level: "warn" });
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  const store = new MemoryStore({ clock });
  const controlPlane = await createControlPlane({
    config: { ...networksOf(0), profile: "test", apiPort: 8443, nodes: [], simulatedNodes: 2 },
    store,
    serviceAccountKey: await createSigningKey(),
    authorityPem: "the authority",
    kubelet: { fetch: refuse, tunnel: refuse },
    build: { runtime: "test", platform: "linux/amd64" },
    clock,
    random,
    logger,
  });
  const { client, server } = controlPlane;
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(0);
      await setImmediate();
    }
  };
  await controlPlane.bootstrap(scope);
  controlPlane.run(scope);
  const nodes = new AbortController();
  const running = runSimulatedNodes(
    { client, clock, random, logger, count: 2, kubeletVersion: "v1.36.0" },
    nodes.signal,
  );
  return {
    client,
    server,
    log,
    now: () => clock.now(),
    async advance(ms: number) {
      await settle();
      const end = clock.now() + ms;
      for (let due = clock.nextDue(); due !== undefined && due <= end; due = clock.nextDue()) {
        await clock.advance(Math.max(0, due - clock.now()));
        await setImmediate();
      }
      await clock.advance(end - clock.now());
      await settle();
    },
    /** From now on nobody hears of the nodes. */
    async stopNodes() {
      nodes.abort();
      await running;
    },
    async stop() {
      nodes.abort();
      await running;
      await scope.close();
      await server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

const place = { namespace: "shop", name: "web" };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "nginx:1" }] },
};
const deployment: Draft<Deployment> = {
  metadata: place,
  spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template },
};

describe("scheduler and controllers act with the rights of their own roles", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  before(async () => {
    cluster = await startCluster();
    await cluster.advance(2_000);
    await cluster.client.create(Namespace, { metadata: { name: "shop" } });
    await cluster.advance(1_000);
  });
  after(() => cluster.stop());

  test("a namespace gets its account and authority", async () => {
    const { client } = cluster;
    await client.get(ServiceAccount, { namespace: "shop", name: "default" });
    const reference = { namespace: "shop", name: "kube-root-ca.crt" };
    const map = await client.get(ConfigMap, reference);
    await client.update(ConfigMap, { ...map, data: { "ca.crt": "another" } });
    await cluster.advance(500);
    const { data } = await client.get(ConfigMap, reference);
    assert.deepEqual(data, { "ca.crt": "the authority" });
  });

  test("a deployment's pods run, move to another template, and its Service has them", async () => {
    const { client } = cluster;
    await client.create(Deployment, deployment);
    await client.create(Service, {
      metadata: place,
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    await client.create(PodDisruptionBudget, {
      metadata: place,
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    await cluster.advance(5_000);
    const current = await client.get(Deployment, place);
    assert.equal(current.status.availableReplicas, 3);
    const managers = current.metadata.managedFields?.map(({ manager }) => manager);
    assert.ok(managers?.includes("kube-controller-manager"), String(managers));
    const containers = [{ name: "main", image: "nginx:2" }];
    const patch = { spec: { template: { spec: { containers } } } };
    await client.patch(Deployment, place, { type: "strategic", patch });
    await cluster.advance(60_000);
    const { status } = await client.get(Deployment, place);
    assert.deepEqual([status.availableReplicas, status.updatedReplicas], [3, 3]);
    const endpoints = await client.get(Endpoints, place);
    assert.equal(endpoints.subsets?.[0]?.addresses?.length, 3);
    const { items: slices } = await client.list(EndpointSlice, { namespace: "shop" });
    assert.deepEqual(
      slices.map(({ endpoints: found }) => found?.length),
      [3],
    );
    const budget = await client.get(PodDisruptionBudget, place);
    assert.equal(budget.status.disruptionsAllowed, 1);
  });

  test("orphans are adopted, and let go", async () => {
    const { client } = cluster;
    const labels = { app: "old" };
    await client.create(Pod, {
      metadata: { namespace: "shop", name: "orphan", labels },
      spec: template.spec,
    });
    await client.create(ReplicationController, {
      metadata: { namespace: "shop", name: "old" },
      spec: { replicas: 1, selector: labels, template: { ...template, metadata: { labels } } },
    });
    await cluster.advance(3_000);
    const orphan = await client.get(Pod, { namespace: "shop", name: "orphan" });
    assert.equal(orphan.metadata.ownerReferences?.[0]?.kind, "ReplicationController");
    await client.patch(
      Pod,
      { namespace: "shop", name: "orphan" },
      { type: "merge", patch: { metadata: { labels: { app: "none" } } } },
    );
    await cluster.advance(3_000);
    const released = await client.get(Pod, { namespace: "shop", name: "orphan" });
    assert.deepEqual(released.metadata.ownerReferences ?? [], []);
    const reference = { namespace: "shop", name: "old" };
    await client.delete(ReplicationController, reference, { propagationPolicy: "Foreground" });
    await cluster.advance(35_000);
    assert.equal(await client.find(ReplicationController, reference), undefined);
  });

  test("a pod gets the volume that is made for its claim, as large as asked, until both go", async () => {
    const { client } = cluster;
    const data = { namespace: "shop", name: "data" };
    const sized = (storage: string) => ({ resources: { requests: { storage } } });
    const claimed = { name: "v", persistentVolumeClaim: { claimName: "data" } };
    const own = {
      name: "own",
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], ...sized("1Gi") } },
      },
    };
    await client.create(PersistentVolumeClaim, {
      metadata: data,
      spec: { accessModes: ["ReadWriteOnce"], ...sized("1Gi") },
    });
    await cluster.advance(500);
    const waiting = await client.get(PersistentVolumeClaim, data);
    assert.deepEqual(
      [waiting.spec.storageClassName, waiting.status.phase],
      ["standard", "Pending"],
      "of several nodes one has to be chosen first",
    );
    await client.create(Pod, {
      metadata: { namespace: "shop", name: "db" },
      spec: { ...template.spec, volumes: [claimed, own] },
    });
    await cluster.advance(5_000);
    const pod = await client.get(Pod, { namespace: "shop", name: "db" });
    assert.equal(pod.status.phase, "Running");
    const { items: volumes } = await client.list(PersistentVolume);
    const terms = volumes.map(({ spec }) => spec.nodeAffinity?.required?.nodeSelectorTerms[0]);
    const nodes = terms.map((term) => term?.matchExpressions?.[0]?.values?.join());
    assert.deepEqual(nodes, [pod.spec.nodeName, pod.spec.nodeName]);

    const patch = { spec: sized("3Gi") };
    await client.patch(PersistentVolumeClaim, data, { type: "merge", patch });
    await cluster.advance(1_000);
    const grown = await client.get(PersistentVolumeClaim, data);
    assert.equal(grown.status.capacity?.["storage"], "3Gi");

    await client.delete(PersistentVolumeClaim, data);
    await cluster.advance(1_000);
    assert.ok(await client.find(PersistentVolumeClaim, data), "a pod uses it");
    await client.delete(Pod, { namespace: "shop", name: "db" });
    await cluster.advance(35_000);
    assert.deepEqual((await client.list(PersistentVolumeClaim)).items, []);
    assert.deepEqual((await client.list(PersistentVolume)).items, []);
  });

  test("a role that is made of others follows them", async () => {
    const { client } = cluster;
    const rulesOf = async (name: string) => (await client.get(ClusterRole, { name })).rules ?? [];
    const counts = async () => [
      (await rulesOf("view")).length,
      (await rulesOf("edit")).length,
      (await rulesOf("admin")).length,
    ];
    assert.deepEqual(await counts(), [12, 27, 29]);
    await client.create(ClusterRole, {
      metadata: {
        name: "widgets",
        labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" },
      },
      rules: [{ verbs: ["get"], apiGroups: ["example.com"], resources: ["widgets"] }],
    });
    await cluster.advance(500);
    assert.deepEqual(await counts(), [13, 28, 30]);
    await client.delete(ClusterRole, { name: "widgets" });
    await cluster.advance(500);
    assert.deepEqual(await counts(), [12, 27, 29]);
  });

  test("a secret that asks for a token gets one, for as long as its account is there", async () => {
    const { client } = cluster;
    const account = { namespace: "shop", name: "robot" };
    const secret = (name: string, of: string): Draft<Secret> => ({
      metadata: {
        namespace: "shop",
        name,
        annotations: { "kubernetes.io/service-account.name": of },
      },
      type: "kubernetes.io/service-account-token",
    });
    await client.create(ServiceAccount, { metadata: account });
    await client.create(Secret, secret("robot-token", "robot"));
    await client.create(Secret, secret("nobody", "missing"));
    await cluster.advance(1_000);
    assert.equal(await client.find(Secret, { namespace: "shop", name: "nobody" }), undefined);
    const reference = { namespace: "shop", name: "robot-token" };
    const { data = {} } = await client.get(Secret, reference);
    assert.equal(atob(data["namespace"] ?? ""), "shop");
    assert.equal(atob(data["ca.crt"] ?? ""), "the authority");
    const token = atob(data["token"] ?? "");
    const review = async () => {
      const spec = { token };
      const type = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" } as const;
      const answer = await client.create(TokenReview, { ...type, spec });
      return answer.status;
    };
    const first = await review();
    assert.equal(first?.user?.username, "system:serviceaccount:shop:robot");
    assert.deepEqual(first?.user?.groups, [
      "system:serviceaccounts",
      "system:serviceaccounts:shop",
      "system:authenticated",
    ]);
    const used = await client.get(Secret, reference);
    assert.equal(used.metadata.labels?.["kubernetes.io/legacy-token-last-used"], "2026-01-01");
    const label = { "kubernetes.io/legacy-token-invalid-since": "2026-01-01" };
    const labelled = (labels: object) => ({
      type: "merge" as const,
      patch: { metadata: { labels } },
    });
    await client.patch(Secret, reference, labelled(label));
    assert.match((await review())?.error ?? "", /has been marked invalid/);
    await client.patch(Secret, reference, { type: "merge", patch: { data: { token: "eA==" } } });
    assert.match((await review())?.error ?? "", /Token does not match server's copy/);
    await client.delete(ServiceAccount, account);
    await cluster.advance(1_000);
    assert.equal(await client.find(Secret, reference), undefined);
    assert.match((await review())?.error ?? "", /Token has been invalidated/);
  });

  test("what asks for too much is told, by the scheduler itself", async () => {
    const { client } = cluster;
    const resources = { requests: { cpu: "1000" } };
    await client.create(Pod, {
      metadata: { namespace: "shop", name: "large" },
      spec: { containers: [{ name: "main", image: "nginx", resources }] },
    });
    await cluster.advance(2_000);
    const { items } = await client.list(Event, { namespace: "shop" });
    const told = items.find(
      ({ involvedObject, reason }) =>
        involvedObject.name === "large" && reason === "FailedScheduling",
    );
    assert.equal(told?.source?.component, "default-scheduler");
    await client.delete(Pod, { namespace: "shop", name: "large" });
  });

  test("pods leave nodes that are silent, and nodes that are gone", async () => {
    const { client } = cluster;
    await cluster.stopNodes();
    // One node is heard of, or nobody would be evicted.
    for (let seconds = 0; seconds < 420; seconds += 10) {
      await beat("simulated-1");
      await cluster.advance(10_000);
    }
    const { items } = await client.list(Pod, { fieldSelector: "spec.nodeName=simulated-0" });
    assert.ok(items.length > 0);
    assert.ok(items.every(({ metadata }) => metadata.deletionTimestamp));
    await client.delete(Node, { name: "simulated-0" });
    await cluster.advance(120_000);
    const later = await client.list(Pod, { fieldSelector: "spec.nodeName=simulated-0" });
    assert.deepEqual(later.items, []);
  });

  test("nobody asked for what he may not do", () => {
    assert.deepEqual(refused(), []);
  });

  test("a namespace goes with all that is in it", async () => {
    const { client } = cluster;
    await client.delete(Namespace, { name: "shop" });
    await cluster.advance(1_000);
    for (const { metadata } of (await client.list(Pod, { namespace: "shop" })).items) {
      await client.delete(Pod, { ...metadata }, { gracePeriodSeconds: 0 });
    }
    await cluster.advance(30_000);
    assert.equal(await client.find(Namespace, { name: "shop" }), undefined);
  });

  test("what was refused is what a namespace refuses that is going", () => {
    const creations = refused().filter((line) => /scope="namespace".*verb="POST"/.test(line));
    assert.deepEqual(refused(), creations);
    assert.deepEqual(
      cluster.log.filter((line) => line.includes(" cannot create resource ")),
      [],
    );
  });

  function refused(): string[] {
    const answers = cluster.server.metrics.render().split("\n");
    assert.ok(answers.some((line) => line.includes('code="201"')));
    return answers.filter((line) => line.includes('code="403"'));
  }

  async function beat(name: string): Promise<void> {
    const { client } = cluster;
    const lease = await client.get(Lease, { namespace: "kube-node-lease", name });
    const now = new Date(cluster.now()).toISOString().replace("Z", "000Z");
    await client.update(Lease, { ...lease, spec: { ...lease.spec, renewTime: now } });
  }
});
