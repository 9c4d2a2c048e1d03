import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { apiVersionOf } from "#schema/message.ts";
import { openHarness } from "../../testkit/requests.ts";
import { allResources } from "./all.ts";
import { RuntimeConfigError } from "./runtime-config.ts";
import { createSurroundings } from "./testing.ts";

const alpha = "admissionregistration.k8s.io/v1alpha1";
const cases: readonly [config: string, groupVersion: string, resource: string, served: boolean][] =
  [
    ["", "apps/v1", "deployments", true],
    ["", "storage.k8s.io/v1beta1", "volumeattributesclasses", false],
    ["api/all=true", "storage.k8s.io/v1beta1", "volumeattributesclasses", true],
    ["api/beta=true", "storage.k8s.io/v1beta1", "volumeattributesclasses", true],
    ["api/beta=true", alpha, "mutatingadmissionpolicies", false],
    ["api/alpha=true", alpha, "mutatingadmissionpolicies", true],
    ["api/alpha=true,api/all=true,api/beta=false", alpha, "mutatingadmissionpolicies", true],
    [
      "api/all=true,storage.k8s.io/v1beta1=false",
      "storage.k8s.io/v1beta1",
      "volumeattributesclasses",
      false,
    ],
    ["resource.k8s.io/v1beta2=true", "resource.k8s.io/v1beta2", "deviceclasses", true],
    ["resource.k8s.io/v1beta2", "resource.k8s.io/v1beta2", "deviceclasses", true],
    [
      "resource.k8s.io/v1beta2=T,resource.k8s.io/v1beta2/deviceclasses=0",
      "resource.k8s.io/v1beta2",
      "deviceclasses",
      false,
    ],
    [
      "resource.k8s.io/v1beta2/deviceclasses=true",
      "resource.k8s.io/v1beta2",
      "deviceclasses",
      true,
    ],
    [
      "resource.k8s.io/v1beta2/deviceclasses=true",
      "resource.k8s.io/v1beta2",
      "resourceclaims",
      false,
    ],
    ["/v1/nodes=false", "v1", "nodes", false],
    ["/v1/nodes=false", "v1", "pods", true],
    // A name of the whole version, as upstream reads it.
    ["v1/nodes=false", "v1", "pods", false],
    ["api/v1=false", "v1", "pods", false],
    ["apps/v1=false,api/legacy=maybe", "apps/v1", "deployments", false],
    ["apps/v1beta2=true", "apps/v1", "deployments", true],
  ];

for (const [config, groupVersion, resource, served] of cases) {
  test(`"${config}" ${served ? "serves" : "hides"} ${groupVersion} ${resource}`, () => {
    const { dependencies } = createSurroundings();
    const found = allResources(dependencies, config).some(
      ({ type: { info } }) => apiVersionOf(info) === groupVersion && info.resource === resource,
    );
    assert.equal(found, served);
  });
}

// What kube-apiserver v1.36 says to the same.
const refusals: readonly [config: string, message: string][] = [
  ["api/all=maybe", "invalid value api/all=maybe"],
  ["api/beta", "invalid value api/beta="],
  ["api/all=True", "invalid value api/all=True"],
  ["api/gamma=true", "unknown api groups api/gamma"],
  ["nobody.example.com/v1=true", "unknown api groups nobody.example.com/v1"],
  ["b.example.com/v1,a.example.com/v1", "unknown api groups a.example.com/v1,b.example.com/v1"],
  ["apps/v7=true", "group version apps/v7 that has not been registered"],
  [
    "apps/v1/Deployments=true",
    "invalid key apps/v1/Deployments: group/version/resource and resource is always lowercase " +
      'plural, not "Deployments"',
  ],
  [
    "apps/v1=maybe",
    'invalid value of apps/v1: maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    "v1/nodes=maybe",
    'invalid value of /v1: maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  ["apps=true", "runtime-config invalid key apps"],
  ["a/b/c/d=true", "runtime-config invalid key a/b/c/d"],
  [
    "api/all=false",
    "[--runtime-config=api/all=false conflicts with --enable-priority-and-fairness=true, invalid " +
      "runtime-config with only api/all=false]",
  ],
  [
    "api/all=true,flowcontrol.apiserver.k8s.io/v1=false",
    "--runtime-config=flowcontrol.apiserver.k8s.io/v1=false conflicts with " +
      "--enable-priority-and-fairness=true",
  ],
];

for (const [config, message] of refusals) {
  test(`"${config}" is refused`, () => {
    const { dependencies } = createSurroundings();
    assert.throws(() => allResources(dependencies, config), new RuntimeConfigError(message));
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
