import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const labels = { app: "collected" };
const template = {
  metadata: { labels },
  spec: { containers: [{ name: "main", image: "nginx" }] },
};

async function createController(row: Row, name: string, replicas: number): Promise<Loose> {
  const controller = await row.create(`${row.core}/replicationcontrollers`, {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name },
    spec: { replicas, selector: labels, template },
  });
  await count(row, `${row.core}/pods`, replicas);
  return controller;
}

async function createDeployment(row: Row): Promise<string> {
  await row.create(`${row.apps}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "collected" },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  await count(row, `${row.apps}/replicasets`, 1);
  await count(row, `${row.core}/pods`, 2);
  return `${row.apps}/deployments/collected`;
}

const count = (row: Row, collection: string, expected: number): Promise<Loose[]> =>
  quickly(async () => {
    const { items } = await row.get(collection);
    assert.equal(items.length, expected);
    return items;
  });

const options = (propagationPolicy: string) => ({
  apiVersion: "v1",
  kind: "DeleteOptions",
  propagationPolicy,
});

conformance(
  "Garbage collector should delete pods created by rc when not orphaning",
  async (row) => {
    await createController(row, "collected", 2);
    await row.remove(`${row.core}/replicationcontrollers/collected`, options("Background"));
    await row.gone(`${row.core}/replicationcontrollers/collected`);
    await count(row, `${row.core}/pods`, 0);
  },
);

conformance(
  "Garbage collector should delete RS created by deployment when not orphaning",
  async (row) => {
    const path = await createDeployment(row);
    await row.remove(path, options("Background"));
    await row.gone(path);
    await count(row, `${row.apps}/replicasets`, 0);
    await count(row, `${row.core}/pods`, 0);
  },
);

conformance(
  "Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan",
  async (row) => {
    const path = await createDeployment(row);
    await row.remove(path, options("Orphan"));
    await row.gone(path);
    const [replicaSet] = await count(row, `${row.apps}/replicasets`, 1);
    assert.equal(replicaSet.metadata.ownerReferences, undefined);
    assert.equal(replicaSet.metadata.deletionTimestamp, undefined);
    await count(row, `${row.core}/pods`, 2);
  },
);

conformance(
  "Garbage collector should orphan pods created by rc if delete options say so [Serial]",
  async (row) => {
    await createController(row, "collected", 3);
    await row.remove(`${row.core}/replicationcontrollers/collected`, options("Orphan"));
    await row.gone(`${row.core}/replicationcontrollers/collected`);
    const pods = await count(row, `${row.core}/pods`, 3);
    for (const { metadata } of pods) {
      assert.equal(metadata.ownerReferences, undefined);
      assert.equal(metadata.deletionTimestamp, undefined);
    }
  },
);

conformance(
  "Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial]",
  async (row) => {
    const path = `${row.core}/replicationcontrollers/collected`;
    await createController(row, "collected", 2);
    const [held] = await count(row, `${row.core}/pods`, 2);
    const pod = `${row.core}/pods/${held.metadata.name}`;
    await row.patch(pod, { metadata: { finalizers: ["e2e.example.com/held"] } });
    await row.remove(path, options("Foreground"));
    await count(row, `${row.core}/pods`, 1);
    const waiting = await row.get(path);
    assert.ok(waiting.metadata.deletionTimestamp);
    assert.deepEqual(waiting.metadata.finalizers, ["foregroundDeletion"]);
    await row.patch(pod, { metadata: { finalizers: null } });
    await row.gone(path);
    await count(row, `${row.core}/pods`, 0);
  },
);

conformance(
  "Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial]",
  async (row) => {
    const deleted = await createController(row, "deleted", 2);
    const stays = await row.create(`${row.core}/replicationcontrollers`, {
      apiVersion: "v1",
      kind: "ReplicationController",
      metadata: { name: "stays" },
      spec: {
        replicas: 0,
        selector: { app: "other" },
        template: { ...template, metadata: { labels: { app: "other" } } },
      },
    });
    const [first] = await count(row, `${row.core}/pods`, 2);
    const pod = `${row.core}/pods/${first.metadata.name}`;
    const valid = {
      apiVersion: "v1",
      kind: "ReplicationController",
      name: "stays",
      uid: stays.metadata.uid,
    };
    await row.patch(pod, {
      metadata: { ownerReferences: [...first.metadata.ownerReferences, valid] },
    });
    const path = `${row.core}/replicationcontrollers/${deleted.metadata.name}`;
    await row.remove(path, options("Foreground"));
    await row.gone(path);
    const [left] = await count(row, `${row.core}/pods`, 1);
    assert.equal(left.metadata.name, first.metadata.name);
    assert.deepEqual(left.metadata.ownerReferences, [valid]);
    assert.equal(left.metadata.deletionTimestamp, undefined);
  },
);

conformance("Garbage collector should not be blocked by dependency circle", async (row) => {
  const pods: Loose[] = [];
  for (const name of ["pod1", "pod2", "pod3"]) {
    pods.push(
      await row.create(`${row.core}/pods`, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec: template.spec,
      }),
    );
  }
  for (const [index, { metadata }] of pods.entries()) {
    const owner = pods.at(index - 1)?.metadata;
    await row.patch(`${row.core}/pods/${metadata.name}`, {
      metadata: {
        ownerReferences: [
          {
            apiVersion: "v1",
            kind: "Pod",
            name: owner.name,
            uid: owner.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
    });
  }
  await row.remove(`${row.core}/pods/pod1`, options("Foreground"));
  await count(row, `${row.core}/pods`, 0);
});
