import { test } from "node:test";
import assert from "node:assert/strict";
import type { DeviceClass } from "#api/resource/v1.ts";
import { isMeasured, usageOf } from "./usage.ts";

const surroundings = { now: 0 };

test("what pods take", () => {
  const container = (requests: object, limits: object = {}) => ({
    name: "main",
    resources: { requests, limits },
  });
  const pod = (spec: object, status: object = {}) => ({
    metadata: {},
    spec: { containers: [container({ cpu: "2" }, { cpu: "3" })], ...spec },
    status,
  });
  const actual = (resources: object, more: object = {}) => ({
    containerStatuses: [{ name: "main", resources, ...more }],
  });
  const of = (requests: string, limits: string) => ({
    cpu: requests,
    "requests.cpu": requests,
    "limits.cpu": limits,
  });
  const infeasible = { conditions: [{ type: "PodResizePending", reason: "Infeasible" }] };
  const cases: [string, object, object][] = [
    ["what they ask for", pod({}), of("2", "3")],
    [
      "of all containers, and beside it",
      pod({
        containers: [container({ cpu: "1" }), container({ cpu: "2" })],
        overhead: { cpu: "1" },
      }),
      { cpu: "4", "requests.cpu": "4" },
    ],
    ["what the pod says as a whole", pod({ resources: { requests: { cpu: "5" } } }), of("5", "3")],
    [
      "what they have until they get less",
      pod({}, actual({ requests: { cpu: "4" }, limits: { cpu: "4" } })),
      of("4", "4"),
    ],
    [
      "what they were given until they have it",
      pod({}, actual({ requests: { cpu: "1" } }, { allocatedResources: { cpu: "5" } })),
      of("5", "3"),
    ],
    [
      "no more than they have where they cannot get it",
      pod({}, { ...actual({ requests: { cpu: "1" }, limits: { cpu: "1" } }), ...infeasible }),
      of("1", "1"),
    ],
  ];
  for (const [name, object, expected] of cases) {
    const usage = usageOf("", "pods", object, surroundings);
    assert.deepEqual(usage, { "count/pods": "1", pods: "1", ...expected }, name);
  }
});

test("what claims of storage take", () => {
  const claim = (spec: object, more: object = {}) => ({ metadata: {}, status: {}, spec, ...more });
  const requests = (storage: string) => ({ resources: { requests: { storage } } });
  const one = { "count/persistentvolumeclaims": "1", persistentvolumeclaims: "1" };
  const cases: [string, object, object][] = [
    ["what they ask for", claim(requests("2Gi")), { "requests.storage": "2Gi" }],
    ["whole bytes", claim(requests("1500m")), { "requests.storage": "2" }],
    [
      "what they got, if it is more",
      claim(requests("2Gi"), { status: { allocatedResources: { storage: "3Gi" } } }),
      { "requests.storage": "3Gi" },
    ],
    [
      "of their class, too",
      claim({ ...requests("2Gi"), storageClassName: "gold" }),
      {
        "requests.storage": "2Gi",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "gold.storageclass.storage.k8s.io/requests.storage": "2Gi",
      },
    ],
  ];
  for (const [name, object, expected] of cases) {
    const usage = usageOf("", "persistentvolumeclaims", object, surroundings);
    assert.deepEqual(usage, { ...one, ...expected }, name);
  }
});

test("what claims of devices take", () => {
  const claim = (requests: object[], annotations: object = {}) => ({
    metadata: { annotations },
    spec: { devices: { requests } },
  });
  const exactly = (deviceClassName: string, count?: number, allocationMode = "ExactCount") => ({
    exactly: { deviceClassName, allocationMode, count },
  });
  const of = (name: string, amount: string) => ({
    [`${name}.deviceclass.resource.k8s.io/devices`]: amount,
    [`requests.deviceclass.resource.kubernetes.io/${name}`]: amount,
  });
  const deviceClasses = [
    { metadata: { name: "gpu" }, spec: { extendedResourceName: "example.com/gpu" } },
  ] as unknown as DeviceClass[];
  const alternatives = [
    { deviceClassName: "big", allocationMode: "ExactCount", count: 1 },
    { deviceClassName: "small", allocationMode: "ExactCount", count: 2 },
    { deviceClassName: "small", allocationMode: "ExactCount", count: 4 },
  ];
  const cases: [string, object, object][] = [
    ["one, unless they say", claim([exactly("nic")]), of("nic", "1")],
    ["of all requests", claim([exactly("nic", 2), exactly("nic", 3)]), of("nic", "5")],
    ["as many as there can be", claim([exactly("nic", undefined, "All")]), of("nic", "32")],
    [
      "the most of each class of the alternatives",
      claim([{ firstAvailable: alternatives }]),
      { ...of("big", "1"), ...of("small", "4") },
    ],
    [
      "under the name that pods ask for them, too",
      claim([exactly("gpu", 2)]),
      { ...of("gpu", "2"), "requests.example.com/gpu": "2" },
    ],
    [
      "no more where their pod asked for them so",
      claim([exactly("gpu", 2)], { "resource.kubernetes.io/extended-resource-claim": "true" }),
      { "gpu.deviceclass.resource.k8s.io/devices": "2" },
    ],
  ];
  const one = { "count/resourceclaims.resource.k8s.io": "1" };
  for (const [name, object, expected] of cases) {
    const usage = usageOf("resource.k8s.io", "resourceclaims", object, { now: 0, deviceClasses });
    assert.deepEqual(usage, { ...one, ...expected }, name);
  }
});

test("which names count which resources", () => {
  const cases: [string, string, string, boolean][] = [
    ["", "pods", "requests.cpu", true],
    ["", "pods", "requests.example.com/gpu", true],
    ["", "pods", "requests.storage", false],
    ["", "pods", "hugepages-2Mi", true],
    ["", "persistentvolumeclaims", "gold.storageclass.storage.k8s.io/requests.storage", true],
    ["", "secrets", "secrets", true],
    ["", "secrets", "count/secrets", true],
    ["", "endpoints", "endpoints", false],
    ["apps", "deployments", "count/deployments.apps", true],
    ["example.com", "pods", "pods", false],
    ["resource.k8s.io", "resourceclaims", "gpu.deviceclass.resource.k8s.io/devices", true],
  ];
  for (const [group, resource, name, expected] of cases) {
    assert.equal(isMeasured(group, resource, name), expected, `${name} of ${resource}`);
  }
});
