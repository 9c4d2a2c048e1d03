import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import { condition, running, strategic, template, watched } from "./workloads.ts";

withNodes(1);

const labels = { foo: "bar" };
const label = "foo=bar";

const budgets = (namespace: string) =>
  `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

async function createBudget(
  row: Row,
  options: { name?: string; namespace?: string; spec?: object } = {},
): Promise<string> {
  const { name = "foo", namespace = row.namespace, spec = { minAvailable: 1 } } = options;
  await row.create(budgets(namespace), {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, labels: { row: row.namespace } },
    spec: { selector: { matchLabels: labels }, ...spec },
  });
  const path = `${budgets(namespace)}/${name}`;
  await observed(row, path);
  return path;
}

const observed = (row: Row, path: string): Promise<Loose> =>
  row.until(path, ({ metadata, status }) =>
    assert.equal(status?.observedGeneration, metadata.generation),
  );

const allowed = (row: Row, path: string, count: number): Promise<Loose> =>
  row.until(path, ({ metadata, status }) => {
    assert.equal(status.observedGeneration, metadata.generation);
    assert.equal(status.disruptionsAllowed, count);
  });

async function createPods(row: Row, count: number): Promise<void> {
  const { spec } = template({ labels });
  for (let index = 0; index < count; index++) {
    await row.create(`${row.core}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `pod-${index}`, labels },
      spec,
    });
  }
  await running(row, label, count);
}

conformance(
  "DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets",
  async (row) => {
    const other = `${row.namespace}-other`;
    await row.create("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: other },
    });
    await createBudget(row);
    await createBudget(row, { name: "foo2", spec: { minAvailable: "1%" } });
    await createBudget(row, { name: "foo3", namespace: other });
    const everywhere = `/apis/policy/v1/poddisruptionbudgets?labelSelector=row%3D${row.namespace}`;
    const names = async () =>
      (await row.get(everywhere)).items.map(({ metadata }: Loose) => metadata.name).sort();
    assert.deepEqual(await names(), ["foo", "foo2", "foo3"]);
    await row.remove(`${budgets(row.namespace)}?labelSelector=row%3D${row.namespace}`);
    await quickly(async () => assert.deepEqual(await names(), ["foo3"]));
  },
);

conformance(
  "DisruptionController should block an eviction until the PDB is updated to allow it",
  async (row) => {
    const path = await createBudget(row, { spec: { minAvailable: 2 } });
    await createPods(row, 2);
    await allowed(row, path, 0);
    const evict = (name: string) => ({
      method: "POST",
      path: `${row.core}/pods/${name}/eviction`,
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } },
    });
    const refusal = await row.refused(429, evict("pod-0"));
    assert.ok(refusal.details.causes.some(({ reason }: Loose) => reason === "DisruptionBudget"));
    await row.patch(path, { spec: { minAvailable: 1 } });
    await allowed(row, path, 1);
    await row.http.expect(201, evict("pod-0"));
    await row.gone(`${row.core}/pods/pod-0`);
    await allowed(row, path, 0);
    await row.refused(429, evict("pod-1"));
    await row.remove(path);
    await quickly(async () => {
      await row.http.expect(201, evict("pod-1"));
    });
    await row.gone(`${row.core}/pods/pod-1`);
  },
);

conformance("DisruptionController should create a PodDisruptionBudget", async (row) => {
  const path = await createBudget(row, { spec: { minAvailable: "1%" } });
  const updated = await quickly(async () => {
    const current = await row.get(path);
    current.spec.minAvailable = "2%";
    return row.replace(path, current);
  });
  assert.equal(updated.spec.minAvailable, "2%");
  await observed(row, path);
  const patched = await strategic(row, path, { spec: { minAvailable: "3%" } });
  assert.equal(patched.spec.minAvailable, "3%");
  await observed(row, path);
  await row.remove(path);
  await row.gone(path);
});

conformance(
  "DisruptionController should observe PodDisruptionBudget status updated",
  async (row) => {
    const path = await createBudget(row);
    await createPods(row, 3);
    const { status } = await allowed(row, path, 2);
    assert.deepEqual(
      [status.currentHealthy, status.desiredHealthy, status.expectedPods],
      [3, 1, 3],
    );
    assert.equal(condition({ status }, "DisruptionAllowed").status, "True");
  },
);

conformance("DisruptionController should update/patch PodDisruptionBudget status", async (row) => {
  const path = await createBudget(row);
  const { metadata } = await row.get(budgets(row.namespace));
  const disrupted = { "pod-x": "2026-01-01T00:00:00Z" };
  const updated = await quickly(async () => {
    const current = await row.get(path);
    current.status.disruptedPods = disrupted;
    return row.replace(`${path}/status`, current);
  });
  assert.deepEqual(updated.status.disruptedPods, disrupted);
  const patched = await row.patch(`${path}/status`, { status: { disruptedPods: null } });
  assert.equal(patched.status.disruptedPods, undefined);
  const from = `watch=1&resourceVersion=${metadata.resourceVersion}`;
  await watched(row, `${budgets(row.namespace)}?${from}`, ({ object }) =>
    Boolean(object.status.disruptedPods?.["pod-x"]),
  );
});
