import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance } from "./row.ts";
import type { Row } from "./row.ts";

const extended = "requests.example.com/dongle";
const hard = {
  pods: "5",
  services: "10",
  "services.nodeports": "1",
  "services.loadbalancers": "1",
  replicationcontrollers: "10",
  resourcequotas: "1",
  cpu: "1",
  memory: "500Mi",
  configmaps: "10",
  secrets: "10",
  persistentvolumeclaims: "10",
  "requests.storage": "10Gi",
  "ephemeral-storage": "50Gi",
  "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "10",
  "gold.storageclass.storage.k8s.io/requests.storage": "10Gi",
  "count/replicasets.apps": "5",
  [extended]: "3",
};

/** What the namespace of a row has of itself: a ConfigMap with the cluster's authority. */
const atFirst = { ...zeros(hard), configmaps: "1", resourcequotas: "1" };

function zeros(amounts: object): Record<string, string> {
  return Object.fromEntries(Object.keys(amounts).map((name) => [name, "0"]));
}

const quotaOf = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name },
  spec,
});

const used = (row: Row, name: string, expected: object): Promise<Loose> =>
  row.until(`${row.core}/resourcequotas/${name}`, ({ status }) => {
    assert.deepEqual(status.used, expected);
  });

/** A quota of everything, after it has been counted. */
async function createQuota(row: Row): Promise<void> {
  await row.until(`${row.core}/configmaps/kube-root-ca.crt`, () => {});
  await row.create(`${row.core}/resourcequotas`, quotaOf("test-quota", { hard }));
  const quota = await used(row, "test-quota", atFirst);
  assert.deepEqual(quota.status.hard, hard);
}

const object = (kind: string, name: string, more: object = {}, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});

const podOf = (name: string, resources: object, spec: object = {}) =>
  object("Pod", name, {
    spec: {
      nodeSelector: { "example.com/unsatisfiable": "true" },
      containers: [{ name: "pause", image: "pause", resources }],
      ...spec,
    },
  });

const now = { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 };

conformance(
  "ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.",
  createQuota,
);

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a service.",
  async (row) => {
    await createQuota(row);
    const service = (name: string, type: string) =>
      object("Service", name, {
        spec: { type, ports: [{ port: 80, targetPort: 80 }] },
      });
    const path = `${row.core}/services`;
    await row.create(path, service("test-service", "ClusterIP"));
    await row.create(path, service("test-service-np", "NodePort"));
    const refusal = await row.refused(403, {
      method: "POST",
      path,
      body: service("test-service-lb", "LoadBalancer"),
    });
    assert.match(refusal.message, /exceeded quota: test-quota, requested: services.nodeports=1/);
    await used(row, "test-quota", { ...atFirst, services: "2", "services.nodeports": "1" });
    await row.remove(`${path}/test-service`);
    await row.remove(`${path}/test-service-np`);
    await used(row, "test-quota", atFirst);
  },
);

/** Makes one, sees it counted under `name`, and given back when it is gone. */
async function captureLife(
  row: Row,
  name: keyof typeof hard,
  collection: string,
  body: Loose,
): Promise<void> {
  await createQuota(row);
  await row.create(collection, body);
  const one = name === "configmaps" ? "2" : "1";
  await used(row, "test-quota", { ...atFirst, [name]: one });
  await row.remove(`${collection}/${body.metadata.name}`, {
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy: "Background",
  });
  await used(row, "test-quota", atFirst);
}

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a secret.",
  (row) => {
    const secret = object("Secret", "test-secret", { stringData: { "data-1": "value-1" } });
    return captureLife(row, "secrets", `${row.core}/secrets`, secret);
  },
);

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a configMap.",
  (row) => {
    const map = object("ConfigMap", "test-configmap", { data: { a: "" } });
    return captureLife(row, "configmaps", `${row.core}/configmaps`, map);
  },
);

const template = {
  metadata: { labels: { name: "counted" } },
  spec: { containers: [{ name: "main", image: "nginx" }] },
};

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a replication controller.",
  (row) => {
    const spec = { replicas: 0, selector: { name: "counted" }, template };
    const controller = object("ReplicationController", "test-rc", { spec });
    const collection = `${row.core}/replicationcontrollers`;
    return captureLife(row, "replicationcontrollers", collection, controller);
  },
);

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a replica set.",
  (row) => {
    const spec = { replicas: 0, selector: { matchLabels: { name: "counted" } }, template };
    const replicaSet = object("ReplicaSet", "test-rs", { spec }, "apps/v1");
    return captureLife(row, "count/replicasets.apps", `${row.apps}/replicasets`, replicaSet);
  },
);

