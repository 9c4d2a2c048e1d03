import assert from "node:assert/strict";
import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import {
  collects,
  isReady,
  keepsStatus,
  makeIll,
  podsOf,
  probedBehaviour,
  running,
  scales,
  strategic,
  template,
  watched,
} from "./workloads.ts";

withNodes(2, probedBehaviour);

const clock = systemClock();

const labels = { foo: "bar", baz: "blah" };
const label = "foo=bar,baz=blah";
const revisionLabel = "controller-revision-hash";

async function createSet(row: Row, replicas: number, spec: object = {}): Promise<string> {
  await row.create(`${row.apps}/statefulsets`, {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "ss" },
    spec: {
      replicas,
      serviceName: "test",
      selector: { matchLabels: labels },
      template: template({ labels, probed: row }),
      ...spec,
    },
  });
  await running(row, label, replicas);
  return `${row.apps}/statefulsets/ss`;
}

const settled = (row: Row, path: string): Promise<Loose> =>
  row.until(path, ({ metadata, status }) =>
    assert.ok(status.observedGeneration >= metadata.generation),
  );

const setImage = (row: Row, path: string, image: string): Promise<Loose> =>
  strategic(row, path, {
    spec: { template: { spec: { containers: [{ name: "webserver", image }] } } },
  });

const images = (pods: readonly Loose[]) => pods.map(({ spec }) => spec.containers[0].image);
const revisions = (pods: readonly Loose[]) =>
  pods.map(({ metadata }) => metadata.labels[revisionLabel]);

/** Stays so for a while. */
async function stays(check: () => Promise<void>): Promise<void> {
  const until = clock.monotonic() + 2_000;
  while (clock.monotonic() < until) {
    await check();
    await sleep(clock, 100);
  }
}

