import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import { planExpansion } from "./controller.ts";

function claim(wanted: string, has: string | undefined, phase = "Bound") {
  return {
    metadata: { uid: "u" },
    spec: { resources: { requests: { storage: wanted } } },
    status: { phase, ...(has && { capacity: { storage: has } }) },
  } as unknown as PersistentVolumeClaim;
}

function volume(maker: string, uid = "u") {
  return {
    metadata: { annotations: { "pv.kubernetes.io/provisioned-by": maker } },
    spec: { claimRef: { uid } },
  } as unknown as PersistentVolume;
}

test("who lets a claim have more", () => {
  const cases: [string, PersistentVolumeClaim, PersistentVolume | undefined][] = [
    ["none", claim("1Gi", "1Gi"), volume("ours")],
    ["none", claim("1Gi", "2Gi"), volume("ours")],
    ["none", claim("2Gi", undefined, "Pending"), undefined],
    ["none", claim("2Gi", "1Gi"), undefined],
    ["none", claim("2Gi", "1Gi"), volume("ours", "another")],
    ["grow", claim("2Gi", "1Gi"), volume("ours")],
    ["leave", claim("2Gi", "1Gi"), volume("theirs")],
  ];
  for (const [expected, one, other] of cases) {
    assert.equal(planExpansion(one, other, ["ours"]).kind, expected);
  }
});
