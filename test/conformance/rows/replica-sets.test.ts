import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import {
  collects,
  condition,
  keepsStatus,
  running,
  scales,
  strategic,
  template,
  watched,
} from "./workloads.ts";

withNodes(2);

const labels = { name: "sample-pod" };
const label = "name=sample-pod";

async function createReplicaSet(row: Row, replicas: number): Promise<string> {
  await row.create(`${row.apps}/replicasets`, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "test-rs", labels: { row: row.namespace } },
    spec: { replicas, selector: { matchLabels: labels }, template: template({ labels }) },
  });
  const path = `${row.apps}/replicasets/test-rs`;
  await row.until(path, ({ status }) => assert.equal(status.availableReplicas ?? 0, replicas));
  return path;
}

const controllers = `replicationcontrollers`;

async function createController(row: Row, replicas: number): Promise<string> {
  await row.create(`${row.core}/${controllers}`, {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name: "rc-test", labels: { row: row.namespace } },
    spec: { replicas, selector: labels, template: template({ labels }) },
  });
  return `${row.core}/${controllers}/rc-test`;
}

const available = (row: Row, path: string, replicas: number): Promise<Loose> =>
  row.until(path, ({ status }) => assert.equal(status.availableReplicas ?? 0, replicas));

async function createOrphan(row: Row): Promise<string> {
  const { spec } = template({ labels });
  await row.create(`${row.core}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod-adoption", labels },
    spec,
  });
  await running(row, label, 1);
  return `${row.core}/pods/pod-adoption`;
}

const ownerOf = ({ metadata }: Loose) =>
  metadata.ownerReferences?.find((owner: Loose) => owner.controller)?.uid;

/** Until the pod is owned by the object at `owner`, or by nobody. */
async function owned(row: Row, pod: string, owner: string | undefined): Promise<void> {
  const uid = owner === undefined ? undefined : (await row.get(owner)).metadata.uid;
  await row.until(pod, (object) => assert.equal(ownerOf(object), uid));
}

/** A pod whose label no longer matches goes its own way, and another one takes its place. */
async function releases(row: Row, pod: string): Promise<void> {
  await row.patch(pod, { metadata: { labels: { name: "not-matching-name" } } });
  await owned(row, pod, undefined);
  await running(row, label, 1);
}

conformance("ReplicaSet Replace and Patch tests", async (row) => {
  const { metadata } = await row.get(`${row.apps}/replicasets`);
  const path = await createReplicaSet(row, 1);
  await quickly(async () => {
    const current = await row.get(path);
    current.spec.replicas = 2;
    await row.replace(path, current);
  });
  await strategic(row, path, {
    metadata: { labels: { "test-rs": "patched" } },
    spec: {
      replicas: 3,
      template: {
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "webserver", image: "pause:1" }],
        },
      },
    },
  });
  const query = `labelSelector=test-rs%3Dpatched&watch=1&resourceVersion=${metadata.resourceVersion}`;
  await watched(row, `${row.apps}/replicasets?${query}`, ({ object }) => {
    const { spec } = object.spec.template;
    return (
      object.status.readyReplicas === 3 &&
      object.status.availableReplicas === 3 &&
      spec.containers.some(({ image }: Loose) => image === "pause:1") &&
      spec.terminationGracePeriodSeconds === 0
    );
  });
});

conformance("ReplicaSet Replicaset should have a working scale subresource", async (row) =>
  scales(row, await createReplicaSet(row, 1)),
);

conformance(
  "ReplicaSet should adopt matching pods on creation and release no longer matching pods",
  async (row) => {
    const pod = await createOrphan(row);
    const path = await createReplicaSet(row, 1);
    await owned(row, pod, path);
    await releases(row, pod);
  },
);

conformance("ReplicaSet should list and delete a collection of ReplicaSets", async (row) => {
  await createReplicaSet(row, 3);
  await collects(row, "replicasets", `row=${row.namespace}`);
});

conformance("ReplicaSet should validate Replicaset Status endpoints", async (row) => {
  await createReplicaSet(row, 1);
  await keepsStatus(row, `${row.apps}/replicasets`, "test-rs");
});

conformance("ReplicationController should adopt matching pods on creation", async (row) => {
  const pod = await createOrphan(row);
  await owned(row, pod, await createController(row, 1));
});

conformance(
  "ReplicationController should get and update a ReplicationController scale",
  async (row) => {
    const path = await createController(row, 1);
    await available(row, path, 1);
    const scale = await row.get(`${path}/scale`);
    assert.equal(scale.status.replicas, 1);
    scale.spec.replicas = 2;
    delete scale.metadata.resourceVersion;
    await row.replace(`${path}/scale`, scale);
    await available(row, path, 2);
  },
);

conformance("ReplicationController should release no longer matching pods", async (row) => {
  await createController(row, 1);
  const [pod] = await running(row, label, 1);
  await releases(row, `${row.core}/pods/${pod?.metadata.name}`);
});

conformance(
  "ReplicationController should surface a failure condition on a common issue like exceeded quota",
  async (row) => {
    await row.create(`${row.core}/resourcequotas`, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "condition-test" },
      spec: { hard: { pods: "2" } },
    });
    await row.until(`${row.core}/resourcequotas/condition-test`, ({ status }) =>
      assert.equal(status.hard?.pods, "2"),
    );
    const path = await createController(row, 3);
    await row.until(path, (object) => {
      const failure = condition(object, "ReplicaFailure");
      assert.equal(failure?.status, "True");
      assert.equal(failure.reason, "FailedCreate");
      assert.match(failure.message, /exceeded quota: condition-test/);
    });
    await row.patch(path, { spec: { replicas: 2 } });
    await row.until(path, (object) => {
      assert.ok(object.status.observedGeneration >= object.metadata.generation);
      assert.equal(condition(object, "ReplicaFailure"), undefined);
    });
  },
);

conformance(
  "ReplicationController should test the lifecycle of a ReplicationController",
  async (row) => {
    const collection = `${row.core}/${controllers}`;
    const { metadata } = await row.get(collection);
    const path = await createController(row, 1);
    await available(row, path, 1);
    await strategic(row, path, {
      metadata: { labels: { "test-rc": "patched" } },
      spec: { replicas: 1 },
    });
    const from = `watch=1&resourceVersion=${metadata.resourceVersion}`;
    await watched(
      row,
      `${collection}?${from}`,
      ({ type, object }) => type === "MODIFIED" && object.metadata.labels["test-rc"] === "patched",
    );
    await strategic(row, `${path}/status`, { status: { readyReplicas: 0, availableReplicas: 0 } });
    await available(row, path, 1);
    const { status } = await row.get(`${path}/status`);
    assert.equal(status.readyReplicas, 1);
    await strategic(row, `${path}/scale`, { spec: { replicas: 2 } });
    await available(row, path, 2);
    await quickly(async () => {
      const current = await row.get(path);
      current.metadata.labels["test-rc"] = "updated";
      await row.replace(path, current);
    });
    const everywhere = `/api/v1/${controllers}?labelSelector=row%3D${row.namespace}`;
    const { items } = await row.get(everywhere);
    assert.deepEqual(
      items.map((item: Loose) => item.metadata.labels["test-rc"]),
      ["updated"],
    );
    await row.remove(`${collection}?labelSelector=row%3D${row.namespace}`);
    await watched(row, `${collection}?${from}`, ({ type }) => type === "DELETED");
    await quickly(async () => assert.deepEqual((await row.get(everywhere)).items, []));
  },
);
