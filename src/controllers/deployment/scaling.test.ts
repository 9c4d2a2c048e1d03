import { test } from "node:test";
import assert from "node:assert/strict";
import type { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import { beyondHistory, isScalingEvent, rollingStep, scaleToSize } from "./scaling.ts";
import { fenceposts, revisionOf, sizeAnnotations } from "./replica-sets.ts";

interface Size {
  readonly name: string;
  readonly size: number;
  readonly available?: number;
  /** For which size of the Deployment it was last scaled, with 25% on top. */
  readonly scaledFor?: number;
  readonly revision?: number;
}

function deployment(
  replicas: number,
  surge: number | string = "25%",
  unavailable: number | string = "25%",
): Deployment {
  return {
    metadata: { name: "web" },
    spec: {
      replicas,
      revisionHistoryLimit: 1,
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable },
      },
    },
    status: {},
  } as unknown as Deployment;
}

let age = 0;
function replicaSet({ name, size, available = 0, scaledFor, revision }: Size): ReplicaSet {
  return {
    metadata: {
      name,
      creationTimestamp: `2026-01-01T00:00:${String(age++ % 60).padStart(2, "0")}Z`,
      annotations: {
        ...(scaledFor !== undefined && sizeAnnotations(deployment(scaledFor))),
        ...(revision && { "deployment.kubernetes.io/revision": String(revision) }),
      },
    },
    spec: { replicas: size },
    status: { replicas: size, availableReplicas: available },
  } as unknown as ReplicaSet;
}

const read = (scalings: readonly { replicaSet: ReplicaSet; replicas: number }[]) =>
  scalings.map(({ replicaSet, replicas }) => `${replicaSet.metadata.name}=${replicas}`);

test("fenceposts round surge up and unavailable down, and leave room to move", () => {
  const cases: [number, number | string, number | string, [number, number]][] = [
    [10, "25%", "25%", [3, 2]],
    [1, "25%", "25%", [1, 0]],
    [4, 0, "10%", [0, 1]],
    [4, 0, 0, [0, 1]],
    [2, 1, 5, [1, 2]],
    [0, "25%", "25%", [0, 0]],
  ];
  for (const [replicas, surge, unavailable, [maxSurge, maxUnavailable]] of cases) {
    assert.deepEqual(
      fenceposts(deployment(replicas, surge, unavailable)),
      { maxSurge, maxUnavailable },
      `${replicas} ${surge} ${unavailable}`,
    );
  }
});

test("rolling steps", () => {
  const cases: [string, Deployment, Size, Size[], string[]][] = [
    [
      "grows as far as the surge allows",
      deployment(10),
      of("new", 0),
      [of("old", 10, 10)],
      ["new=3"],
    ],
    [
      "then removes what availability allows",
      deployment(10),
      of("new", 3),
      [of("old", 10, 10)],
      ["old=8"],
    ],
    ["and grows again", deployment(10), of("new", 3), [of("old", 8, 8)], ["new=5"]],
    ["waits for new pods", deployment(10), of("new", 5), [of("old", 8, 8)], []],
    ["removes unhealthy old pods first", deployment(4), of("new", 1), [of("old", 4, 3)], ["old=3"]],
    ["shrinks one that is too large", deployment(2), of("new", 5, 5), [], ["new=2"]],
    [
      "takes the oldest of several",
      deployment(4, 1, 1),
      of("new", 2, 2),
      [of("a", 1, 1), of("b", 2, 2)],
      ["a=0", "b=1"],
    ],
    ["is done", deployment(3), of("new", 3, 3), [], []],
  ];
  for (const [name, target, current, old, wanted] of cases) {
    const step = rollingStep(target, replicaSet(current), old.map(replicaSet));
    assert.deepEqual(read(step), wanted, name);
  }
});

test("a change of size", () => {
  const cases: [string, Deployment, Size, Size[], string[]][] = [
    ["goes to the only live one", deployment(5), of("new", 3, 3), [of("old", 0)], ["new=5"]],
    ["goes to the new one when none lives", deployment(5), of("new", 0), [of("old", 0)], ["new=5"]],
    [
      "retires the rest of a rollout that is done",
      deployment(3),
      { ...of("new", 3, 3), scaledFor: 3 },
      [of("old", 1, 1)],
      ["old=0"],
    ],
    [
      "is shared in proportion, up",
      deployment(20, 3, 2),
      of("new", 5, 5, 10),
      [of("old", 8, 8, 10)],
      ["old=14", "new=9"],
    ],
    [
      "is shared in proportion, down",
      deployment(5, 3, 2),
      of("new", 5, 5, 10),
      [of("old", 8, 8, 10)],
      ["old=5", "new=3"],
    ],
    [
      "to nothing takes all",
      deployment(0),
      of("new", 5, 5, 10),
      [of("old", 8, 8, 10)],
      ["old=0", "new=0"],
    ],
  ];
  for (const [name, target, current, old, wanted] of cases) {
    assert.deepEqual(
      read(scaleToSize(target, replicaSet(current), old.map(replicaSet))),
      wanted,
      name,
    );
  }
});

test("knows a change of size from a rollout", () => {
  const at = (size: number, scaledFor: number) => [replicaSet(of("a", size, size, scaledFor))];
  assert.equal(isScalingEvent(deployment(5), at(3, 3)), true);
  assert.equal(isScalingEvent(deployment(3), at(3, 3)), false);
  assert.equal(isScalingEvent(deployment(5), at(0, 3)), false);
});

test("forgets the oldest revisions that have nothing left to do", () => {
  const old = [
    { ...of("three", 0), revision: 3 },
    { ...of("one", 0), revision: 1 },
    { ...of("two", 1), revision: 2 },
  ].map(replicaSet);
  const gone = beyondHistory(deployment(3), old, revisionOf).map(({ metadata }) => metadata.name);
  assert.deepEqual(gone, ["one"], "two still has pods");
});

function of(name: string, size: number, available = 0, scaledFor?: number): Size {
  return { name, size, available, ...(scaledFor !== undefined && { scaledFor }) };
}
