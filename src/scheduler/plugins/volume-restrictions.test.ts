import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { Volume } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import { podInfo } from "../cache/pod-info.ts";
import { clusterOf } from "../testing/fixtures.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";

function pod(name: string, volume: Partial<Volume>) {
  return podInfo(
    applyDefaults(Pod, {
      metadata: { namespace: "ns", name, uid: name },
      spec: { containers: [], volumes: [{ name: "v", ...volume }] },
    }),
  );
}

const plugin = volumeRestrictions({
  objects: {
    claim: (namespace, name) =>
      applyDefaults(PersistentVolumeClaim, {
        metadata: { namespace, name },
        spec: { accessModes: [name === "mine" ? "ReadWriteOncePod" : "ReadWriteOnce"] },
        status: {},
      }),
    volume: () => undefined,
    volumes: () => [],
    storageClass: () => undefined,
  },
});

test("what only one pod may have, and what only one node", () => {
  const mine = { persistentVolumeClaim: { claimName: "mine", readOnly: false } };
  const ours = { persistentVolumeClaim: { claimName: "ours", readOnly: false } };
  const disk = (readOnly: boolean) => ({
    gcePersistentDisk: { pdName: "d", readOnly },
  });
  const one =
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already " +
    "in-use by another pod";
  const other = "node(s) had no available disk";
  const cases: [string | undefined, string | undefined, Partial<Volume>, Partial<Volume>][] = [
    [one, one, mine, mine],
    [undefined, undefined, ours, ours],
    [other, undefined, disk(false), disk(true)],
    [undefined, undefined, disk(true), disk(true)],
  ];
  for (const [sameNode, otherNode, wanted, used] of cases) {
    const [left, right] = ["left", "right"].map((name) =>
      applyDefaults(Node, { metadata: { name } }),
    );
    assert.ok(left && right);
    const cluster = clusterOf([[left, pod("other", used)], right]);
    const filter = plugin.prepareFilter?.(pod("p", wanted), cluster);
    const said = cluster.nodes.map((node) => filter?.check(node)?.reasons[0]);
    assert.deepEqual(said, [sameNode, otherNode]);
  }
});
