import { test } from "node:test";
import assert from "node:assert/strict";
import type { Node, NodeSelectorTerm, Taint, Toleration } from "#api/core/v1.ts";
import { matchesNodeAffinity } from "./node-affinity.ts";
import { tolerates, untolerated } from "./taints.ts";

test("which taints a toleration lets pass", () => {
  const taint: Taint = { key: "dedicated", value: "10", effect: "NoSchedule" };
  const cases: [Toleration, boolean][] = [
    [{ operator: "Exists" }, true],
    [{ key: "dedicated", operator: "Exists" }, true],
    [{ key: "other", operator: "Exists" }, false],
    [{ key: "dedicated", value: "10" }, true],
    [{ key: "dedicated", operator: "Equal", value: "11" }, false],
    [{ value: "10" }, false],
    [{ operator: "Exists", effect: "NoExecute" }, false],
    [{ operator: "Exists", effect: "NoSchedule" }, true],
    [{ key: "dedicated", operator: "Gt", value: "9" }, true],
    [{ key: "dedicated", operator: "Lt", value: "9" }, false],
  ];
  for (const [toleration, expected] of cases) {
    assert.equal(tolerates(toleration, taint), expected, JSON.stringify(toleration));
  }
  const drain: Taint = { key: "drain", effect: "NoExecute" };
  const both = ["NoSchedule", "NoExecute"] as const;
  assert.equal(untolerated([taint, drain], [{ key: "drain", operator: "Exists" }], both), taint);
  assert.equal(untolerated([taint, drain], undefined, ["NoExecute"]), drain);
  assert.equal(untolerated([taint], undefined, ["NoExecute"]), undefined);
});

test("which nodes a pod's selector and affinity name", () => {
  const node = {
    metadata: { name: "node-1", labels: { disk: "ssd", cores: "8" } },
  } as unknown as Node;
  const matches = (terms?: NodeSelectorTerm[], nodeSelector?: Record<string, string>) =>
    matchesNodeAffinity(
      {
        spec: {
          containers: [],
          ...(nodeSelector && { nodeSelector }),
          ...(terms && {
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
              },
            },
          }),
        } as unknown as Parameters<typeof matchesNodeAffinity>[0]["spec"],
      },
      node,
    );
  assert.equal(matches(), true);
  assert.equal(matches([]), false);
  assert.equal(matches(undefined, { disk: "ssd" }), true);
  assert.equal(matches(undefined, { disk: "hdd" }), false);
  const named = (name: string): NodeSelectorTerm => ({
    matchFields: [{ key: "metadata.name", operator: "In", values: [name] }],
  });
  assert.equal(matches([named("node-1")]), true);
  assert.equal(matches([named("node-2")]), false);
  assert.equal(matches([named("node-2"), named("node-1")]), true);
  const cases: [string, string, string[] | undefined, boolean][] = [
    ["disk", "In", ["hdd", "ssd"], true],
    ["disk", "NotIn", ["ssd"], false],
    ["gpu", "NotIn", ["a"], true],
    ["disk", "Exists", undefined, true],
    ["disk", "DoesNotExist", undefined, false],
    ["cores", "Gt", ["4"], true],
    ["cores", "Lt", ["8"], false],
    ["disk", "Gt", ["4"], false],
  ];
  for (const [key, operator, values, expected] of cases) {
    const rule = { key, operator, ...(values && { values }) };
    const term = { matchExpressions: [rule] } as NodeSelectorTerm;
    assert.equal(matches([term]), expected, JSON.stringify(rule));
  }
});
