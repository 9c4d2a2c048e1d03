import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { openHarness } from "../../testkit/requests.ts";
import { allResources } from "./all.ts";
import { RuntimeConfigError, parseRuntimeConfig } from "./runtime-config.ts";
import { createSurroundings } from "./testing.ts";

const cases: readonly [config: string, groupVersion: string, resource: string, served: boolean][] =
  [
    ["", "apps/v1", "deployments", true],
    ["", "storage.k8s.io/v1beta1", "volumeattributesclasses", false],
    ["api/all=true", "storage.k8s.io/v1beta1", "volumeattributesclasses", true],
    ["api/beta=true", "storage.k8s.io/v1beta1", "volumeattributesclasses", true],
    ["api/beta=true", "admissionregistration.k8s.io/v1alpha1", "x", false],
    ["api/alpha", "admissionregistration.k8s.io/v1alpha1", "x", true],
    ["api/all=true,storage.k8s.io/v1beta1=false", "storage.k8s.io/v1beta1", "x", false],
    ["resource.k8s.io/v1beta2=true", "resource.k8s.io/v1beta2", "deviceclasses", true],
    [
      "resource.k8s.io/v1beta2=true,resource.k8s.io/v1beta2/deviceclasses=false",
      "resource.k8s.io/v1beta2",
      "deviceclasses",
      false,
    ],
    ["api/all=false,v1=true", "v1", "pods", true],
    ["api/all=false,api/v1=true", "v1", "pods", true],
    ["api/all=false", "batch/v1", "jobs", false],
  ];

for (const [config, groupVersion, resource, served] of cases) {
  test(`"${config}" ${served ? "serves" : "hides"} ${groupVersion} ${resource}`, () => {
    const parts = groupVersion.split("/");
    const [group, version] = parts.length === 2 ? parts : ["", groupVersion];
    const info = { group: group ?? "", version: version ?? "", resource };
    assert.equal(parseRuntimeConfig(config).serves(info), served);
  });
}

for (const config of ["api/beta=maybe", "api/gamma=true", "nobody.example.com/v1=true"]) {
  test(`"${config}" is refused`, () => {
    const { dependencies } = createSurroundings();
    assert.throws(() => allResources(dependencies, config), RuntimeConfigError);
  });
}

test("versions of a kind are views of the same objects, and are watched as such", async () => {
  const { dependencies } = createSurroundings();
  await using api = await openHarness({
    clock: new VirtualClock(),
    resources: ({ client, objects, bodies }) =>
      allResources({ ...dependencies, client, objects, bodies }, "api/beta=true"),
  });
  const root = "/apis/storage.k8s.io";
  const path = (version: string) => `${root}/${version}/volumeattributesclasses`;
  const stop = new AbortController();
  const next = await api.watch(`${path("v1beta1")}?watch=1`, stop.signal);
  const body = {
    apiVersion: "storage.k8s.io/v1beta1",
    kind: "VolumeAttributesClass",
    metadata: { name: "gold" },
    driverName: "csi.example.com",
    parameters: { iops: "10" },
  };
  const made = await api.send("POST", path("v1beta1"), { body });
  assert.deepEqual([made.status, made.json.apiVersion], [201, "storage.k8s.io/v1beta1"]);
  const stable = await api.send("GET", `${path("v1")}/gold`);
  assert.deepEqual(
    [stable.json.apiVersion, stable.json.parameters],
    ["storage.k8s.io/v1", { iops: "10" }],
  );
  const event = await next();
  assert.deepEqual([event.type, event.object.apiVersion], ["ADDED", "storage.k8s.io/v1beta1"]);
  stop.abort();
  const refused = await api.send("POST", path("v1beta1"), {
    body: { ...body, metadata: { name: "none" }, driverName: "" },
  });
  assert.equal(refused.status, 422);
  const hidden = await api.send(
    "GET",
    "/apis/admissionregistration.k8s.io/v1alpha1/mutatingadmissionpolicies",
  );
  assert.equal(hidden.status, 404);
});
