import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api/core/v1.ts";
import { podFate, reasonLines } from "./pods.ts";
import type { DaemonSetAnswer, DrainRules } from "./pods.ts";

const lax: DrainRules = {
  force: true,
  ignoreDaemonSets: true,
  deleteEmptyDirData: true,
  skipDeletedSeconds: 0,
};
const strict: DrainRules = {
  force: false,
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  skipDeletedSeconds: 0,
};

interface Case {
  readonly name: string;
  readonly owner?: string;
  readonly phase?: string;
  readonly emptyDir?: true;
  readonly mirror?: true;
  readonly deletedSecondsAgo?: number;
  readonly daemonSet?: DaemonSetAnswer;
  readonly rules: DrainRules;
  readonly fate: string;
}

const gone = { missing: true, message: 'daemonsets.apps "agent" not found' };
const cases: readonly Case[] = [
  { name: "a replica set's pod goes", owner: "ReplicaSet", rules: strict, fate: "go" },
  { name: "nobody makes it anew", rules: strict, fate: "refuse" },
  { name: "nobody makes it anew, forced", rules: lax, fate: "warn, goes" },
  { name: "a finished one goes", phase: "Succeeded", emptyDir: true, rules: strict, fate: "go" },
  { name: "a daemon set's", owner: "DaemonSet", rules: strict, fate: "refuse" },
  { name: "a daemon set's is left", owner: "DaemonSet", rules: lax, fate: "warn, stays" },
  { name: "of a lost set", owner: "DaemonSet", daemonSet: gone, rules: strict, fate: "refuse" },
  { name: "of a lost set, forced", owner: "DaemonSet", daemonSet: gone, rules: lax, fate: "go" },
  { name: "with data", owner: "ReplicaSet", emptyDir: true, rules: strict, fate: "refuse" },
  { name: "with data, let go", owner: "ReplicaSet", emptyDir: true, rules: lax, fate: "go" },
  { name: "a mirror stays", mirror: true, rules: strict, fate: "leave" },
  {
    name: "one that has been going for long",
    deletedSecondsAgo: 11,
    rules: { ...strict, skipDeletedSeconds: 10 },
    fate: "leave",
  },
  {
    name: "one that is just going",
    owner: "ReplicaSet",
    deletedSecondsAgo: 10,
    rules: { ...strict, skipDeletedSeconds: 10 },
    fate: "go",
  },
];

const now = Date.parse("2026-01-01T00:00:00Z");

function podOf(one: Case): Pod {
  const { owner, phase = "Running", emptyDir, mirror, deletedSecondsAgo } = one;
  const deleted = now - (deletedSecondsAgo ?? 0) * 1000;
  return {
    metadata: {
      name: "web",
      namespace: "default",
      ...(mirror && { annotations: { "kubernetes.io/config.mirror": "x" } }),
      ...(deletedSecondsAgo && { deletionTimestamp: new Date(deleted).toISOString() }),
      ...(owner && {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: owner, name: "agent", uid: "1", controller: true },
        ],
      }),
    },
    spec: { containers: [], ...(emptyDir && { volumes: [{ name: "tmp", emptyDir: {} }] }) },
    status: { phase },
  } as unknown as Pod;
}

for (const one of cases) {
  test(one.name, () => {
    const fate = podFate(podOf(one), one.rules, { now, daemonSet: one.daemonSet });
    const shown = fate.kind === "warn" ? `warn, ${fate.goes ? "goes" : "stays"}` : fate.kind;
    assert.equal(shown, one.fate);
  });
}

test("pods are told by what they have in common", () => {
  const pod = (name: string) => podOf({ name, rules: lax, fate: "" });
  const named = (name: string) => ({ ...pod(name), metadata: { ...pod(name).metadata, name } });
  assert.deepEqual(
    reasonLines([
      { pod: named("a"), why: "x" },
      { pod: named("b"), why: "y" },
      { pod: named("c"), why: "x" },
    ]),
    ["x: default/a, default/c", "y: default/b"],
  );
});