conformance(
  "ResourceQuota should create a ResourceQuota and capture the life of a pod.",
  async (row) => {
    await createQuota(row);
    const path = `${row.core}/pods`;
    const dongles = { "example.com/dongle": "2" };
    const fits = { cpu: "500m", memory: "252Mi", "ephemeral-storage": "30Gi", ...dongles };
    const pod = await row.create(path, podOf("test-pod", { requests: fits, limits: dongles }));
    const counted = {
      ...atFirst,
      pods: "1",
      cpu: "500m",
      memory: "252Mi",
      "ephemeral-storage": "30Gi",
      [extended]: "2",
    };
    await used(row, "test-quota", counted);
    for (const [name, requests, limits, exceeded] of [
      ["fail-pod", { cpu: "600m", memory: "100Mi" }, {}, "cpu=600m"],
      [
        "fail-pod-for-extended-resource",
        { cpu: "500m", memory: "100Mi", "ephemeral-storage": "1Gi", ...dongles },
        dongles,
        `${extended}=2`,
      ],
    ] as const) {
      const body = podOf(name, { requests, limits });
      const refusal = await row.refused(403, { method: "POST", path, body });
      const expected = `exceeded quota: test-quota, requested: ${exceeded},`;
      assert.ok(refusal.message.includes(expected), refusal.message);
    }
    const changed = structuredClone(pod);
    changed.spec.containers[0].resources.requests.cpu = "100m";
    // The scheduler says of it in the meantime that it has no node for it.
    delete changed.metadata.resourceVersion;
    const update = { method: "PUT", path: `${path}/test-pod`, body: changed } as const;
    const refusal = await row.refused(422, update);
    assert.equal(refusal.reason, "Invalid");
    await used(row, "test-quota", counted);
    await row.remove(`${path}/test-pod`, now);
    await used(row, "test-quota", atFirst);
  },
);

const resources = {
  requests: { cpu: "500m", memory: "200Mi" },
  limits: { cpu: "1", memory: "400Mi" },
};
const taken = {
  pods: "1",
  "requests.cpu": "500m",
  "requests.memory": "200Mi",
  "limits.cpu": "1",
  "limits.memory": "400Mi",
};

conformance("ResourceQuota should verify ResourceQuota with terminating scopes.", async (row) => {
  const bounds = {
    pods: "5",
    "requests.cpu": "1",
    "requests.memory": "500Mi",
    "limits.cpu": "2",
    "limits.memory": "1Gi",
  };
  await inOneOfTwo(row, bounds, [
    ["NotTerminating", podOf("test-pod", resources), taken],
    ["Terminating", podOf("terminating-pod", resources, { activeDeadlineSeconds: 3600 }), taken],
  ]);
});

conformance("ResourceQuota should verify ResourceQuota with best effort scope.", (row) =>
  inOneOfTwo(row, { pods: "5" }, [
    ["BestEffort", podOf("pod", {}), { pods: "1" }],
    ["NotBestEffort", podOf("burstable-pod", resources), { pods: "1" }],
  ]),
);

type Case = readonly [scope: string, pod: Loose, taken: object];

/** Each pod is counted by the quota of its own scope and by no other, until it is gone. */
async function inOneOfTwo(row: Row, bounds: object, cases: readonly Case[]): Promise<void> {
  const names = cases.map(([scope]) => `quota-${scope.toLowerCase()}`);
  for (const [index, [scope]] of cases.entries()) {
    const name = names[index] ?? "";
    const quota = quotaOf(name, { hard: bounds, scopes: [scope] });
    await row.create(`${row.core}/resourcequotas`, quota);
    await used(row, name, zeros(bounds));
  }
  for (const [index, [, pod, amounts]] of cases.entries()) {
    const [own = "", other = ""] = index === 0 ? names : [...names].reverse();
    await row.create(`${row.core}/pods`, pod);
    await used(row, own, amounts);
    await used(row, other, zeros(bounds));
    await row.remove(`${row.core}/pods/${pod.metadata.name}`, now);
    await used(row, own, zeros(bounds));
  }
}