/** Once it is over, all pods are of the image. */
const rolled = (row: Row, path: string, image: string): Promise<Loose> =>
  quickly(async () => {
    const set = await row.get(path);
    assert.equal(set.status.currentRevision, set.status.updateRevision);
    const pods = await running(row, label, set.spec.replicas);
    assert.deepEqual(new Set(images(pods)), new Set([image]));
    assert.deepEqual(new Set(revisions(pods)), new Set([set.status.updateRevision]));
    return set;
  });

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should perform rolling updates and roll backs of template modifications",
  async (row) => {
    const path = await createSet(row, 3);
    const { status: first } = await settled(row, path);
    assert.equal(first.currentRevision, first.updateRevision);
    assert.deepEqual(
      new Set(revisions(await podsOf(row, label))),
      new Set([first.currentRevision]),
    );
    for (const [image, back] of [
      ["httpd:2", undefined],
      ["httpd:1", first.currentRevision],
    ]) {
      const before = (await row.get(path)).status.currentRevision;
      makeIll(row, true);
      await row.until(path, ({ status }) => assert.equal(status.readyReplicas ?? 0, 0));
      await setImage(row, path, image);
      const { status } = await settled(row, path);
      assert.equal(status.currentRevision, before);
      assert.notEqual(status.updateRevision, before);
      if (back) assert.equal(status.updateRevision, back, "the revision of before");
      makeIll(row, false);
      const { status: last } = await rolled(row, path, image);
      assert.equal(last.currentRevision, status.updateRevision);
    }
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should perform canary updates and phased rolling updates of template modifications",
  async (row) => {
    const strategy = (partition: number) => ({
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
    });
    const path = await createSet(row, 3, strategy(3));
    await settled(row, path);
    await setImage(row, path, "httpd:2");
    const { status } = await settled(row, path);
    assert.notEqual(status.currentRevision, status.updateRevision);
    const parted = (partition: number) =>
      quickly(async () => {
        const pods = await running(row, label, 3);
        const isNew = pods.map((_, index) => index >= partition);
        assert.deepEqual(
          images(pods),
          isNew.map((yes) => (yes ? "httpd:2" : "httpd:1")),
        );
        assert.deepEqual(
          revisions(pods),
          isNew.map((yes) => (yes ? status.updateRevision : status.currentRevision)),
        );
      });
    await parted(3);
    await row.patch(path, { spec: strategy(2) });
    await parted(2);
    for (const name of ["ss-0", "ss-2"]) {
      const { metadata } = await row.get(`${row.core}/pods/${name}`);
      await row.remove(`${row.core}/pods/${name}`);
      await row
        .until(`${row.core}/pods/${name}`, (pod) => assert.notEqual(pod.metadata.uid, metadata.uid))
        .catch(() => row.get(`${row.core}/pods/${name}`));
    }
    await parted(2);
    for (const partition of [1, 0]) {
      await row.patch(path, { spec: strategy(partition) });
      await parted(partition);
    }
    const last = await rolled(row, path, "httpd:2");
    assert.equal(last.status.currentRevision, status.updateRevision);
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] Scaling should happen in predictable order and halt if any stateful pod is unhealthy [Slow]",
  async (row) => {
    const { metadata } = await row.get(`${row.core}/pods`);
    const path = await createSet(row, 1);
    makeIll(row, true);
    await row.until(path, ({ status }) => assert.equal(status.readyReplicas ?? 0, 0));
    await row.patch(path, { spec: { replicas: 3 } });
    await stays(async () => assert.equal((await podsOf(row, label)).length, 1));
    makeIll(row, false);
    await running(row, label, 3);
    const follow = (type: string, names: readonly string[], from: string) => {
      const left = [...names];
      const query = `labelSelector=${encodeURIComponent(label)}&watch=1&resourceVersion=${from}`;
      return watched(row, `${row.core}/pods?${query}`, (event) => {
        if (event.type === type) assert.equal(event.object.metadata.name, left.shift());
        return left.length === 0;
      });
    };
    await follow("ADDED", ["ss-0", "ss-1", "ss-2"], metadata.resourceVersion);

    const { metadata: before } = await row.get(`${row.core}/pods`);
    makeIll(row, true);
    await row.until(path, ({ status }) => assert.equal(status.readyReplicas ?? 0, 0));
    await row.patch(path, { spec: { replicas: 0 } });
    await stays(async () => assert.equal((await podsOf(row, label)).length, 3));
    makeIll(row, false);
    await quickly(async () => assert.equal((await podsOf(row, label)).length, 0));
    await follow("DELETED", ["ss-2", "ss-1", "ss-0"], before.resourceVersion);
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] Burst scaling should run to completion even with unhealthy pods [Slow]",
  async (row) => {
    const path = await createSet(row, 1, { podManagementPolicy: "Parallel" });
    makeIll(row, true);
    await row.until(path, ({ status }) => assert.equal(status.readyReplicas ?? 0, 0));
    await row.patch(path, { spec: { replicas: 3 } });
    await quickly(async () => assert.equal((await podsOf(row, label)).length, 3));
    makeIll(row, false);
    await running(row, label, 3);
    makeIll(row, true);
    await row.until(path, ({ status }) => assert.equal(status.readyReplicas ?? 0, 0));
    await row.patch(path, { spec: { replicas: 0 } });
    await quickly(async () => assert.equal((await podsOf(row, label)).length, 0));
    makeIll(row, false);
    await row.until(path, ({ status }) => assert.equal(status.replicas, 0));
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource",
  async (row) => scales(row, await createSet(row, 1)),
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should list, patch and delete a collection of StatefulSets",
  async (row) => {
    const path = await createSet(row, 1);
    const before = await settled(row, path);
    const patched = await strategic(row, path, {
      metadata: { labels: { "test-ss": "patched" } },
      spec: {
        replicas: 2,
        template: {
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: "webserver", image: "httpd:2" }],
          },
        },
      },
    });
    assert.ok(Number(patched.metadata.resourceVersion) > Number(before.metadata.resourceVersion));
    const set = await row.get(path);
    assert.equal(set.spec.replicas, 2);
    assert.equal(set.spec.template.spec.containers[0].image, "httpd:2");
    await rolled(row, path, "httpd:2");
    await collects(row, "statefulsets", "test-ss=patched");
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints",
  async (row) => {
    await createSet(row, 1);
    await keepsStatus(row, `${row.apps}/statefulsets`, "ss");
  },
);

conformance(
  "StatefulSet Basic StatefulSet functionality [StatefulSetBasic] Should recreate evicted statefulset",
  async (row) => {
    const [node] = (await row.get("/api/v1/nodes")).items;
    const nodeName: string = node.metadata.name;
    const ports = [{ hostPort: 21017, containerPort: 21017, name: "conflict" }];
    const containers = [{ name: "webserver", image: "httpd:1", ports }];
    const path = `${row.core}/pods/test-pod`;
    await row.create(`${row.core}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "test-pod" },
      spec: { nodeName, containers },
    });
    await row.until(path, (pod) => assert.ok(isReady(pod)));
    const { metadata } = await row.get(`${row.core}/pods`);
    await row.create(`${row.apps}/statefulsets`, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "ss" },
      spec: {
        replicas: 1,
        serviceName: "test",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { nodeName, containers } },
      },
    });
    // The node does not take it, and the set makes it again: under the same name, and in vain.
    const seen: string[] = [];
    const query = `fieldSelector=metadata.name%3Dss-0&watch=1&resourceVersion=`;
    await watched(row, `${row.core}/pods?${query}${metadata.resourceVersion}`, (event) => {
      const { reason } = event.object.status;
      if (reason) seen.push(reason);
      return event.type === "DELETED";
    });
    assert.deepEqual([...new Set(seen)], ["NodePorts"]);
    await row.remove(path, { gracePeriodSeconds: 0 });
    await row.until(`${row.core}/pods/ss-0`, (pod) => assert.ok(isReady(pod)));
  },
);
