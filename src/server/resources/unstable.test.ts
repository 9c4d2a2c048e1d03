import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { openHarness } from "../../testkit/requests.ts";
import type { Harness } from "../../testkit/requests.ts";
import { defaultAdmission } from "../admission/default.ts";
import { allResources } from "./all.ts";
import { createSurroundings } from "./testing.ts";

// Kinds without a stable version. What is refused is told in the words of kube-apiserver v1.36.

async function openServer(clock = new VirtualClock()): Promise<Harness> {
  const { dependencies } = createSurroundings();
  const api = await openHarness({
    clock,
    resources: ({ client, objects, bodies }) =>
      allResources({ ...dependencies, clock, client, objects, bodies }, "api/all=true"),
    admission: ({ client }) => defaultAdmission({ client, clock, random: seededRandom(1) }),
  });
  await api.send("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
  });
  return api;
}

const places = {
  LeaseCandidate: "coordination.k8s.io/v1beta1 namespaces/default/leasecandidates",
  StorageVersion: "internal.apiserver.k8s.io/v1alpha1 storageversions",
  StorageVersionMigration: "storagemigration.k8s.io/v1beta1 storageversionmigrations",
  DeviceTaintRule: "resource.k8s.io/v1beta2 devicetaintrules",
  ResourcePoolStatusRequest: "resource.k8s.io/v1alpha3 resourcepoolstatusrequests",
  ClusterTrustBundle: "certificates.k8s.io/v1beta1 clustertrustbundles",
  Workload: "scheduling.k8s.io/v1alpha2 namespaces/default/workloads",
  PodGroup: "scheduling.k8s.io/v1alpha2 namespaces/default/podgroups",
} as const;
type Kind = keyof typeof places;

function pathOf(kind: Kind): string {
  return `/apis/${places[kind].replace(" ", "/")}`;
}

function create(api: Harness, kind: Kind, name: string, spec: object) {
  const [apiVersion] = places[kind].split(" ");
  return api.send("POST", pathOf(kind), {
    body: { apiVersion, kind, metadata: { name }, spec },
  });
}

const merge = "application/merge-patch+json";
const patchStatus = (api: Harness, kind: Kind, name: string, status: object) =>
  api.send("PATCH", `${pathOf(kind)}/${name}/status`, { body: { status }, contentType: merge });