conformance("ResourceQuota should be able to update and delete ResourceQuota.", async (row) => {
  const collection = `${row.core}/resourcequotas`;
  const path = `${collection}/test-quota`;
  await row.create(collection, quotaOf("test-quota", { hard: { cpu: "1", memory: "500Mi" } }));
  const first = await row.get(path);
  assert.deepEqual(first.spec.hard, { cpu: "1", memory: "500Mi" });
  // As upstream's client does: without a resource version, whatever has happened in between.
  const larger = { cpu: "2", memory: "1Gi" };
  const updated = await row.replace(path, quotaOf("test-quota", { hard: larger }));
  assert.deepEqual(updated.spec.hard, larger);
  assert.deepEqual((await row.get(path)).spec.hard, larger);
  await row.until(path, ({ status }) => assert.deepEqual(status.hard, larger));
  await row.remove(path);
  await row.gone(path);
});

conformance("ResourceQuota should manage the lifecycle of a ResourceQuota", async (row) => {
  const collection = `${row.core}/resourcequotas`;
  const path = `${collection}/lifecycle`;
  const quota = quotaOf("lifecycle", { hard: { cpu: "1", memory: "500Mi" } });
  const labels = { row: row.namespace };
  await row.create(collection, { ...quota, metadata: { ...quota.metadata, labels } });
  const read = await row.get(path);
  assert.deepEqual(read.spec.hard, { cpu: "1", memory: "500Mi" });
  const selector = `labelSelector=row%3D${row.namespace}`;
  const { items } = await row.get(`/api/v1/resourcequotas?${selector}`);
  assert.deepEqual(
    items.map((item: Loose) => item.metadata.name),
    ["lifecycle"],
  );
  const patched = await row.patch(path, {
    metadata: { labels: { lifecycle: "patched" } },
    spec: { hard: { memory: "750Mi" } },
  });
  assert.equal(patched.metadata.labels.lifecycle, "patched");
  assert.deepEqual(patched.spec.hard, { cpu: "1", memory: "750Mi" });
  const versions = [items[0], patched].map(({ metadata }) => Number(metadata.resourceVersion));
  assert.ok((versions[0] ?? 0) < (versions[1] ?? 0));
  await row.remove(`${collection}?${selector}`);
  await row.gone(path);
});

conformance("ResourceQuota should apply changes to a resourcequota status", async (row) => {
  const collection = `${row.core}/resourcequotas`;
  const path = `${collection}/status`;
  const first = { cpu: "500m", memory: "500Mi" };
  await row.create(collection, quotaOf("status", { hard: first }));
  await row.until(path, ({ status }) => assert.deepEqual(status.hard, first));
  const counted = await row.get(path);
  counted.status = { hard: first };
  const updated = await row.replace(`${path}/status`, counted);
  assert.deepEqual(updated.status.hard, first);

  const second = { cpu: "1", memory: "1Gi" };
  const patched = await row.patch(path, { spec: { hard: second } });
  assert.deepEqual(patched.spec.hard, second);
  await row.patch(`${path}/status`, { status: { hard: second } });
  await row.until(`${path}/status`, ({ status }) => assert.deepEqual(status.hard, second));

  // What is said over the controller's head does not change what is wanted, and does not stay.
  const third = { cpu: "2", memory: "2Gi" };
  const repatched = await row.patch(`${path}/status`, { status: { hard: third } });
  assert.deepEqual(repatched.status.hard, third);
  assert.deepEqual(repatched.spec.hard, second);
  const { resourceVersion } = patched.metadata;
  const watch = `${collection}?watch=1&resourceVersion=${resourceVersion}`;
  const seen: string[] = [];
  for await (const event of row.http.watch<Loose>(watch, AbortSignal.timeout(10_000))) {
    const { cpu } = event.object.status.hard;
    if (seen.at(-1) !== cpu) seen.push(cpu);
    if (seen.includes("2") && cpu === "1") break;
  }
  assert.deepEqual(seen.slice(-2), ["2", "1"]);
  const { spec, status } = await row.get(path);
  assert.deepEqual([spec.hard, status.hard], [second, second]);
});
