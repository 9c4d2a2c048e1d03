import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceClaim, ResourceClaimTemplate, ResourceSlice } from "#api/resource/v1.ts";
import { seededRandom } from "#base/random.ts";
import type { KindType } from "#schema/message.ts";
import { randomObject } from "#testkit/random-object.ts";
import { openHarness } from "../../../../testkit/requests.ts";
import { allResources } from "../../all.ts";
import type { Layout } from "../../served-as.ts";
import { createSurroundings } from "../../testing.ts";
import { claims, slices, templates } from "./conversion.ts";

const layouts: readonly (readonly [KindType, Layout])[] = [
  [ResourceClaim, claims],
  [ResourceClaimTemplate, templates],
  [ResourceSlice, slices],
];

for (const [type, layout] of layouts) {
  test(`what is stored of a ${type.info.kind} comes back from v1beta1 as it was`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const stored = stripped(randomObject(type, { random: seededRandom(seed), share: 0.7 }));
      const older = layout.fromStored(structuredClone(stored));
      assert.deepEqual(layout.toStored(older), stored);
    }
  });
}

/** Without what v1beta1 cannot say: no name of a node, and no for all nodes, are nothing there. */
function stripped(object: Record<string, unknown>): object {
  const { spec } = object as { spec?: { allNodes?: boolean; nodeName?: string } };
  if (spec?.allNodes === false) delete spec.allNodes;
  if (spec?.nodeName === "") delete spec.nodeName;
  return object;
}

async function openServer() {
  const { dependencies } = createSurroundings();
  return openHarness({
    resources: ({ client, objects, bodies }) =>
      allResources({ ...dependencies, client, objects, bodies }, "resource.k8s.io/v1beta1=true"),
  });
}

const claimOf = (request: object) => ({
  apiVersion: "resource.k8s.io/v1beta1",
  kind: "ResourceClaim",
  metadata: { name: "a" },
  spec: { devices: { requests: [{ name: "r", ...request }] } },
});
const claimsAt = (version: string) =>
  `/apis/resource.k8s.io/${version}/namespaces/default/resourceclaims`;

test("v1beta1 has what is asked for by the request's name", async () => {
  await using api = await openServer();
  const older = claimsAt("v1beta1");
  const made = await api.send("POST", older, { body: claimOf({ deviceClassName: "gpu" }) });
  assert.deepEqual(made.json.spec.devices.requests, [
    { name: "r", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 },
  ]);
  const stored = await api.send("GET", `${claimsAt("v1")}/a`);
  assert.deepEqual(stored.json.spec.devices.requests, [
    { name: "r", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 } },
  ]);
  const patched = await api.send("PATCH", `${older}/a`, {
    body: { metadata: { labels: { a: "b" } } },
    contentType: "application/strategic-merge-patch+json",
  });
  assert.deepEqual(
    [patched.status, patched.json.apiVersion, patched.json.metadata.labels],
    [200, "resource.k8s.io/v1beta1", { a: "b" }],
  );
  const table = await api.send("GET", older, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  assert.deepEqual(table.json.rows[0].cells.slice(0, 2), ["a", "pending"]);
});

test("alternatives have no class of their own, and what is wrong is told by v1's paths", async () => {
  await using api = await openServer();
  const alternatives = { firstAvailable: [{ name: "x", deviceClassName: "gpu" }] };
  const older = claimsAt("v1beta1");
  const made = await api.send("POST", older, { body: claimOf(alternatives) });
  assert.equal(made.json.spec.devices.requests[0].deviceClassName, "");
  const refused = await api.send("POST", older, { body: claimOf({ deviceClassName: "A_" }) });
  assert.match(refused.json.message, /spec.devices.requests\[0\].exactly.deviceClassName: Invalid/);
  const both = { deviceClassName: "gpu", ...alternatives };
  const twice = await api.send("POST", older, { body: claimOf(both) });
  assert.match(twice.json.message, /exactly one of `exactly` or `firstAvailable` is required/);
});

test("devices of v1beta1 have all but their name in basic", async () => {
  await using api = await openServer();
  const slicesAt = (version: string) => `/apis/resource.k8s.io/${version}/resourceslices`;
  const body = {
    apiVersion: "resource.k8s.io/v1beta1",
    kind: "ResourceSlice",
    metadata: { name: "s" },
    spec: {
      driver: "d.example.com",
      pool: { name: "p", generation: 1, resourceSliceCount: 1 },
      nodeName: "n",
      devices: [{ name: "d", basic: { attributes: { model: { string: "a" } } } }, { name: "e" }],
    },
  };
  const made = await api.send("POST", slicesAt("v1beta1"), { body });
  assert.deepEqual(made.json.spec.devices, [
    { name: "d", basic: { attributes: { model: { string: "a" } } } },
    { name: "e", basic: {} },
  ]);
  const stored = await api.send("GET", `${slicesAt("v1")}/s`);
  assert.deepEqual(stored.json.spec.devices, [
    { name: "d", attributes: { model: { string: "a" } } },
    { name: "e" },
  ]);
  const selected = await api.send("GET", `${slicesAt("v1beta1")}?fieldSelector=spec.nodeName%3Dn`);
  assert.equal(selected.json.items.length, 1);
});
