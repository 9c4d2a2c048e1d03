import { test } from "node:test";
import assert from "node:assert/strict";
import type { ControllerRevision, StatefulSet } from "#api/apps/v1.ts";
import type { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { revisionHash } from "../common/hash.ts";
import { revisionData } from "../common/revisions.ts";
import { podTemplate } from "../testing/cluster.ts";
import { ownershipOf } from "./claims.ts";
import { plan } from "./plan.ts";
import { beyondLimit, planHistory } from "./revisions.ts";
import { replacements, statusOf } from "./status.ts";

const now = Date.UTC(2026, 0, 2);

type Look = "ready" | "pending" | "running" | "failed" | "succeeded" | "going" | "young";

/** "web-1 new ready": its version and state. */
function pod(words: string): Pod {
  const [name, version, state] = words.split(" ") as [string, string, Look];
  const phases = { pending: "Pending", failed: "Failed", succeeded: "Succeeded" };
  const isReady = state === "ready" || state === "going" || state === "young";
  const since = state === "young" ? "2026-01-01T23:59:55Z" : "2026-01-01T00:00:00Z";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: {
        "controller-revision-hash": version,
        "statefulset.kubernetes.io/pod-name": name,
      },
      ...(state === "going" && { deletionTimestamp: "2026-01-02T00:00:00Z" }),
    },
    spec: { containers: [] },
    status: {
      phase: phases[state as keyof typeof phases] ?? "Running",
      conditions: isReady ? [{ type: "Ready", status: "True", lastTransitionTime: since }] : [],
    },
  } as unknown as Pod;
}

function set(spec: Partial<StatefulSet["spec"]> = {}): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { namespace: "default", name: "web", uid: "uid-web", generation: 4 },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  } as unknown as StatefulSet;
}

function situation(
  spec: Partial<StatefulSet["spec"]>,
  pods: readonly string[],
  claims: readonly PersistentVolumeClaim[] = [],
) {
  const { template } = set(spec).spec;
  return {
    set: set(spec),
    pods: pods.map(pod),
    current: { name: "old", template },
    update: { name: "new", template },
    claimOf: (name: string) => claims.find(({ metadata }) => metadata.name === name),
    now,
  };
}

/** "create web-1 (new), delete web-3 | replace web-0": phases, and the steps of each. */
function planned(...args: Parameters<typeof situation>): string {
  const { phases } = plan(situation(...args));
  const words = phases
    .filter((steps) => steps.length > 0)
    .map((steps) =>
      steps
        .map((step) => {
          const { name, labels } = step.pod.metadata;
          const version =
            step.kind === "create" ? ` (${labels?.["controller-revision-hash"]})` : "";
          return `${step.kind} ${name}${version}`;
        })
        .join(", "),
    );
  return words.join(" | ");
}

const parallel = { podManagementPolicy: "Parallel" } as const;
const partition = (number: number, maxUnavailable?: number | string) => ({
  updateStrategy: {
    type: "RollingUpdate" as const,
    rollingUpdate: { partition: number, ...(maxUnavailable !== undefined && { maxUnavailable }) },
  },
});

