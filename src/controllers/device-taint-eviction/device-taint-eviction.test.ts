import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "#api/core/v1.ts";
import { ResourceClaim, ResourceSlice } from "#api/resource/v1.ts";
import type { DeviceTaint, DeviceToleration } from "#api/resource/v1.ts";
import type { Draft } from "#schema/message.ts";
import { startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { deviceTaintEvictionController } from "./controller.ts";
import { evictionAt } from "./plan.ts";

const tainted = Date.UTC(2026, 0, 2);
const timeAdded = "2026-01-02T00:00:00Z";
const broken = (more: Partial<DeviceTaint> = {}): DeviceTaint => ({
  key: "broken",
  value: "fan",
  effect: "NoExecute",
  timeAdded,
  ...more,
});

function sliceOf(devices: Record<string, DeviceTaint[]>, generation = 1): ResourceSlice {
  return {
    metadata: { name: `slice-${generation}` },
    spec: {
      driver: "gpu.example.com",
      pool: { name: "node-1", generation, resourceSliceCount: 1 },
      devices: Object.entries(devices).map(([name, taints]) => ({ name, taints })),
    },
  } as unknown as ResourceSlice;
}

function claimOf(
  devices: Record<string, DeviceToleration[]>,
  { user = "pod-1", owner }: { user?: string; owner?: string } = {},
): ResourceClaim {
  const results = Object.entries(devices).map(([device, tolerations]) => ({
    request: "gpu",
    driver: "gpu.example.com",
    pool: "node-1",
    device,
    tolerations,
  }));
  const controller = { kind: "Pod", name: "web", uid: owner, controller: true };
  return {
    metadata: {
      name: "gpu",
      namespace: "default",
      ...(owner && { ownerReferences: [controller] }),
    },
    spec: {},
    status: { allocation: { devices: { results } }, reservedFor: [{ uid: user }] },
  } as unknown as ResourceClaim;
}

function podOf(more: { node?: string; phase?: string; template?: boolean } = {}): Pod {
  const { node = "node-1", phase = "Running", template = false } = more;
  return {
    metadata: { namespace: "default", name: "web", uid: "pod-1" },
    spec: {
      nodeName: node,
      containers: [],
      resourceClaims: [
        template
          ? { name: "gpu", resourceClaimTemplateName: "gpus" }
          : { name: "gpu", resourceClaimName: "gpu" },
      ],
    },
    status: {
      phase,
      ...(template && { resourceClaimStatuses: [{ name: "gpu", resourceClaimName: "gpu" }] }),
    },
  } as unknown as Pod;
}

const lets = (tolerationSeconds?: number, more: Partial<DeviceToleration> = {}) =>
  ({
    key: "broken",
    operator: "Exists",
    effect: "NoExecute",
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
    ...more,
  }) as DeviceToleration;

test("when a pod has to go for its devices", () => {
  const slices = [sliceOf({ g0: [broken()], g1: [] })];
  const held = (...tolerations: DeviceToleration[]) => claimOf({ g0: tolerations });
  const cases: [string, Pod, ResourceClaim, ResourceSlice[], number | undefined][] = [
    ["a device that is well", podOf(), claimOf({ g1: [] }), slices, undefined],
    ["one that nobody knows", podOf(), claimOf({ g9: [] }), slices, undefined],
    ["not tolerated", podOf(), held(), slices, 0],
    ["tolerated for ever", podOf(), held(lets()), slices, undefined],
    ["for a while", podOf(), held(lets(60)), slices, 60],
    ["for the least of whiles", podOf(), held(lets(60), lets(30)), slices, 30],
    ["for ever by one of them", podOf(), held(lets(60), lets()), slices, undefined],
    ["for no time", podOf(), held(lets(-5)), slices, 0],
    ["another key", podOf(), held(lets(60, { key: "old" })), slices, 0],
    ["another value", podOf(), held(lets(60, { operator: "Equal", value: "heat" })), slices, 0],
    ["the same value", podOf(), held(lets(60, { operator: "Equal", value: "fan" })), slices, 60],
    ["scheduling is another thing", podOf(), held(lets(60, { effect: "NoSchedule" })), slices, 0],
    [
      "a taint for schedulers",
      podOf(),
      held(),
      [sliceOf({ g0: [broken({ effect: "NoSchedule" })] })],
      undefined,
    ],
    [
      "the earlier of two",
      podOf(),
      claimOf({ g0: [lets(60)], g1: [lets(20)] }),
      [sliceOf({ g0: [broken()], g1: [broken()] })],
      20,
    ],
    ["a pool's older generation", podOf(), held(), [...slices, sliceOf({ g0: [] }, 2)], undefined],
    ["no node yet", podOf({ node: "" }), held(), slices, undefined],
    ["it has ended", podOf({ phase: "Succeeded" }), held(), slices, undefined],
    ["another's claim", podOf(), claimOf({ g0: [] }, { user: "pod-0" }), slices, undefined],
    [
      "one made for it",
      podOf({ template: true }),
      claimOf({ g0: [] }, { owner: "pod-1" }),
      slices,
      0,
    ],
    [
      "one made for another of its name",
      podOf({ template: true }),
      claimOf({ g0: [] }, { owner: "pod-0" }),
      slices,
      undefined,
    ],
  ];
  for (const [name, pod, claim, all, seconds] of cases) {
    const at = evictionAt(pod, { claim: () => claim, slices: () => all });
    assert.equal(at, seconds === undefined ? undefined : tainted + seconds * 1000, name);
  }
});

const place = { namespace: "default", name: "web" };

async function useDevice({ client }: TestCluster, tolerations: DeviceToleration[]) {
  const pod = await client.create(Pod, {
    metadata: place,
    spec: {
      containers: [{ name: "main", image: "nginx" }],
      resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }],
    },
  });
  const { status } = claimOf({ g0: tolerations }, { user: pod.metadata.uid });
  const metadata = { namespace: "default", name: "gpu" };
  await client.create(ResourceClaim, { metadata, status } as Draft<ResourceClaim>);
}

const taint = ({ client, clock }: TestCluster, isBroken: boolean) => {
  const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const { spec } = sliceOf({ g0: isBroken ? [broken({ timeAdded: now })] : [] });
  return client.patch(ResourceSlice, { name: "gpus" }, { type: "merge", patch: { spec } });
};

test("a device breaks, is mended, and breaks for good", async () => {
  const cluster = await startCluster([deviceTaintEvictionController()]);
  const { client } = cluster;
  const dialogue = new Dialogue(cluster, [
    view(Pod, ({ metadata, status: { conditions = [], phase } }) =>
      [
        phase ?? "new",
        ...conditions
          .filter(({ type }) => type === "DisruptionTarget")
          .map(({ message, reason }) => `${reason}: ${message}`),
        metadata.deletionTimestamp && "is to go",
      ]
        .filter(Boolean)
        .join("; "),
    ),
  ]);
  const { spec } = sliceOf({ g0: [] });
  const begin = async () => {
    await client.create(ResourceSlice, { metadata: { name: "gpus" }, spec });
    await useDevice(cluster, [lets(30)]);
  };
  await dialogue.ask("a pod with a device, which may stay 30 seconds", begin, 10_000);
  await dialogue.ask("the device breaks", () => taint(cluster, true), 20_000);
  await dialogue.ask("it is mended in time", () => taint(cluster, false), 60_000);
  await dialogue.ask("it breaks again", () => taint(cluster, true), 60_000);
  golden(new URL("testdata/broken.txt", import.meta.url), await dialogue.end());
  await cluster.stop();
});
