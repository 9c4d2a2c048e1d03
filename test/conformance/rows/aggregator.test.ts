import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import type { AggregatedServer } from "../../support/aggregated-server.ts";
import { flunderGroup, flunderVersion, openFlunderServer } from "../../support/flunder-server.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const collection = "/apis/apiregistration.k8s.io/v1/apiservices";
const path = `${collection}/v1alpha1.${flunderGroup}`;
const service = "sample-api";

conformance(
  "Aggregator Should be able to support the 1.17 Sample API Server using the current Aggregator [LinuxOnly]",
  async (row) => {
    await using server = await openServer(row);
    await aggregate(row, server);
    await livesAndDies(row, "default", "rest-flunder");
    await discovered(row);
    await create(row, row.namespace, "dynamic-flunder");
    assert.equal((await listed(row, row.namespace)).length, 1);
    const labels = await changed(row);
    await row.remove(`${flundersOf(row.namespace)}/dynamic-flunder`);
    assert.deepEqual(await listed(row, row.namespace), []);
    await create(row, row.namespace, "dynamic-flunder");
    assert.equal((await listed(row, row.namespace)).length, 1);
    await statusPatched(row);
    const selected = `${collection}?labelSelector=${encodeURIComponent(labels)}`;
    assert.equal((await row.get(selected)).items.length, 1);
    await row.remove(selected);
    await quickly(async () => assert.deepEqual((await row.get(selected)).items, []));
    await row.gone(flundersOf("default"));
    assert.ok(server.requests.some(({ method, user }) => method === "POST" && user !== ""));
  },
);

/** What a server that is to be aggregated reads first: whom to believe who asks. */
async function openServer(row: Row): Promise<AggregatedServer> {
  const trust = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
  const { data } = await row.get(trust);
  return openFlunderServer({
    dnsName: `${service}.${row.namespace}.svc`,
    requestHeaderAuthority: data["requestheader-client-ca-file"],
    allowedNames: JSON.parse(data["requestheader-allowed-names"]),
  });
}

async function aggregate(row: Row, { port, caBundle }: AggregatedServer): Promise<void> {
  await row.create(`${row.core}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service },
    spec: { type: "ExternalName", externalName: "127.0.0.1" },
  });
  await row.create(collection, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1alpha1.${flunderGroup}` },
    spec: {
      service: { namespace: row.namespace, name: service, port },
      group: flunderGroup,
      version: "v1alpha1",
      caBundle,
      groupPriorityMinimum: 2000,
      versionPriority: 200,
    },
  });
  await quickly(() => row.get(flundersOf("default")));
}

const flundersOf = (namespace: string) =>
  `/apis/${flunderVersion}/namespaces/${namespace}/flunders`;

async function listed(row: Row, namespace: string): Promise<string[]> {
  const { items } = await row.get(flundersOf(namespace));
  return items.map(({ metadata }: Loose) => metadata.name);
}

function create(row: Row, namespace: string, name: string): Promise<Loose> {
  const metadata = { name, labels: { "sample-label": "true" } };
  const flunder = { apiVersion: flunderVersion, kind: "Flunder", metadata };
  return row.create(flundersOf(namespace), flunder);
}

async function livesAndDies(row: Row, namespace: string, name: string): Promise<void> {
  const created = await create(row, namespace, name);
  assert.equal(created.apiVersion, flunderVersion);
  assert.equal(created.kind, "Flunder");
  assert.equal(created.metadata.name, name);
  assert.deepEqual(await listed(row, namespace), [name]);
  await row.remove(`${flundersOf(namespace)}/${name}`);
  assert.deepEqual(await listed(row, namespace), []);
}

/** As clients find the preferred version of each resource. */
async function discovered(row: Row): Promise<void> {
  await quickly(async () => {
    const { groups } = await row.get("/apis");
    const group = groups.find(({ name }: Loose) => name === flunderGroup);
    assert.equal(group.preferredVersion.groupVersion, flunderVersion);
    const { resources } = await row.get(`/apis/${group.preferredVersion.groupVersion}`);
    const flunders = resources.find(({ name }: Loose) => name === "flunders");
    assert.deepEqual([flunders.kind, flunders.namespaced], ["Flunder", true]);
  });
}

/** The APIService by all verbs that change it. Returns the label that it has in the end. */
async function changed(row: Row): Promise<string> {
  const before = await row.until(`${path}/status`, ({ status }) =>
    assert.equal(status.conditions[0].message, "all checks passed"),
  );
  const patched = await row.patch(path, { spec: { versionPriority: 400 } });
  assert.equal(patched.spec.versionPriority, 400);
  const versions = [before, patched].map(({ metadata }) => Number(metadata.resourceVersion));
  assert.ok((versions[0] ?? 0) < (versions[1] ?? 0));
  const { items } = await row.get(collection);
  assert.ok(items.some(({ metadata }: Loose) => metadata.name === patched.metadata.name));
  await row.http.expect(200, {
    method: "PATCH",
    path,
    contentType: "application/strategic-merge-patch+json",
    body: { metadata: { labels: { patched: "yes" } } },
  });
  assert.equal((await row.get(path)).metadata.labels.patched, "yes");
  const condition = conditionOf("StatusUpdated");
  await quickly(async () => {
    const object = await row.get(`${path}/status`);
    object.status.conditions.push(condition);
    await row.replace(`${path}/status`, object);
  });
  await hasCondition(row, condition.type);
  return quickly(async () => {
    const object = await row.get(path);
    object.metadata.labels = { row: row.namespace };
    const replaced = await row.replace(path, object);
    assert.deepEqual(replaced.metadata.labels, { row: row.namespace });
    return `row=${row.namespace}`;
  });
}

async function statusPatched(row: Row): Promise<void> {
  const { status } = await row.get(`${path}/status`);
  const condition = conditionOf("StatusPatched");
  await row.patch(`${path}/status`, {
    status: { conditions: [...status.conditions, condition] },
  });
  await hasCondition(row, condition.type);
  await hasCondition(row, "StatusUpdated");
}

const conditionOf = (type: string) => ({
  type,
  status: "True",
  reason: "Test",
  message: `Set for ${type}`,
});

async function hasCondition(row: Row, type: string): Promise<void> {
  const { status } = await row.get(`${path}/status`);
  const condition = status.conditions.find((one: Loose) => one.type === type);
  assert.equal(condition?.message, `Set for ${type}`);
}