function causesOf({ json }: { readonly json: ReturnType<typeof JSON.parse> }): string[] {
  const causes = (json.details?.causes ?? []) as { field: string; message: string }[];
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

const basic = { schedulingPolicy: { basic: {} } };
const oldest = "OldestEmulationVersion";

const refused: readonly [kind: Kind, name: string, spec: object, causes: readonly string[]][] = [
  [
    "LeaseCandidate",
    "a",
    {},
    [
      "spec.leaseName: Required value",
      "spec.binaryVersion: Required value",
      "spec.strategy: Required value",
    ],
  ],
  [
    "LeaseCandidate",
    "a",
    { leaseName: "l", binaryVersion: "1.36.0", emulationVersion: "1.37.0", strategy: "Other" },
    [
      'spec.binaryVersion: Invalid value: "1.36.0": must be greater than or equal to ' +
        "`emulationVersion`",
      'spec.strategy.strategy: Unsupported value: "Other": supported values: ' +
        '"OldestEmulationVersion"',
    ],
  ],
  [
    "LeaseCandidate",
    "a",
    { leaseName: "l", binaryVersion: "v1.36", strategy: oldest },
    [
      'spec.binaryVersion: Invalid value: "v1.36": must be a valid semantic version',
      "spec.emulationVersion: Required value: must be specified when `strategy` is " +
        "'OldestEmulationVersion'",
    ],
  ],
  [
    "StorageVersion",
    "apps",
    {},
    ['metadata.name: Invalid value: "apps": name must be in the form of <group>.<resource>'],
  ],
  [
    "StorageVersionMigration",
    "m",
    {},
    ["spec.resource.resource: Required value: resource is required to be set"],
  ],
  [
    "DeviceTaintRule",
    "r",
    { deviceSelector: { driver: "" }, taint: { key: "a", effect: "X" } },
    [
      "spec.deviceSelector.driver: Required value",
      'spec.taint.effect: Unsupported value: "X": supported values: "NoExecute", "NoSchedule", ' +
        '"None"',
    ],
  ],
  [
    "ResourcePoolStatusRequest",
    "q",
    { driver: "d.example.com", poolName: "a//b", limit: 1001 },
    [
      'spec.poolName: Invalid value: "a//b": segment 1: must not be empty',
      "spec.limit: Invalid value: 1001: must be less than or equal to 1000",
    ],
  ],
  [
    "ClusterTrustBundle",
    "b",
    { signerName: "example.com/s", trustBundle: "" },
    [
      'metadata.name: Invalid value: "b": ClusterTrustBundle for signerName example.com/s must be ' +
        "named with prefix example.com:s:",
      'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be ' +
        "provided",
    ],
  ],
  ["Workload", "w", {}, ["spec.podGroupTemplates: Required value"]],
  [
    "Workload",
    "w",
    {
      controllerRef: { kind: "Job" },
      podGroupTemplates: [
        { name: "x", schedulingPolicy: { basic: {}, gang: { minCount: -1 } } },
        {
          name: "y",
          schedulingPolicy: {},
          schedulingConstraints: { topology: [{ key: "a" }, { key: "b" }] },
          resourceClaims: [{ name: "c" }],
          disruptionMode: "X",
          priority: 1_000_000_001,
        },
      ],
    },
    [
      "spec.controllerRef.name: Required value",
      'spec.podGroupTemplates[0].schedulingPolicy: Invalid value: "{basic, gang}": must specify ' +
        "exactly one of: `basic`, `gang`",
      "spec.podGroupTemplates[0].schedulingPolicy.gang.minCount: Invalid value: -1: must be " +
        "greater than or equal to 1",
      'spec.podGroupTemplates[1].schedulingPolicy: Invalid value: "": must specify one of: ' +
        "`basic`, `gang`",
      "spec.podGroupTemplates[1].schedulingConstraints.topology: Too many: 2: must have at most 1 " +
        "item",
      'spec.podGroupTemplates[1].resourceClaims[0]: Invalid value: "": must specify one of: ' +
        "`resourceClaimName`, `resourceClaimTemplateName`",
      'spec.podGroupTemplates[1].disruptionMode: Unsupported value: "X": supported values: "Pod", ' +
        '"PodGroup"',
      "spec.podGroupTemplates[1].priority: Invalid value: 1000000001: must be less than or equal " +
        "to 1000000000",
    ],
  ],
];

for (const [kind, name, spec, causes] of refused) {
  test(`${kind}: ${causes[0]}`, async () => {
    await using api = await openServer();
    const answer = await create(api, kind, name, spec);
    assert.deepEqual(causesOf(answer), causes);
    assert.equal(answer.status, 422);
  });
}

test("a PodGroup has its class's priority, and comes from a template that is there", async () => {
  await using api = await openServer();
  await api.send("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {
    body: {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "high" },
      value: 7,
    },
  });
  await create(api, "Workload", "w", { podGroupTemplates: [{ name: "x", ...basic }] });
  const from = (workloadName: string, podGroupTemplateName: string) => ({
    podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName } },
  });
  const group = await create(api, "PodGroup", "a", {
    ...basic,
    ...from("w", "x"),
    priorityClassName: "high",
  });
  const { disruptionMode, priority } = group.json.spec;
  assert.deepEqual([group.status, disruptionMode, priority], [201, "Pod", 7]);
  const messages = await Promise.all(
    [from("none", "x"), from("w", "y"), { priority: 5 }, { priorityClassName: "none" }].map(
      async (spec) => (await create(api, "PodGroup", "b", { ...basic, ...spec })).json.message,
    ),
  );
  const refusal = 'podgroups.scheduling.k8s.io "b" is forbidden: ';
  assert.deepEqual(messages, [
    `${refusal}PodGroup rejected: Workload "none" not found`,
    `${refusal}PodGroup rejected: PodGroupTemplate "y" not found in Workload "w"`,
    `${refusal}priority set in the pod group (5) must match the priority computed (0) based on ` +
      "the priority class set in the spec",
    `${refusal}no PriorityClass with name none was found`,
  ]);
  const changed = await api.send("PATCH", `${pathOf("PodGroup")}/a`, {
    body: { spec: { priority: 8 } },
    contentType: merge,
  });
  assert.deepEqual(causesOf(changed), ["spec.priority: Invalid value: null: field is immutable"]);
});

