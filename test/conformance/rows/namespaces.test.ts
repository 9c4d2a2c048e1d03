import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly } from "./row.ts";

conformance("Namespaces [Serial] should patch a Namespace", async (row) => {
  const path = `/api/v1/namespaces/${row.namespace}`;
  await row.patch(path, { metadata: { labels: { testLabel: "testValue" } } });
  const read = await row.get(path);
  assert.equal(read.metadata.labels.testLabel, "testValue");
});

conformance("Namespaces [Serial] should apply an update to a Namespace", async (row) => {
  const path = `/api/v1/namespaces/${row.namespace}`;
  const namespace = await row.get(path);
  namespace.metadata.labels[row.namespace] = "updated";
  await row.replace(path, namespace);
  const read = await row.get(path);
  assert.equal(read.metadata.labels[row.namespace], "updated");
});

conformance("Namespaces [Serial] should apply changes to a namespace status", async (row) => {
  const path = `/api/v1/namespaces/${row.namespace}`;
  const condition = { type: "Row", status: "True", reason: "E2E", message: "patched" };
  await row.patch(`${path}/status`, {
    metadata: { annotations: { patched: "true" } },
    status: { conditions: [condition] },
  });
  const patched = await row.get(path);
  const { lastTransitionTime: _, ...seen } = patched.status.conditions[0];
  assert.deepEqual(seen, condition);
  patched.status.conditions = [{ ...condition, message: "updated" }];
  await row.replace(`${path}/status`, patched);
  const updated = await row.get(path);
  assert.equal(updated.status.conditions[0].message, "updated");
  assert.equal(updated.status.phase, "Active");
});

conformance("Namespaces [Serial] should apply a finalizer to a Namespace", async (row) => {
  const path = `/api/v1/namespaces/${row.namespace}`;
  const namespace = await row.get(path);
  assert.deepEqual(namespace.spec.finalizers, ["kubernetes"]);
  namespace.spec.finalizers.push("e2e.example.com/row");
  await row.replace(`${path}/finalize`, namespace);
  const held = await row.get(path);
  assert.deepEqual(held.spec.finalizers, ["kubernetes", "e2e.example.com/row"]);
  await row.remove(path);
  // The controller does its part, and the other finalizer holds the rest.
  const left = await row.until(path, ({ spec, status }) => {
    assert.equal(status.phase, "Terminating");
    assert.deepEqual(spec.finalizers, ["e2e.example.com/row"]);
  });
  left.spec.finalizers = [];
  await row.replace(`${path}/finalize`, left);
  await row.gone(path);
});

conformance(
  "Namespaces [Serial] should ensure that all services are removed when a namespace is deleted",
  async (row) => {
    const path = `/api/v1/namespaces/${row.namespace}`;
    await row.create(`${row.core}/services`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "test-service" },
      spec: { selector: { foo: "bar" }, ports: [{ port: 80, targetPort: 80 }] },
    });
    await row.remove(path);
    await row.gone(path);
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: row.namespace } };
    await row.create("/api/v1/namespaces", body);
    const services = await row.get(`${row.core}/services`);
    assert.deepEqual(services.items, []);
  },
);

conformance("OrderedNamespaceDeletion namespace deletion should delete pod first", async (row) => {
  const path = `/api/v1/namespaces/${row.namespace}`;
  const pod = `${row.core}/pods/held`;
  const held = { finalizers: ["e2e.example.com/held"] };
  await row.create(`${row.core}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "held", ...held },
    spec: { containers: [{ name: "main", image: "nginx" }] },
  });
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "later" } };
  await row.create(`${row.core}/configmaps`, configMap);
  await row.remove(path);
  await row.until(path, ({ status }) => {
    const remaining = status.conditions?.find(
      (one: Loose) => one.type === "NamespaceFinalizersRemaining",
    );
    assert.equal(remaining?.status, "True");
    assert.match(remaining.message, /e2e\.example\.com\/held in 1 resource instances/);
  });
  const being = await row.get(pod);
  assert.ok(being.metadata.deletionTimestamp);
  const later = await row.get(`${row.core}/configmaps/later`);
  assert.equal(later.metadata.deletionTimestamp, undefined);
  await row.patch(pod, { metadata: { finalizers: null } });
  await row.gone(path);
  await quickly(async () => {
    const { items } = await row.get(`${row.core}/configmaps`);
    assert.deepEqual(items, []);
  });
});
