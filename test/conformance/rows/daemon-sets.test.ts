import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import {
  collects,
  isReady,
  keepsStatus,
  podsOf,
  running,
  strategic,
  template,
} from "./workloads.ts";

withNodes(2, ({ image }) =>
  image.includes("broken") ? { startError: "no such image" } : undefined,
);

const labels = { "daemonset-name": "daemon-set" };
const label = "daemonset-name=daemon-set";
const revisionLabel = "controller-revision-hash";

async function createDaemonSet(row: Row, spec: object = {}, nodes = 2): Promise<string> {
  await row.create(`${row.apps}/daemonsets`, {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "daemon-set", labels: { row: row.namespace, ...labels } },
    spec: { selector: { matchLabels: labels }, template: template({ labels, spec }) },
  });
  const path = `${row.apps}/daemonsets/daemon-set`;
  await onEveryNode(row, path, nodes);
  return path;
}

/** Its pods are ready on so many nodes, one on each, and its status says so. */
async function onEveryNode(row: Row, path: string, nodes: number): Promise<Loose[]> {
  const pods = await running(row, label, nodes);
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, nodes);
  await row.until(path, ({ status }) => {
    const { desiredNumberScheduled, currentNumberScheduled, numberReady } = status;
    assert.deepEqual(
      [desiredNumberScheduled, currentNumberScheduled, numberReady],
      [nodes, nodes, nodes],
    );
  });
  return pods;
}

const setImage = (row: Row, path: string, image: string): Promise<Loose> =>
  strategic(row, path, {
    spec: { template: { spec: { containers: [{ name: "webserver", image }] } } },
  });

/** The revision of this number, which is the latest of as many, and that all pods are of it. */
async function revised(row: Row, pods: readonly Loose[], number: number): Promise<void> {
  const { items } = await row.get(`${row.apps}/controllerrevisions`);
  assert.equal(items.length, number);
  const current = items.find(({ revision }: Loose) => revision === number);
  const hash = current.metadata.labels[revisionLabel];
  assert.ok(hash);
  for (const { metadata } of pods) assert.equal(metadata.labels[revisionLabel], hash);
}

conformance("Daemon set [Serial] should run and stop simple daemon", async (row) => {
  const path = await createDaemonSet(row);
  const [pod] = await podsOf(row, label);
  await row.remove(`${row.core}/pods/${pod?.metadata.name}`);
  await row.gone(`${row.core}/pods/${pod?.metadata.name}`);
  await onEveryNode(row, path, 2);
});

conformance("Daemon set [Serial] should run and stop complex daemon", async (row) => {
  const path = await createDaemonSet(row, { nodeSelector: { color: "blue" } }, 0);
  const [node] = (await row.get("/api/v1/nodes")).items;
  const paint = (color: string | null) =>
    row.patch(`/api/v1/nodes/${node.metadata.name}`, { metadata: { labels: { color } } });
  await paint("blue");
  const [pod] = await onEveryNode(row, path, 1);
  assert.equal(pod?.spec.nodeName, node.metadata.name);
  await paint("green");
  await onEveryNode(row, path, 0);
  await strategic(row, path, {
    spec: {
      template: { spec: { nodeSelector: { color: "green" } } },
      updateStrategy: { type: "RollingUpdate" },
    },
  });
  await onEveryNode(row, path, 1);
  await paint(null);
});

conformance("Daemon set [Serial] should retry creating failed daemon pods", async (row) => {
  const path = await createDaemonSet(row);
  const [pod] = await podsOf(row, label);
  delete pod?.metadata.resourceVersion;
  const failed = { ...pod, status: { ...pod?.status, phase: "Failed" } };
  await row.replace(`${row.core}/pods/${pod?.metadata.name}/status`, failed);
  await row.gone(`${row.core}/pods/${pod?.metadata.name}`);
  await onEveryNode(row, path, 2);
});

