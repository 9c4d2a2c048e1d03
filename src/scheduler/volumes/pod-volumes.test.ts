import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { sharesZones } from "../plugins/volume-zone.ts";
import { claimsOf, volumesOn } from "./pod-volumes.ts";
import type { VolumeObjects } from "./pod-volumes.ts";

function node(name: string, labels: Record<string, string> = {}) {
  return applyDefaults(Node, {
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
  });
}

function claim(name: string, look: Partial<Draft<PersistentVolumeClaim>> = {}) {
  return applyDefaults(PersistentVolumeClaim, {
    ...look,
    metadata: { namespace: "ns", name, uid: name, ...look.metadata },
    spec: { resources: { requests: { storage: "1Gi" } }, ...look.spec },
    status: look.status ?? {},
  });
}

const done = { "pv.kubernetes.io/bind-completed": "yes" };
const bound = (name: string, volumeName: string) =>
  claim(name, {
    metadata: { annotations: done },
    spec: { volumeName },
    status: { phase: "Bound" },
  });
const late = (name: string, storage = "1Gi", annotations = {}) =>
  claim(name, {
    metadata: { annotations },
    spec: { storageClassName: "late", resources: { requests: { storage } } },
  });

function volume(name: string, where: string, storage = "1Gi") {
  const expression = { key: "kubernetes.io/hostname", operator: "In" as const, values: [where] };
  return applyDefaults(PersistentVolume, {
    metadata: { name },
    spec: {
      capacity: { storage },
      storageClassName: "late",
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
    },
    status: { phase: "Available" },
  });
}

function storageClass(name: string, look: Partial<Draft<StorageClass>> = {}) {
  const volumeBindingMode = "WaitForFirstConsumer" as const;
  const draft = { provisioner: "somebody", volumeBindingMode, ...look };
  return applyDefaults(StorageClass, { ...draft, metadata: { name } });
}

function objects(
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[] = [],
  classes = [storageClass("late")],
): VolumeObjects {
  return {
    claim: (_, name) => claims.find(({ metadata }) => metadata.name === name),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    volumes: () => volumes,
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
  };
}

function pod(...names: string[]) {
  return applyDefaults(Pod, {
    metadata: { namespace: "ns", name: "p", uid: "p" },
    spec: {
      containers: [],
      volumes: names.map((name) =>
        name === "own"
          ? { name, ephemeral: { volumeClaimTemplate: { spec: {} } } }
          : { name, persistentVolumeClaim: { claimName: name } },
      ),
    },
  });
}

test("why a pod can go nowhere, and what its claims wait for", () => {
  const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const lost = claim("a", { spec: { volumeName: "pv" }, status: { phase: "Lost" } });
  const cases: [string, string, readonly PersistentVolumeClaim[]][] = [
    ["a", 'persistentvolumeclaim "a" not found', []],
    [
      "own",
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-own"',
      [],
    ],
    ["own", "PVC ns/p-own was not created for pod ns/p (pod is not owner)", [claim("p-own")]],
    ["a", 'persistentvolumeclaim "a" bound to non-existent persistentvolume "pv"', [lost]],
    ["a", 'persistentvolumeclaim "a" is being deleted', [claim("a", { metadata: going })]],
    ["a", "immediate", [claim("a")]],
    ["a", "immediate", [claim("a", { spec: { volumeName: "pv", storageClassName: "late" } })]],
    ["a", "delayed", [late("a")]],
    ["a", "bound", [bound("a", "pv")]],
  ];
  for (const [name, expected, claims] of cases) {
    const found = claimsOf(pod(name), objects(claims));
    const kinds = ["bound", "immediate", "delayed"] as const;
    const text =
      typeof found === "string" ? found : kinds.filter((kind) => found[kind].length > 0).join();
    assert.equal(text, expected);
  }
});

test("what a node would mean for a pod's volumes", () => {
  const nowhere = "node(s) didn't find available persistent volumes to bind";
  const elsewhere = "node(s) didn't match PersistentVolume's node affinity";
  const gone = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
  const selected = (name: string) => ({ "volume.kubernetes.io/selected-node": name });
  const manual = storageClass("late", { provisioner: "kubernetes.io/no-provisioner" });
  const zoned = storageClass("late", {
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["a"] }] }],
  });
  const cases: [
    string,
    readonly PersistentVolumeClaim[],
    readonly PersistentVolume[],
    StorageClass?,
  ][] = [
    ["", [bound("a", "pv")], [volume("pv", "n")]],
    [elsewhere, [bound("a", "pv")], [volume("pv", "other")]],
    [gone, [bound("a", "pv")], []],
    ["a=pv", [late("a")], [volume("pv", "n")]],
    ["a made", [late("a")], [volume("pv", "other")]],
    ["a made", [late("a", "2Gi")], [volume("pv", "n")]],
    [nowhere, [late("a")], [volume("pv", "other")], manual],
    [nowhere, [late("a")], [], zoned],
    ["a made", [late("a", "1Gi", selected("n"))], [volume("pv", "n")]],
    [nowhere, [late("a", "1Gi", selected("other"))], []],
    [
      "b=small, a=large",
      [late("a", "5Gi"), late("b")],
      [volume("large", "n", "9Gi"), volume("small", "n")],
      manual,
    ],
    [nowhere, [late("a"), late("b")], [volume("only", "n")], manual],
  ];
  for (const [expected, claims, volumes, storage] of cases) {
    const all = objects(claims, volumes, storage && [storage]);
    const found = claimsOf(pod(...claims.map(({ metadata }) => metadata.name)), all);
    assert.ok(typeof found !== "string");
    const result = volumesOn(node("n"), found, all);
    const said = result.ok
      ? [
          ...result.plan.bindings.map((one) => `${one.claim.metadata.name}=${nameOf(one.volume)}`),
          ...result.plan.provisions.map((one) => `${one.metadata.name} made`),
        ]
      : result.reasons;
    assert.equal(said.join(", "), expected);
  }
});

function nameOf({ metadata }: PersistentVolume): string {
  return metadata.name;
}

test("zones of volumes and of nodes, by their new names and their old", () => {
  const [zone, old] = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
  const cases: [boolean, Record<string, string>, Record<string, string>][] = [
    [true, {}, { [zone]: "a" }],
    [true, { [zone]: "a" }, {}],
    [true, { [zone]: "a" }, { [zone]: "a" }],
    [false, { [zone]: "b" }, { [zone]: "a" }],
    [true, { [zone]: "b" }, { [old]: "a__b" }],
    [false, { "topology.kubernetes.io/region": "r" }, { [zone]: "a" }],
  ];
  for (const [expected, nodeLabels, volumeLabels] of cases) {
    const one = volume("pv", "n");
    one.metadata.labels = volumeLabels;
    assert.equal(sharesZones(one, node("n", nodeLabels)), expected);
  }
});
