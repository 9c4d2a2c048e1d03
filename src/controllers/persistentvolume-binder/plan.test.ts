import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { planClaim } from "./claim-plan.ts";
import type { ClaimPlan, ClaimSurroundings } from "./claim-plan.ts";
import { planVolume, unbound } from "./volume-plan.ts";

const complete = { "pv.kubernetes.io/bind-completed": "yes" };
const ours = { "pv.kubernetes.io/bound-by-controller": "yes" };

interface ClaimLook {
  readonly annotations?: Record<string, string>;
  readonly size?: string;
  readonly spec?: Partial<Draft<PersistentVolumeClaim>["spec"]>;
}

function claim({ annotations = {}, size = "5Gi", spec = {} }: ClaimLook = {}) {
  return applyDefaults(PersistentVolumeClaim, {
    metadata: { namespace: "ns", name: "data", uid: "u", annotations },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      storageClassName: "",
      ...spec,
    },
    status: {},
  });
}

interface VolumeLook {
  readonly size?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly deleted?: boolean;
  readonly phase?: "Available" | "Released" | "Pending";
  readonly spec?: Partial<Draft<PersistentVolume>["spec"]>;
}

function volume(name: string, look: VolumeLook = {}) {
  const { size = "5Gi", labels = {}, annotations = {}, phase = "Available", spec = {} } = look;
  return applyDefaults(PersistentVolume, {
    metadata: {
      name,
      labels,
      annotations,
      ...(look.deleted && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: size },
      hostPath: { path: "/data" },
      ...spec,
    },
    status: { phase },
  });
}

function storageClass(name: string, late = false) {
  return applyDefaults(StorageClass, {
    metadata: { name },
    provisioner: "someone",
    ...(late && { volumeBindingMode: "WaitForFirstConsumer" as const }),
  });
}

const mine = { namespace: "ns", name: "data", uid: "u" };
const other = { namespace: "ns", name: "other", uid: "o" };
const fast = { storageClassName: "fast" };

function said(plan: ClaimPlan): string {
  switch (plan.kind) {
    case "bind":
      return `bind ${plan.volume.metadata.name}`;
    case "provision":
    case "takeClass":
      return `${plan.kind} ${plan.storageClass}`;
    case "wait":
      return plan.message ? `${plan.message.reason}: ${plan.message.text}` : "wait";
    case "lose":
      return `${plan.message.reason}: ${plan.message.text}`;
    default:
      return plan satisfies never;
  }
}

