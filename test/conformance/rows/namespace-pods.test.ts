import assert from "node:assert/strict";
import { conformance, withNodes } from "./row.ts";

withNodes(1);

conformance(
  "Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted",
  async (row) => {
    const path = `/api/v1/namespaces/${row.namespace}`;
    await row.until(`${row.core}/serviceaccounts/default`, () => {});
    await row.create(`${row.core}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "test-pod" },
      spec: { terminationGracePeriodSeconds: 5, containers: [{ name: "nginx", image: "nginx" }] },
    });
    const running = await row.until(`${row.core}/pods/test-pod`, ({ status }) => {
      assert.equal(status.phase, "Running");
    });
    assert.equal(running.spec.nodeName, "simulated-0");
    await row.remove(path);
    await row.gone(path);
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: row.namespace } };
    await row.create("/api/v1/namespaces", body);
    const pods = await row.get(`${row.core}/pods`);
    assert.deepEqual(pods.items, []);
  },
);
