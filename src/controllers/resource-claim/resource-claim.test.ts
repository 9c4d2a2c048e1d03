import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "#api/core/v1.ts";
import { ResourceClaim, ResourceClaimTemplate } from "#api/resource/v1.ts";
import { isReady } from "../common/pods.ts";
import { startCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { claimReservationsController, podClaimsController } from "./controller.ts";
import { claimFinalizer, generateNameOf, planClaim, planPod } from "./plan.ts";

const template = { name: "gpu", resourceClaimTemplateName: "gpus" };
const named = { name: "disk", resourceClaimName: "shared" };

function pod(options: { claims: object[]; given?: object[]; node?: string; phase?: string }): Pod {
  return {
    metadata: { namespace: "default", name: "web", uid: "pod-1" },
    spec: { resourceClaims: options.claims, nodeName: options.node ?? "", containers: [] },
    status: { phase: options.phase ?? "Pending", resourceClaimStatuses: options.given },
  } as unknown as Pod;
}

function claim(name: string, options: { owner?: string; note?: string; status?: object } = {}) {
  const { owner, note, status = {} } = options;
  return {
    metadata: {
      name,
      annotations: note ? { "resource.kubernetes.io/pod-claim-name": note } : {},
      finalizers: "allocation" in status ? [claimFinalizer] : [],
      ownerReferences: owner ? [{ kind: "Pod", name: "web", uid: owner, controller: true }] : [],
    },
    status,
  } as unknown as ResourceClaim;
}

test("what a pod still needs of claims", () => {
  const given = [{ name: "gpu", resourceClaimName: "gpu-1" }];
  const allocation = {};
  const own = claim("gpu-1", { owner: "pod-1", note: "gpu" });
  const others = Array.from({ length: 256 }, (_, index) => ({ uid: `pod-x${index}` }));
  const cases: [string, Pod, ResourceClaim[], string[]][] = [
    ["nothing, without claims", pod({ claims: [] }), [], []],
    ["none when it has finished", pod({ claims: [template], phase: "Failed" }), [], []],
    ["one from the template", pod({ claims: [template] }), [], ["create gpu of gpus"]],
    ["to know the one that was made", pod({ claims: [template] }), [own], ["note gpu: gpu-1"]],
    ["nothing that it knows", pod({ claims: [template], given }), [own], []],
    ["none where none is needed", pod({ claims: [template], given: [{ name: "gpu" }] }), [], []],
    [
      "another for one that somebody took",
      pod({ claims: [template], given }),
      [claim("gpu-1", { owner: "pod-2" })],
      ["create gpu of gpus"],
    ],
    ["what the user has to make", pod({ claims: [named] }), [], []],
    [
      "a place in it, if no scheduler saw to that",
      pod({ claims: [named], node: "n1" }),
      [claim("shared", { status: { allocation } })],
      ["reserve shared"],
    ],
    [
      "none before it has a node",
      pod({ claims: [named] }),
      [claim("shared", { status: { allocation } })],
      [],
    ],
    ["none before devices are given", pod({ claims: [named], node: "n1" }), [claim("shared")], []],
    [
      "none twice",
      pod({ claims: [named], node: "n1" }),
      [claim("shared", { status: { allocation, reservedFor: [{ uid: "pod-1" }] } })],
      [],
    ],
    [
      "none where all are taken",
      pod({ claims: [named], node: "n1" }),
      [claim("shared", { status: { allocation, reservedFor: others } })],
      [],
    ],
  ];
  for (const [name, subject, claims, expected] of cases) {
    const find = (wanted: string) => claims.find(({ metadata }) => metadata.name === wanted);
    const own = claims.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === "pod-1");
    const steps = planPod(subject, find, own).map((step) => {
      if (step.kind === "create") return `create ${step.claim.name} of ${step.template}`;
      if (step.kind === "note") return `note ${step.claim.name}: ${step.name}`;
      return `reserve ${step.claim.metadata.name}`;
    });
    assert.deepEqual(steps, expected, name);
  }
});

