import assert from "node:assert/strict";
import { conformance, discovered, operations } from "./row.ts";

const group = "flowcontrol.apiserver.k8s.io/v1";

conformance("API priority and fairness should support FlowSchema API operations", async (row) => {
  await discovered(row, group, "flowschemas");
  const collection = `/apis/${group}/flowschemas`;
  const schema = {
    apiVersion: group,
    kind: "FlowSchema",
    metadata: { name: "row-flow-schema" },
    spec: {
      matchingPrecedence: 10_000,
      priorityLevelConfiguration: { name: "global-default" },
      distinguisherMethod: { type: "ByUser" },
      rules: [
        {
          subjects: [{ kind: "User", user: { name: "example" } }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        },
      ],
    },
  };
  await operations(row, collection, schema);
  await row.create(collection, schema);
  const condition = { type: "Example", status: "True", reason: "Row", message: "seen" };
  const status = { conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }] };
  const path = `${collection}/row-flow-schema`;
  await row.patch(`${path}/status`, { status });
  const read = await row.get(`${path}/status`);
  assert.equal(
    read.status.conditions.find((one: { type: string }) => one.type === "Example").message,
    "seen",
  );
  await row.remove(path);
});

conformance(
  "API priority and fairness should support PriorityLevelConfiguration API operations",
  async (row) => {
    await discovered(row, group, "prioritylevelconfigurations");
    const collection = `/apis/${group}/prioritylevelconfigurations`;
    const level = {
      apiVersion: group,
      kind: "PriorityLevelConfiguration",
      metadata: { name: "row-level" },
      spec: {
        type: "Limited",
        limited: { nominalConcurrencyShares: 2, limitResponse: { type: "Reject" } },
      },
    };
    await operations(row, collection, level);
    await row.create(collection, level);
    const path = `${collection}/row-level`;
    const condition = { type: "Example", status: "True", reason: "Row", message: "seen" };
    await row.patch(`${path}/status`, {
      status: { conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }] },
    });
    const read = await row.get(`${path}/status`);
    assert.equal(
      read.status.conditions.find((one: { type: string }) => one.type === "Example").message,
      "seen",
    );
    await row.remove(path);
  },
);
