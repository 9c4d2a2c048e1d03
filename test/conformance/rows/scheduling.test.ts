import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, operations, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import { condition } from "./workloads.ts";

withNodes(1);

const node = "simulated-0";
/** Of the node's four processors. */
const requests = (cpu: string) => ({ resources: { requests: { cpu }, limits: { cpu } } });

interface PodOptions {
  readonly container?: object;
  readonly metadata?: object;
  readonly spec?: object;
}

async function createPod(row: Row, name: string, options: PodOptions = {}): Promise<string> {
  const { container = {}, metadata = {}, spec = {} } = options;
  await row.create(`${row.core}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", image: "pause:1", ...container }],
      ...spec,
    },
  });
  return `${row.core}/pods/${name}`;
}

const scheduled = (row: Row, path: string): Promise<Loose> =>
  row.until(path, ({ spec }) => assert.equal(spec.nodeName, node));

const unschedulable = (row: Row, path: string, why: RegExp): Promise<Loose> =>
  row.until(path, (pod) => {
    const found = condition(pod, "PodScheduled");
    assert.deepEqual([found?.status, found?.reason], ["False", "Unschedulable"]);
    assert.match(found.message, why);
  });

async function removeAll(row: Row): Promise<void> {
  await row.remove(`${row.core}/pods`, { gracePeriodSeconds: 0 });
  await quickly(async () => assert.deepEqual((await row.get(`${row.core}/pods`)).items, []));
}

const limitRanges = (row: Row) => `${row.core}/limitranges`;
const limitRange = (name: string): Loose => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name },
  spec: {
    limits: [
      {
        type: "Container",
        min: { cpu: "50m" },
        max: { cpu: "500m" },
        default: { cpu: "500m", memory: "500Mi" },
        defaultRequest: { cpu: "100m", memory: "200Mi" },
      },
    ],
  },
});

conformance(
  "LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.",
  async (row) => {
    await row.create(limitRanges(row), limitRange("limits"));
    const [plain, partial] = [
      await createPod(row, "plain"),
      await createPod(row, "partial", {
        container: { resources: { requests: { cpu: "300m" }, limits: { memory: "300Mi" } } },
      }),
    ];
    const resourcesOf = async (path: string) => (await row.get(path)).spec.containers[0].resources;
    assert.deepEqual(await resourcesOf(plain), {
      limits: { cpu: "500m", memory: "500Mi" },
      requests: { cpu: "100m", memory: "200Mi" },
    });
    const given = await resourcesOf(partial);
    assert.equal(given.requests.cpu, "300m");
    assert.equal(given.limits.memory, "300Mi");
    assert.equal(given.limits.cpu, "500m");
    for (const [name, cpu] of [
      ["too-little", "10m"],
      ["too-much", "600m"],
    ] as const) {
      const body = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec: { containers: [{ name: "main", image: "pause:1", ...requests(cpu) }] },
      };
      await row.refused(403, { method: "POST", path: `${row.core}/pods`, body });
    }
    const path = `${limitRanges(row)}/limits`;
    const current = await row.get(path);
    current.spec.limits[0].min.cpu = "9m";
    await row.replace(path, current);
    await quickly(
      async () => void (await createPod(row, "now-enough", { container: requests("10m") })),
    );
    await row.remove(path);
    await row.gone(path);
    await quickly(async () => void (await createPod(row, "free", { container: requests("600m") })));
    await removeAll(row);
  },
);

conformance("LimitRange should list, patch and delete a LimitRange by collection", async (row) => {
  await operations(row, limitRanges(row), limitRange("limits"));
});

conformance(
  "SchedulerPredicates [Serial] validates resource limits of pods that are allowed to run",
  async (row) => {
    const filling = await createPod(row, "filling", { container: requests("3") });
    await scheduled(row, filling);
    const additional = await createPod(row, "additional", { container: requests("2") });
    await unschedulable(row, additional, /Insufficient cpu/);
    await removeAll(row);
  },
);

conformance(
  "SchedulerPredicates [Serial] validates that NodeSelector is respected if not matching",
  async (row) => {
    const nodeSelector = { label: "nonempty" };
    const path = await createPod(row, "restricted", { spec: { nodeSelector } });
    await unschedulable(row, path, /didn't match Pod's node affinity\/selector/);
    await removeAll(row);
  },
);

conformance(
  "SchedulerPredicates [Serial] validates that NodeSelector is respected if matching",
  async (row) => {
    const label = `kubernetes.io/e2e-${row.namespace}`;
    await row.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [label]: "42" } } });
    const nodeSelector = { [label]: "42" };
    await scheduled(row, await createPod(row, "with-labels", { spec: { nodeSelector } }));
    await row.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [label]: null } } });
    await removeAll(row);
  },
);

conformance(
  "SchedulerPredicates [Serial] validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP",
  async (row) => {
    const port = (hostIP: string) => ({
      ports: [{ hostPort: 54322, containerPort: 8080, protocol: "TCP", hostIP }],
    });
    await scheduled(row, await createPod(row, "pod4", { container: port("0.0.0.0") }));
    const second = await createPod(row, "pod5", { container: port("127.0.0.1") });
    await unschedulable(row, second, /didn't have free ports/);
    await removeAll(row);
  },
);

const priorityClasses = "/apis/scheduling.k8s.io/v1/priorityclasses";

async function priorityClass(row: Row, name: string, value: number): Promise<string> {
  const full = `${row.namespace}-${name}`;
  const body = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", value };
  await row.create(priorityClasses, { ...body, metadata: { name: full } });
  return full;
}

conformance(
  "SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods",
  async (row) => {
    const name = await priorityClass(row, "p1", 1);
    const path = `${priorityClasses}/${name}`;
    const current = await row.get(path);
    await row.refused(422, { method: "PUT", path, body: { ...current, value: 2 } });
    const labels = { row: row.namespace };
    await row.patch(path, { metadata: { labels }, description: "patched" });
    assert.equal((await row.get(path)).description, "patched");
    const updated = await row.get(path);
    await row.replace(path, { ...updated, description: "updated" });
    const selected = `${priorityClasses}?labelSelector=row%3D${row.namespace}`;
    assert.equal((await row.get(selected)).items.length, 1);
    await row.remove(selected);
    await row.gone(path);
  },
);

/** A pod that fills the node gives way to one that matters more. */
async function preempts(row: Row, winner: object, place = row): Promise<string> {
  const low = await priorityClass(row, "low", 1);
  const victim = await createPod(row, "victim", {
    container: requests("3"),
    // So that what is said of it can be read.
    metadata: { finalizers: ["example.com/test-finalizer"] },
    spec: { priorityClassName: low },
  });
  await scheduled(row, victim);
  const preemptor = await createPod(place, "preemptor", { container: requests("3"), spec: winner });
  await row.until(victim, (pod) => {
    assert.ok(pod.metadata.deletionTimestamp);
    const found = condition(pod, "DisruptionTarget");
    assert.deepEqual([found?.status, found?.reason], ["True", "PreemptionByScheduler"]);
  });
  await row.patch(victim, { metadata: { finalizers: null } });
  await row.gone(victim);
  await scheduled(row, preemptor);
  await row.remove(preemptor, { gracePeriodSeconds: 0 });
  await row.gone(preemptor);
  return preemptor;
}

conformance("SchedulerPreemption [Serial] validates basic preemption works", async (row) => {
  await preempts(row, { priorityClassName: await priorityClass(row, "high", 1000) });
});

conformance(
  "SchedulerPreemption [Serial] validates lower priority pod preemption by critical pod",
  async (row) => {
    const system = { ...row, core: "/api/v1/namespaces/kube-system" };
    await preempts(row, { priorityClassName: "system-cluster-critical" }, system);
  },
);

conformance(
  "SchedulerPreemption [Serial] validates pod disruption condition is added to the preempted pod",
  async (row) => {
    await preempts(row, { priorityClassName: await priorityClass(row, "high", 100) });
  },
);

conformance(
  "SchedulerPreemption [Serial] PreemptionExecutionPath runs ReplicaSets to verify preemption running path",
  async (row) => {
    const available = (name: string, count: number) =>
      row.until(`${row.apps}/replicasets/${name}`, ({ status }) =>
        assert.equal(status.availableReplicas ?? 0, count),
      );
    const run = async (name: string, priority: number, replicas: number) => {
      const priorityClassName = await priorityClass(row, name, priority);
      const spec = {
        priorityClassName,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: "pause:1", ...requests("1") }],
      };
      await row.create(`${row.apps}/replicasets`, {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name },
        spec: {
          replicas,
          selector: { matchLabels: { name } },
          template: { metadata: { labels: { name } }, spec },
        },
      });
      await available(name, replicas);
    };
    await run("rs-1", 1, 2);
    await run("rs-2", 2, 1);
    // The node has no room for three more: the least important go, and no more than have to.
    await run("rs-3", 1_000, 3);
    await available("rs-1", 0);
    await available("rs-2", 1);
    await row.remove(`${row.apps}/replicasets`, { propagationPolicy: "Foreground" });
    await quickly(async () =>
      assert.deepEqual((await row.get(`${row.apps}/replicasets`)).items, []),
    );
  },
);
