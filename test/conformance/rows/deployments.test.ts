import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import {
  condition,
  keepsStatus,
  podsOf,
  running,
  scales,
  strategic,
  template,
  watched,
} from "./workloads.ts";

withNodes(2, ({ image }) =>
  image.includes("broken") ? { startError: "no such image" } : undefined,
);

const labels = { name: "sample-pod" };
const label = "name=sample-pod";
const revision = "deployment.kubernetes.io/revision";

async function createDeployment(row: Row, spec: object): Promise<string> {
  await row.create(`${row.apps}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "test-deployment", labels: { row: row.namespace } },
    spec: { selector: { matchLabels: labels }, template: template({ labels }), ...spec },
  });
  return `${row.apps}/deployments/test-deployment`;
}

/** One that a Deployment of the same labels takes over. */
async function createReplicaSet(row: Row, image: string): Promise<void> {
  const more = { ...labels, pod: "httpd" };
  await row.create(`${row.apps}/replicasets`, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "before", labels: more, annotations: { [revision]: "3546343826724305832" } },
    spec: {
      replicas: 1,
      selector: { matchLabels: more },
      template: template({ labels: more, image }),
    },
  });
  await row.until(`${row.apps}/replicasets/before`, ({ status }) =>
    assert.equal(status.readyReplicas, 1),
  );
}

const complete = (row: Row, path: string): Promise<Loose> =>
  row.until(path, ({ metadata, spec, status }) => {
    assert.ok(status.observedGeneration >= metadata.generation);
    assert.deepEqual(
      [status.replicas, status.updatedReplicas, status.availableReplicas],
      [spec.replicas, spec.replicas, spec.replicas],
    );
  });

const setImage = (row: Row, path: string, image: string): Promise<Loose> =>
  strategic(row, path, {
    spec: { template: { spec: { containers: [{ name: "webserver", image }] } } },
  });

const imageOf = ({ spec }: Loose): string => spec.template.spec.containers[0].image;

/** Until its ReplicaSets want so many pods, by image. */
const sized = (row: Row, sizes: Readonly<Record<string, number>>): Promise<Loose[]> =>
  quickly(async () => {
    const { items } = await row.get(`${row.apps}/replicasets`);
    const found = items.map((one: Loose) => [imageOf(one), one.spec.replicas]);
    assert.deepEqual(Object.fromEntries(found), sizes);
    assert.ok(items.every(({ spec, status }: Loose) => spec.replicas === (status.replicas ?? 0)));
    return items;
  });

conformance("Deployment Deployment should have a working scale subresource", async (row) => {
  const path = await createDeployment(row, { replicas: 1 });
  await complete(row, path);
  await scales(row, path);
});

conformance(
  "Deployment RecreateDeployment should delete old pods and create new ones",
  async (row) => {
    const path = await createDeployment(row, { replicas: 2, strategy: { type: "Recreate" } });
    await complete(row, path);
    const { metadata } = await row.get(`${row.core}/pods`);
    await setImage(row, path, "httpd:2");
    await complete(row, path);
    const query = `labelSelector=${encodeURIComponent(label)}&watch=1`;
    let left = 2;
    let made = 0;
    await watched(
      row,
      `${row.core}/pods?${query}&resourceVersion=${metadata.resourceVersion}`,
      ({ type }) => {
        if (type === "DELETED") left--;
        if (type !== "ADDED") return false;
        assert.equal(left, 0, "no new one before the last old one is gone");
        return ++made === 2;
      },
    );
  },
);

conformance(
  "Deployment RollingUpdateDeployment should delete old pods and create new ones",
  async (row) => {
    await createReplicaSet(row, "httpd:0");
    const path = await createDeployment(row, { replicas: 1 });
    const deployment = await complete(row, path);
    assert.equal(deployment.metadata.annotations[revision], "3546343826724305833");
    const sets = await sized(row, { "httpd:0": 0, "httpd:1": 1 });
    for (const { metadata } of sets) {
      assert.equal(metadata.ownerReferences[0].uid, deployment.metadata.uid);
    }
    const [pod] = await running(row, label, 1);
    assert.equal(pod?.spec.containers[0].image, "httpd:1");
  },
);

conformance("Deployment deployment should delete old replica sets", async (row) => {
  await createReplicaSet(row, "httpd:0");
  const path = await createDeployment(row, { replicas: 1, revisionHistoryLimit: 0 });
  await complete(row, path);
  await sized(row, { "httpd:1": 1 });
  await row.gone(`${row.apps}/replicasets/before`);
});

conformance("Deployment deployment should support rollover", async (row) => {
  await createReplicaSet(row, "httpd:0");
  const path = await createDeployment(row, {
    replicas: 1,
    minReadySeconds: 2,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: template({ labels, image: "broken:1" }),
  });
  await row.until(path, ({ status }) => assert.ok(status.updatedReplicas >= 1));
  await sized(row, { "httpd:0": 1, "broken:1": 1 });
  const before = (await row.get(path)).metadata.annotations[revision];
  await setImage(row, path, "httpd:1");
  const { metadata } = await complete(row, path);
  assert.equal(BigInt(metadata.annotations[revision]), BigInt(before) + 1n);
  await sized(row, { "httpd:0": 0, "broken:1": 0, "httpd:1": 1 });
});

conformance("Deployment deployment should support proportional scaling", async (row) => {
  const path = await createDeployment(row, {
    replicas: 10,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2, maxSurge: 3 } },
  });
  await complete(row, path);
  await setImage(row, path, "broken:404");
  await sized(row, { "httpd:1": 8, "broken:404": 5 });
  await row.until(path, ({ status }) => assert.equal(status.availableReplicas, 8));
  await row.patch(path, { spec: { replicas: 30 } });
  await sized(row, { "httpd:1": 20, "broken:404": 13 });
});

conformance("Deployment should run the lifecycle of a Deployment", async (row) => {
  const collection = `${row.apps}/deployments`;
  const { metadata } = await row.get(collection);
  const from = `watch=1&resourceVersion=${metadata.resourceVersion}`;
  const path = await createDeployment(row, { replicas: 2 });
  await complete(row, path);
  await strategic(row, path, {
    metadata: { labels: { "test-deployment": "patched" } },
    spec: {
      replicas: 1,
      template: { spec: { containers: [{ name: "webserver", image: "httpd:2" }] } },
    },
  });
  await watched(
    row,
    `${collection}?${from}`,
    ({ type, object }) =>
      type === "MODIFIED" &&
      object.metadata.labels["test-deployment"] === "patched" &&
      object.status.availableReplicas === 1,
  );
  const everywhere = `/apis/apps/v1/deployments?labelSelector=row%3D${row.namespace}`;
  assert.equal((await row.get(everywhere)).items.length, 1);
  await quickly(async () => {
    const current = await row.get(path);
    current.metadata.labels["test-deployment"] = "updated";
    current.spec.replicas = 2;
    current.spec.template.spec.containers[0].image = "httpd:3";
    await row.replace(path, current);
  });
  await complete(row, path);
  assert.ok((await podsOf(row, label)).length >= 2);
  await strategic(row, `${path}/status`, {
    metadata: { labels: { "test-deployment": "patched-status" } },
    status: { readyReplicas: 0 },
  });
  const { status } = await row.until(`${path}/status`, (read) =>
    assert.equal(read.status.readyReplicas, 2),
  );
  assert.equal(condition({ status }, "Available").status, "True");
  await row.remove(`${collection}?labelSelector=row%3D${row.namespace}`);
  await watched(row, `${collection}?${from}`, ({ type }) => type === "DELETED");
  await quickly(async () => assert.deepEqual((await row.get(everywhere)).items, []));
});

conformance("Deployment should validate Deployment Status endpoints", async (row) => {
  await complete(row, await createDeployment(row, { replicas: 1 }));
  await keepsStatus(row, `${row.apps}/deployments`, "test-deployment");
});