test("what becomes of a claim", () => {
  const none =
    "FailedBinding: no persistent volumes available for this claim and no storage class is set";
  const first = "WaitForFirstConsumer: waiting for first consumer to be created before binding";
  const pods = [{ metadata: { name: "b" } }, { metadata: { name: "a" } }] as unknown as Pod[];
  const late = { storageClass: storageClass("late", true) };
  const inLate = { spec: { storageClassName: "late" } };
  const prebound = volume("pv", { spec: { claimRef: { namespace: "ns", name: "data" } } });
  const named = { spec: { volumeName: "pv", storageClassName: "" } };
  const cases: [string, ClaimLook, readonly PersistentVolume[], Partial<ClaimSurroundings>][] = [
    [none, {}, [], {}],
    ["bind pv", {}, [volume("pv")], {}],
    ["bind small", {}, [volume("big", { size: "9Gi" }), volume("small", { size: "6Gi" })], {}],
    [
      "bind few",
      {},
      [
        volume("many", { spec: { accessModes: ["ReadWriteOnce", "ReadWriteMany"] } }),
        volume("few", { size: "50Gi" }),
      ],
      {},
    ],
    [none, { size: "6Gi" }, [volume("pv")], {}],
    [none, { spec: { accessModes: ["ReadWriteMany"] } }, [volume("pv")], {}],
    [none, { spec: { volumeMode: "Block" } }, [volume("pv")], {}],
    [none, {}, [volume("pv", { spec: fast })], {}],
    [none, {}, [volume("pv", { phase: "Released" })], {}],
    [none, {}, [volume("pv", { deleted: true })], {}],
    [none, {}, [volume("pv", { spec: { claimRef: other } })], {}],
    ["bind pv", {}, [volume("first"), prebound], {}],
    [
      "bind b",
      { spec: { selector: { matchLabels: { tier: "b" } } } },
      [volume("a", { labels: { tier: "a" } }), volume("b", { labels: { tier: "b" } })],
      {},
    ],
    ["provision fast", { spec: fast }, [volume("pv")], { storageClass: storageClass("fast") }],
    ["bind pv", { spec: fast }, [volume("pv", { spec: fast })], {}],
    ["provision gone", { spec: { storageClassName: "gone" } }, [], {}],
    [none, {}, [], { defaultClass: storageClass("standard") }],
    [first, inLate, [volume("pv", { spec: { storageClassName: "late" } })], late],
    [
      "WaitForPodScheduled: waiting for pods a,b to be scheduled",
      inLate,
      [],
      { ...late, waitingPods: pods },
    ],
    [
      "provision late",
      { ...inLate, annotations: { "volume.kubernetes.io/selected-node": "n" } },
      [],
      late,
    ],
    ["bind pv", inLate, [prebound], late],
    ["wait", named, [], {}],
    ["bind pv", named, [volume("pv")], {}],
    ["bind pv", named, [prebound], {}],
    [
      'VolumeMismatch: Cannot bind to requested volume "pv": requested PV is too small',
      named,
      [volume("pv", { size: "1Gi" })],
      {},
    ],
    [
      'VolumeMismatch: Cannot bind to requested volume "pv": storageClassName does not match',
      named,
      [volume("pv", { spec: fast })],
      {},
    ],
    [
      'FailedBinding: volume "pv" already bound to a different claim.',
      named,
      [volume("pv", { spec: { claimRef: other } })],
      {},
    ],
    [
      "ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!",
      { ...named, annotations: complete },
      [],
      {},
    ],
    [
      "ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
      { annotations: complete },
      [],
      {},
    ],
    [
      "ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly",
      { ...named, annotations: complete },
      [volume("pv", { spec: { claimRef: other } })],
      {},
    ],
    [
      "bind pv",
      { ...named, annotations: complete },
      [volume("pv", { spec: { claimRef: mine } })],
      {},
    ],
  ];
  for (const [expected, look, volumes, around] of cases) {
    const plan = planClaim(claim(look), {
      volumes,
      storageClass: undefined,
      defaultClass: undefined,
      waitingPods: [],
      ...around,
    });
    assert.equal(said(plan), expected);
  }
  const undecided = claim();
  delete undecided.spec.storageClassName;
  const standard = { storageClass: undefined, defaultClass: storageClass("standard") };
  const plan = planClaim(undecided, { volumes: [], waitingPods: [], ...standard });
  assert.equal(said(plan), "takeClass standard");
});

test("what becomes of a volume", () => {
  const bound = claim({ spec: { volumeName: "pv" } });
  const elsewhere = claim({ spec: { volumeName: "another" } });
  const made = { "pv.kubernetes.io/provisioned-by": "kijabi.io/host-path" };
  const deleted = { persistentVolumeReclaimPolicy: "Delete" as const };
  const cases: [string, VolumeLook, PersistentVolumeClaim | undefined][] = [
    ["phase Available", {}, undefined],
    ["phase Available", { spec: { claimRef: { namespace: "ns", name: "data" } } }, undefined],
    ["release", { spec: { claimRef: mine } }, undefined],
    ["release", { spec: { claimRef: { ...mine, uid: "earlier" } } }, bound],
    ["leave", { spec: { claimRef: mine } }, claim()],
    ["mismatch", { spec: { claimRef: mine, volumeMode: "Block" } }, claim()],
    ["phase Bound", { spec: { claimRef: mine } }, bound],
    ["unbind", { spec: { claimRef: mine } }, elsewhere],
    ["release", { annotations: made, spec: { claimRef: mine, ...deleted } }, elsewhere],
  ];
  for (const [expected, look, partner] of cases) {
    const plan = planVolume(volume("pv", look), partner);
    assert.equal(plan.kind === "phase" ? `phase ${plan.phase}` : plan.kind, expected);
  }
});

test("a volume that was reserved stays reserved, one that we chose is free", () => {
  const chosen = unbound(volume("pv", { annotations: ours, spec: { claimRef: mine } }));
  assert.equal(chosen.spec.claimRef, undefined);
  assert.deepEqual(chosen.metadata.annotations, {});
  const reserved = unbound(volume("pv", { spec: { claimRef: mine } }));
  assert.deepEqual(reserved.spec.claimRef, { namespace: "ns", name: "data" });
});