test("what a set does next", () => {
  const cases: [string, Partial<StatefulSet["spec"]>, string[], string][] = [
    ["the first pod", {}, [], "create web-0 (new)"],
    ["the next once it is ready", {}, ["web-0 new ready"], "create web-1 (new)"],
    ["not before", {}, ["web-0 new running"], ""],
    ["nor before it is available", { minReadySeconds: 10 }, ["web-0 new young"], ""],
    ["nor while one is going", {}, ["web-0 new going", "web-1 new ready"], ""],
    ["a gap is filled", {}, ["web-0 new ready", "web-2 new ready"], "create web-1 (new)"],
    ["all at once", parallel, ["web-1 new pending"], "create web-0 (new), create web-2 (new)"],
    ["one that failed goes", {}, ["web-0 new failed", "web-1 new ready"], "delete web-0"],
    ["and one that is done", {}, ["web-0 new succeeded"], "delete web-0"],
    [
      "at once",
      parallel,
      ["web-0 new failed", "web-1 new succeeded"],
      "delete web-0, delete web-1, create web-2 (new)",
    ],
    [
      "the last one goes first",
      { replicas: 1 },
      ["web-0 new ready", "web-1 new ready", "web-2 new ready"],
      "delete web-2",
    ],
    [
      "one after the other",
      { replicas: 1 },
      ["web-0 new ready", "web-1 new ready", "web-2 new going"],
      "",
    ],
    [
      "none while one that stays is ill",
      { replicas: 1 },
      ["web-0 new running", "web-1 new ready"],
      "",
    ],
    [
      "an ill one that goes anyway is no obstacle",
      { replicas: 1 },
      ["web-0 new ready", "web-1 new running"],
      "delete web-1",
    ],
    [
      "but an ill one below it is",
      { replicas: 1 },
      ["web-0 new ready", "web-1 new running", "web-2 new running"],
      "",
    ],
    [
      "or at once",
      { replicas: 1, ...parallel },
      ["web-0 new running", "web-1 new ready", "web-2 new going", "web-3 new running"],
      "delete web-3, delete web-1",
    ],
    [
      "numbers from 2 on",
      { replicas: 2, ordinals: { start: 2 } },
      ["web-2 new ready", "web-1 new ready"],
      "create web-3 (new)",
    ],
    [
      "what is below goes last",
      { replicas: 2, ordinals: { start: 2 } },
      ["web-0 new ready", "web-1 new ready", "web-2 new ready", "web-3 new ready"],
      "delete web-1",
    ],
    [
      "the highest old one is replaced",
      {},
      ["web-0 old ready", "web-1 old ready", "web-2 new ready"],
      "replace web-1",
    ],
    [
      "not on its own",
      { updateStrategy: { type: "OnDelete" }, replicas: 1 },
      ["web-0 old ready"],
      "",
    ],
    [
      "nor below the partition",
      partition(2),
      ["web-0 old ready", "web-1 old ready", "web-2 new ready"],
      "",
    ],
    ["where the old one comes back", partition(1), [], "create web-0 (old)"],
    [
      "an ill old one is replaced too, all being parallel",
      parallel,
      ["web-0 old running", "web-1 old running", "web-2 old running"],
      "replace web-2",
    ],
    [
      "an ill new one is waited for",
      parallel,
      ["web-0 old ready", "web-1 old ready", "web-2 new running"],
      "",
    ],
    [
      "as many as may be unavailable",
      partition(0, 2),
      ["web-0 old ready", "web-1 old ready", "web-2 old ready"],
      "replace web-2, replace web-1",
    ],
    [
      "at least one",
      partition(0, "10%"),
      ["web-0 old ready", "web-1 old ready", "web-2 old ready"],
      "replace web-2",
    ],
    [
      "those that are counted",
      { ...parallel, ...partition(0, 2) },
      ["web-0 old ready", "web-1 old ready", "web-2 new running"],
      "replace web-1",
    ],
    ["pods without a number are nobody's", { replicas: 0 }, ["web-x new ready"], ""],
  ];
  for (const [name, spec, pods, expected] of cases) {
    assert.equal(planned(spec, pods), expected, name);
  }
  const going = situation({}, ["web-0 new ready"]);
  const deleted = { ...going.set.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" };
  assert.deepEqual(plan({ ...going, set: { ...going.set, metadata: deleted } }).phases, []);
});

function claim(name: string, ...owners: readonly string[]): PersistentVolumeClaim {
  const references = owners.map((owner) => {
    const [kind = "", ownerName = "", uid = ""] = owner.split(" ");
    const apiVersion = kind === "Pod" ? "v1" : "apps/v1";
    return { apiVersion, kind, name: ownerName, uid, controller: true, blockOwnerDeletion: true };
  });
  const metadata = { name, ...(references.length > 0 && { ownerReferences: references }) };
  return { metadata } as unknown as PersistentVolumeClaim;
}

const withClaims = (whenDeleted: string, whenScaled: string): Partial<StatefulSet["spec"]> => ({
  replicas: 1,
  persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  volumeClaimTemplates: [
    { metadata: { name: "www" } },
  ] as StatefulSet["spec"]["volumeClaimTemplates"] & object,
});

test("who owns a claim", () => {
  const [toSet, toPod, toOther] = ["StatefulSet web uid-web", "Pod web-1 uid-web-1", "Job x uid-x"];
  const cases: [string, string, string[], boolean, string[] | undefined][] = [
    ["Retain", "Retain", [], false, undefined],
    ["Retain", "Retain", [toSet], false, []],
    ["Retain", "Retain", [toPod], true, []],
    ["Retain", "Retain", [toOther], true, undefined],
    ["Delete", "Retain", [], false, [toSet]],
    ["Delete", "Retain", [toSet], true, undefined],
    ["Delete", "Retain", [toPod], true, [toSet]],
    ["Retain", "Delete", [], false, undefined],
    ["Retain", "Delete", [toSet], false, []],
    ["Retain", "Delete", [], true, [toPod]],
    ["Delete", "Delete", [], false, [toSet]],
    ["Delete", "Delete", [toSet], false, undefined],
    ["Delete", "Delete", [toSet], true, [toPod]],
    ["Delete", "Delete", [toPod], false, [toSet]],
    ["Delete", "Delete", [toOther], false, undefined],
    ["Delete", "Delete", [toOther, toSet], false, [toOther]],
    ["Delete", "Delete", ["Pod web-1 uid-before"], false, undefined],
    ["Delete", "Delete", ["StatefulSet web uid-before"], false, undefined],
  ];
  for (const [whenDeleted, whenScaled, owners, surplus, expected] of cases) {
    const owner = set(withClaims(whenDeleted, whenScaled));
    const found = ownershipOf(
      claim("www-web-1", ...owners),
      owner,
      pod("web-1 new ready"),
      surplus,
    );
    assert.deepEqual(
      found?.references.map(({ kind, name, uid }) => `${kind} ${name} ${uid}`),
      expected,
      `${whenDeleted}, ${whenScaled}, ${owners.join(" and ")}, ${surplus}`,
    );
  }
});

test("claims before pods", () => {
  const spec = withClaims("Delete", "Delete");
  const dead = claim("www-web-0", "Pod web-0 uid-before");
  assert.equal(planned(spec, [], [dead]), "", "waits for the old claim to go");
  assert.equal(planned(withClaims("Delete", "Retain"), [], [dead]), "create web-0 (new)");
  assert.equal(planned(spec, ["web-0 new pending"]), "provide web-0");
  const kept = claim("www-web-0", "StatefulSet web uid-web");
  assert.equal(
    planned(spec, ["web-0 new ready", "web-1 new ready"], [kept, claim("www-web-1")]),
    "repair web-0 | provide web-1 | delete web-1",
    "a pod that does not mount its claim is set right, and one too many takes its claim along",
  );
});

test("which revision is the latest", () => {
  const revision = (number: number, image: string): ControllerRevision =>
    ({
      metadata: { name: `web-${number}`, creationTimestamp: "2026-01-01T00:00:00Z" },
      data: revisionData(podTemplate({ app: "web" }, image)),
      revision: number,
    }) as unknown as ControllerRevision;
  const planFor = (image: string, ...revisions: ControllerRevision[]) => {
    const intent = planHistory(set({ template: podTemplate({ app: "web" }, image) }), revisions);
    return intent.kind === "create"
      ? `create ${intent.number}`
      : `${intent.kind} ${intent.revision.metadata.name}`;
  };
  assert.equal(planFor("a"), "create 1");
  assert.equal(planFor("a", revision(1, "a")), "keep web-1");
  assert.equal(planFor("b", revision(1, "a")), "create 2");
  assert.equal(planFor("a", revision(1, "a"), revision(2, "b")), "renumber web-1");
  const all = [1, 2, 3, 4].map((number) => revision(number, "a"));
  const idle = beyondLimit(all, new Set(["web-1", undefined]), 1);
  assert.deepEqual(
    idle.map(({ metadata }) => metadata.name),
    ["web-2", "web-3"],
  );
});

test("a revision's hash is upstream's", () => {
  const data = revisionData(podTemplate({ app: "é<web>" }));
  const template = { $patch: "replace", metadata: { labels: { app: "é<web>" } } };
  const bare = { spec: { template } };
  assert.deepEqual(
    [revisionHash(bare, 0), revisionHash(bare, 1)],
    ["7d5c897c87", "7d5c897c86"],
    "computed by Go's hash/fnv from what its encoding/json writes",
  );
  assert.notEqual(revisionHash(data, 0), revisionHash(bare, 0));
});

test("the status that pods amount to", () => {
  const status = (spec: Partial<StatefulSet["spec"]>, ...pods: string[]) => {
    const at = situation(spec, pods);
    const told = statusOf(at, 0, replacements(plan(at)));
    const { replicas, readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0 } = told;
    const { availableReplicas, currentRevision } = told;
    return [
      [replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas].join(" "),
      currentRevision,
    ];
  };
  assert.deepEqual(status({}), ["0 0 0 0 0", "old"]);
  assert.deepEqual(status({}, "web-0 old ready", "web-1 old ready", "web-2 old ready"), [
    "3 3 3 2 0",
    "old",
  ]);
  assert.deepEqual(status({}, "web-0 old ready", "web-1 new running", "web-2 new going"), [
    "3 2 2 1 1",
    "old",
  ]);
  assert.deepEqual(status({}, "web-0 new ready", "web-1 new ready", "web-2 new ready"), [
    "3 3 3 3 3",
    "new",
  ]);
  assert.deepEqual(
    status({ updateStrategy: { type: "OnDelete" }, replicas: 1 }, "web-0 new ready"),
    ["1 1 1 0 1", "old"],
  );
  assert.deepEqual(status({ replicas: 1, minReadySeconds: 10 }, "web-0 new young"), [
    "1 1 0 1 1",
    "new",
  ]);
});
