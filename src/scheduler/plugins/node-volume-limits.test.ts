import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import { CSINode, StorageClass, VolumeAttachment } from "#api/storage/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import { clusterOf, infoOf, nodeOf, podOf } from "../testing/fixtures.ts";
import { nodeVolumeLimits } from "./node-volume-limits.ts";

/** Claims are bound to volumes of the same name; those that begin with "new" are not bound. */
const claimed = (name: string, ...claims: string[]) =>
  infoOf(name, {
    volumes: claims.map((claimName, index) => ({
      name: `v-${index}`,
      persistentVolumeClaim: { claimName },
    })),
  });

function pluginWith(limit: number | undefined, attached: readonly string[] = []) {
  return nodeVolumeLimits({
    objects: {
      claim: (namespace, name) =>
        applyDefaults(PersistentVolumeClaim, {
          metadata: { namespace, name },
          spec: { ...(name.startsWith("new") ? {} : { volumeName: name }), storageClassName: "c" },
          status: {},
        }),
      volume: (name) =>
        name === ""
          ? undefined
          : applyDefaults(PersistentVolume, {
              metadata: { name },
              spec: name.startsWith("folder")
                ? { hostPath: { path: "/x" } }
                : { csi: { driver: "d", volumeHandle: name } },
            }),
      volumes: () => [],
      storageClass: (name) => applyDefaults(StorageClass, { metadata: { name }, provisioner: "d" }),
      csiNode: (name) =>
        applyDefaults(CSINode, {
          metadata: { name },
          spec: {
            drivers: [
              {
                name: "d",
                nodeID: name,
                ...(limit !== undefined && { allocatable: { count: limit } }),
              },
            ],
          },
        }),
      attachments: (nodeName) =>
        attached.map((name) =>
          applyDefaults(VolumeAttachment, {
            metadata: { name },
            spec: { attacher: "d", nodeName, source: { persistentVolumeName: name } },
          }),
        ),
    },
  });
}

test("a node takes as many volumes of a driver as it says", () => {
  const full = "node(s) exceed max volume count";
  const cases: [
    expected: string | undefined,
    limit: number | undefined,
    wanted: string[],
    attached?: string[],
  ][] = [
    [undefined, 2, ["b"]],
    [full, 1, ["b"]],
    [full, 2, ["b", "new-1"]],
    [undefined, undefined, ["b", "c", "e"]],
    // One that is used already is attached already.
    [undefined, 1, ["a"]],
    [undefined, 1, ["folder"]],
    [full, 2, ["b"], ["c"]],
    [undefined, 2, ["b"], ["a"]],
  ];
  for (const [expected, limit, wanted, attached] of cases) {
    const cluster = clusterOf([[nodeOf("n"), claimed("other", "a")]]);
    const filter = pluginWith(limit, attached).prepareFilter?.(claimed("p", ...wanted), cluster);
    const said = cluster.nodes.map((node) => filter?.check(node)?.reasons[0]);
    assert.deepEqual(said, [expected], JSON.stringify([limit, wanted, attached]));
  }
});

test("what frees volumes wakes the pod that waits", () => {
  const plugin = pluginWith(1);
  const waiting = claimed("p", "b").pod;
  const gone = claimed("other", "a").pod;
  const placed = { ...gone, spec: { ...gone.spec, nodeName: "n" } };
  assert.equal(plugin.mayFitAfter({ kind: "PodDeleted", pod: placed }, waiting), true);
  assert.equal(plugin.mayFitAfter({ kind: "PodDeleted", pod: podOf("x") }, waiting), false);
  assert.equal(plugin.mayFitAfter({ kind: "VolumesChanged" }, waiting), true);
});