conformance(
  "Daemon set [Serial] should update pod when spec was updated and update strategy is RollingUpdate",
  async (row) => {
    const path = await createDaemonSet(row);
    await revised(row, await podsOf(row, label), 1);
    const before = await row.get(path);
    const patched = await setImage(row, path, "httpd:2");
    assert.ok(Number(patched.metadata.resourceVersion) > Number(before.metadata.resourceVersion));
    let unavailable = 0;
    await quickly(async () => {
      const pods = await podsOf(row, label);
      unavailable = Math.max(unavailable, 2 - pods.filter(isReady).length);
      assert.equal(pods.length, 2);
      assert.ok(pods.every(({ spec }) => spec.containers[0].image === "httpd:2"));
    });
    assert.ok(unavailable <= 1, `${unavailable} were not available at once`);
    await revised(row, await onEveryNode(row, path, 2), 2);
  },
);

conformance("Daemon set [Serial] should rollback without unnecessary restarts", async (row) => {
  const path = await createDaemonSet(row);
  await setImage(row, path, "broken:1");
  const kept = await quickly(async () => {
    const pods = await podsOf(row, label);
    const isNew = ({ spec }: Loose) => spec.containers[0].image === "broken:1";
    assert.ok(pods.some(isNew));
    return pods.filter((pod) => !isNew(pod) && !pod.metadata.deletionTimestamp);
  });
  assert.equal(kept.length, 1);
  await setImage(row, path, "httpd:1");
  const pods = await quickly(async () => {
    const there = await onEveryNode(row, path, 2);
    assert.ok(there.every(({ spec }) => spec.containers[0].image === "httpd:1"));
    return there;
  });
  const uids = pods.map(({ metadata }) => metadata.uid);
  for (const { metadata } of kept) assert.ok(uids.includes(metadata.uid), "it was not restarted");
});

conformance(
  "Daemon set [Serial] should list and delete a collection of DaemonSets",
  async (row) => {
    await createDaemonSet(row);
    await collects(row, "daemonsets", `row=${row.namespace}`);
  },
);

conformance("Daemon set [Serial] should verify changes to a daemon set status", async (row) => {
  await createDaemonSet(row);
  await keepsStatus(row, `${row.apps}/daemonsets`, "daemon-set");
});

conformance(
  "ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision",
  async (row) => {
    const path = await createDaemonSet(row);
    const collection = `${row.apps}/controllerrevisions`;
    const count = (number: number) =>
      quickly(async () => {
        const { items } = await row.get(
          `/apis/apps/v1/controllerrevisions?labelSelector=${encodeURIComponent(label)}`,
        );
        const own = items.filter(({ metadata }: Loose) => metadata.namespace === row.namespace);
        assert.equal(own.length, number);
        return own as Loose[];
      });
    const [first] = await count(1);
    const daemonSet = await row.get(path);
    assert.deepEqual(
      [first?.metadata.ownerReferences[0].kind, first?.metadata.ownerReferences[0].uid],
      ["DaemonSet", daemonSet.metadata.uid],
    );
    const name: string = first?.metadata.name;
    const patched = await strategic(row, `${collection}/${name}`, {
      metadata: { labels: { [name]: "patched" } },
    });
    assert.equal(patched.metadata.labels[name], "patched");
    const { labels: _, annotations, ownerReferences } = first?.metadata ?? {};
    await row.create(collection, {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name: "daemon-set-second",
        labels: { ...labels, [revisionLabel]: "second" },
        annotations,
        ownerReferences,
      },
      data: first?.data,
      revision: first?.revision + 1,
    });
    await count(2);
    await row.remove(`${collection}/${name}`);
    const [second] = await count(1);
    second.metadata.labels[second.metadata.name] = "updated";
    const updated = await row.replace(`${collection}/${second.metadata.name}`, second);
    assert.equal(updated.metadata.labels["daemon-set-second"], "updated");
    await strategic(row, path, {
      spec: { template: { spec: { terminationGracePeriodSeconds: 2 } } },
    });
    await count(2);
    await row.remove(`${collection}?labelSelector=daemon-set-second%3Dupdated`);
    const [last] = await count(1);
    assert.equal(last?.revision, 3);
  },
);