test("what servers store is agreed on or not said", async () => {
  await using api = await openServer();
  await create(api, "StorageVersion", "apps.deployments", {});
  const server = (apiServerID: string, encodingVersion: string) => ({
    apiServerID,
    encodingVersion,
    decodableVersions: [encodingVersion],
  });
  const set = (status: object) => patchStatus(api, "StorageVersion", "apps.deployments", status);
  const versions = [server("a", "apps/v1"), server("b", "apps/v2")];
  const path = "status.commonEncodingVersion";
  assert.deepEqual(
    causesOf(await set({ storageVersions: versions, commonEncodingVersion: "apps/v1" })),
    [
      `${path}: Invalid value: "apps/v1": should be nil if servers do not agree on the same ` +
        "encoding version, or if there is no server reporting the supported versions yet",
    ],
  );
  assert.deepEqual(causesOf(await set({ storageVersions: versions.slice(0, 1) })), [
    `${path}: Invalid value: null: the common encoding version is apps/v1`,
  ]);
  assert.equal((await set({ storageVersions: versions })).status, 200);
});

test("a migration that has ended stays ended", async () => {
  await using api = await openServer();
  await create(api, "StorageVersionMigration", "m", { resource: { resource: "pods" } });
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason: "Test",
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  });
  const set = (status: object) => patchStatus(api, "StorageVersionMigration", "m", status);
  assert.equal((await set({ resourceVersion: "12" })).status, 200);
  assert.deepEqual(causesOf(await set({ resourceVersion: "13" })), [
    'status.resourceVersion: Invalid value: "13": field is immutable',
  ]);
  assert.equal((await set({ conditions: [condition("Succeeded", "True")] })).status, 200);
  const [cause = ""] = causesOf(await set({ conditions: [condition("Succeeded", "False")] }));
  assert.match(cause, /Success condition cannot be set to false once it is true$/);
});

test("a pool's status is told once", async () => {
  await using api = await openServer();
  await create(api, "ResourcePoolStatusRequest", "q", { driver: "d.example.com" });
  const set = (status: object) => patchStatus(api, "ResourcePoolStatusRequest", "q", status);
  assert.deepEqual(causesOf(await set({ pools: [] })), ["status.poolCount: Required value"]);
  const pool = { driver: "d.example.com", poolName: "p", generation: 1, totalDevices: 3 };
  assert.equal((await set({ poolCount: 2, pools: [pool] })).status, 200);
  assert.match(causesOf(await set({ poolCount: 3 }))[0] ?? "", /field is immutable$/);
});

test("a taint is as old as its effect", async () => {
  const clock = new VirtualClock();
  await using api = await openServer(clock);
  const made = await create(api, "DeviceTaintRule", "r", { taint: { key: "a", effect: "None" } });
  const { timeAdded } = made.json.spec.taint;
  assert.equal(Date.parse(timeAdded), Math.floor(clock.now() / 1000) * 1000);
  await clock.advance(5000);
  const changed = await api.send("PATCH", `${pathOf("DeviceTaintRule")}/r`, {
    body: { spec: { taint: { effect: "NoExecute" } } },
    contentType: merge,
  });
  const since = Date.parse(changed.json.spec.taint.timeAdded) - Date.parse(timeAdded);
  assert.deepEqual([changed.json.metadata.generation, since], [2, 5000]);
  const earlier = await api.send("GET", "/apis/resource.k8s.io/v1alpha3/devicetaintrules/r");
  assert.equal(earlier.json.apiVersion, "resource.k8s.io/v1alpha3");
  assert.match(
    earlier.headers["warning"] ?? "",
    /resource.k8s.io\/v1alpha3 DeviceTaintRule is deprecated in v1.36\+, unavailable in v1.39\+/,
  );
});