test("what follows for a claim from its users", () => {
  const running = pod({ claims: [] });
  const done = pod({ claims: [], phase: "Succeeded" });
  const user = { resource: "pods", name: "web", uid: "pod-1" };
  const used = { allocation: {}, reservedFor: [user] };
  const made = claim("c", { owner: "pod-1", status: used });
  const going = { ...claim("c", { status: { allocation: {} } }) };
  going.metadata = { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const cases: [string, ResourceClaim, boolean, Pod | undefined, string[]][] = [
    ["stays with its user", made, true, running, ["1 user"]],
    ["goes with the pod that it is for", made, false, done, ["release", "unprotect", "remove"]],
    ["is freed for others", claim("c", { status: used }), false, done, ["release", "unprotect"]],
    [
      "stays allocated while nobody uses it",
      claim("c", { status: { allocation: {} } }),
      false,
      undefined,
      [],
    ],
    ["is freed when it goes", going, false, undefined, ["release", "unprotect"]],
    ["of a replaced pod goes", claim("c", { owner: "pod-0" }), false, running, ["remove"]],
    ["of a pod that nobody knows yet stays", claim("c", { owner: "pod-1" }), false, undefined, []],
  ];
  for (const [name, subject, inUse, owner, expected] of cases) {
    const plan = planClaim(subject, () => inUse, owner);
    assert.deepEqual(
      [
        ...(plan.reservedFor.length ? [`${plan.reservedFor.length} user`] : []),
        ...(plan.release ? ["release"] : []),
        ...(plan.removeFinalizer ? ["unprotect"] : []),
        ...(plan.remove ? ["remove"] : []),
      ],
      expected,
      name,
    );
  }
});

test("generated names keep room for their end", () => {
  assert.equal(generateNameOf("web", "gpu"), "web-gpu-");
  const name = generateNameOf("p".repeat(60), "c".repeat(30));
  assert.equal(name, `${"p".repeat(37)}-${"c".repeat(18)}`);
});

test("a claim comes with its pod, is freed after it, and goes with it", async () => {
  const cluster = await startCluster([podClaimsController, claimReservationsController], {
    settle: () => Promise.resolve(),
  });
  const { client, kubelet } = cluster;
  kubelet.endOf = () => ({ afterMs: 5_000, exitCode: 0 });
  const dialogue = new Dialogue(cluster, [
    view(Pod, (one) => {
      const { phase = "Pending", resourceClaimStatuses = [] } = one.status;
      const claims = resourceClaimStatuses.map((status) => `${status.name}=a claim`);
      return [isReady(one) ? "ready" : phase, ...claims].join(", ");
    }),
    view(ResourceClaim, ({ metadata, status }) => {
      const users = (status.reservedFor ?? []).map(({ name }) => name).join(" and ");
      const state = status.allocation ? "allocated" : "pending";
      return `${state}, for ${users || "nobody"}, kept by ${metadata.finalizers?.length ?? 0}`;
    }),
  ]);
  const containers = [{ name: "main", image: "nginx" }];
  await dialogue.ask(
    "a pod with two claims, before they can be made",
    () =>
      client.create(Pod, {
        metadata: { namespace: "default", name: "web" },
        spec: { containers, resourceClaims: [template, named] },
      }),
    500,
  );
  const metadata = { namespace: "default", name: "gpus" };
  await dialogue.ask(
    "the template",
    () =>
      client.create(ResourceClaimTemplate, {
        metadata,
        spec: { metadata: { labels: { tier: "fast" } }, spec: {} },
      }),
    2_000,
  );
  const [made] = (await client.list(ResourceClaim)).items;
  assert.deepEqual(made?.metadata.labels, { tier: "fast" });
  assert.match(made.metadata.name, /^web-gpu-/);
  const place = { namespace: "default", name: "shared" };
  await dialogue.ask(
    "the user's claim, with its devices",
    async () => {
      const shared = await client.create(ResourceClaim, {
        metadata: { ...place, finalizers: [claimFinalizer] },
        spec: {},
      });
      const status = { allocation: {} } as ResourceClaim["status"];
      await client.update(ResourceClaim, { ...shared, status }, { subresource: "status" });
    },
    10_000,
  );
  const text = (await dialogue.end()).replaceAll(/web-gpu-\w+/g, "web-gpu-*");
  golden(new URL("testdata/claims.txt", import.meta.url), text);
  await cluster.stop();
});
