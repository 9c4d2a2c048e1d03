import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import { Service } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { Row } from "../json.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";
import { threeWayPatch } from "./three-way.ts";

const spec = (pod: Row, more: Row = {}): Row => ({ spec: { ...more, template: { spec: pod } } });

describe("a three-way patch with a schema", () => {
  const cases: { what: string; original: Row; modified: Row; current: Row; patch: Row }[] = [
    {
      what: "leaves what others set",
      original: { spec: { paused: true } },
      modified: { spec: { paused: true } },
      current: { spec: { paused: true, replicas: 3 }, status: { replicas: 3 } },
      patch: {},
    },
    {
      what: "takes away what was applied before and is not any more",
      original: { spec: { replicas: 2, paused: true } },
      modified: { spec: { paused: true } },
      current: { spec: { replicas: 5, paused: true } },
      patch: { spec: { replicas: null } },
    },
    {
      what: "merges containers by name, deletes those that went, and keeps a sidecar",
      original: spec({
        containers: [
          { name: "a", image: "1" },
          { name: "b", image: "1" },
        ],
      }),
      modified: spec({ containers: [{ name: "a", image: "2" }] }),
      current: spec({
        containers: [
          { name: "a", image: "1", imagePullPolicy: "Always" },
          { name: "b", image: "1" },
          { name: "injected", image: "x" },
        ],
      }),
      patch: spec({
        containers: [
          { name: "a", image: "2" },
          { name: "b", $patch: "delete" },
        ],
        "$setElementOrder/containers": [{ name: "a" }],
      }),
    },
    {
      what: "keeps only the member of a union that is named",
      original: { spec: { strategy: { type: "RollingUpdate" } } },
      modified: { spec: { strategy: { type: "Recreate" } } },
      current: { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } },
      patch: { spec: { strategy: { type: "Recreate", $retainKeys: ["type"] } } },
    },
    {
      what: "adds to and takes from a list of words",
      original: { metadata: { finalizers: ["a/1", "a/2"] } },
      modified: { metadata: { finalizers: ["a/2", "a/3"] } },
      current: { metadata: { finalizers: ["a/1", "a/2", "other/x"] } },
      patch: {
        metadata: {
          finalizers: ["a/3"],
          "$deleteFromPrimitiveList/finalizers": ["a/1"],
          "$setElementOrder/finalizers": ["a/2", "a/3"],
        },
      },
    },
    {
      what: "replaces lists that do not merge",
      original: spec({ tolerations: [{ key: "a" }] }),
      modified: spec({ tolerations: [{ key: "b" }] }),
      current: spec({ tolerations: [{ key: "a" }, { key: "c" }] }),
      patch: spec({ tolerations: [{ key: "b" }] }),
    },
  ];
  for (const { what, patch, ...states } of cases) {
    it(what, () => assert.deepEqual(threeWayPatch(states, Deployment), patch));
  }

  it("gives what was applied, once it is applied", () => {
    const original = { spec: { ports: [{ port: 80 }, { port: 81, name: "b" }], type: "NodePort" } };
    const modified = { spec: { ports: [{ port: 81, name: "c" }, { port: 82 }] } };
    const current = {
      spec: {
        ports: [
          { port: 80, nodePort: 30000 },
          { port: 81, name: "b" },
        ],
        type: "NodePort",
      },
    };
    const patch = threeWayPatch({ original, modified, current }, Service);
    assert.deepEqual(applyStrategicMergePatch(current, patch, Service), {
      spec: { ports: [{ port: 81, name: "c" }, { port: 82 }] },
    });
  });
});

it("always sends what patches replace as a whole, as upstream never looks inside", () => {
  const applied = { spec: { minAvailable: 1, selector: { matchLabels: { a: "b" } } } };
  const current = { spec: { minAvailable: 1, selector: { matchLabels: { a: "b", c: "d" } } } };
  const states = { original: applied, modified: applied, current };
  const patch = threeWayPatch(states, PodDisruptionBudget);
  assert.deepEqual(patch, { spec: { selector: { matchLabels: { a: "b" } } } });
  assert.deepEqual(applyStrategicMergePatch(current, patch, PodDisruptionBudget), applied);
});

describe("a three-way patch without a schema", () => {
  it("is a merge patch, in which lists are replaced", () => {
    const original = { a: { b: 1, c: 2 }, list: [{ name: "x" }] };
    const modified = { a: { b: 1 }, list: [{ name: "y" }] };
    const current = { a: { b: 9, c: 2, d: 3 }, list: [{ name: "x" }, { name: "z" }] };
    const patch = threeWayPatch({ original, modified, current });
    assert.deepEqual(patch, { a: { b: 1, c: null }, list: [{ name: "y" }] });
    assert.deepEqual(applyMergePatch(current, patch), { a: { b: 1, d: 3 }, list: [{ name: "y" }] });
  });
});
