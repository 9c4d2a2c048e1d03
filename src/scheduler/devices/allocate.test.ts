import { test } from "node:test";
import assert from "node:assert/strict";
import { DeviceClass, ResourceClaim, ResourceSlice } from "#api/resource/v1.ts";
import type { Device, DeviceClaim } from "#api/resource/v1.ts";
import { deviceSelector } from "#machinery/cel/devices.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { nodeOf } from "../testing/fixtures.ts";
import { allocate } from "./allocate.ts";

const driver = "gpu.example.com";

function gpu(name: string, model: string, more: Partial<Draft<Device>> = {}): Draft<Device> {
  return { name, attributes: { model: { string: model }, numa: { int: 0 } }, ...more };
}

function slice(name: string, devices: Draft<Device>[], spec: object = {}): ResourceSlice {
  return applyDefaults(ResourceSlice, {
    metadata: { name },
    spec: {
      driver,
      nodeName: "a",
      pool: { name: "a", generation: 1, resourceSliceCount: 1 },
      devices,
      ...spec,
    },
  });
}

const models = (model: string) => [
  { cel: { expression: `device.attributes["${driver}"].model == "${model}"` } },
];
const one = (name: string, model?: string, more: object = {}) => ({
  name,
  exactly: { deviceClassName: "gpu", ...(model && { selectors: models(model) }), ...more },
});

function outcome(
  slices: readonly ResourceSlice[],
  devices: Draft<DeviceClaim>,
  taken: readonly string[] = [],
): string {
  const claim = applyDefaults(ResourceClaim, { metadata: { name: "c" }, spec: { devices } });
  const deviceClass = applyDefaults(DeviceClass, {
    metadata: { name: "gpu" },
    spec: { selectors: [{ cel: { expression: `device.driver == "${driver}"` } }] },
  });
  const result = allocate([claim], nodeOf("a"), {
    slices: () => slices,
    deviceClass: (name) => (name === "gpu" ? deviceClass : undefined),
    taken: () => new Set(taken.map((name) => `${driver}/a/${name}`)),
    selector: deviceSelector,
  });
  if (!result.ok) return result.reason;
  const [allocation] = result.results;
  const found = allocation?.devices?.results ?? [];
  return found.map(({ request, device }) => `${request}=${device}`).join(" ");
}

test("finds devices for all requests of a claim, or says why not", () => {
  const two = [slice("s", [gpu("g0", "small"), gpu("g1", "large")])];
  const none = "cannot allocate all claims";
  const taint = { key: "broken", effect: "NoSchedule" };
  const cases: [string, readonly ResourceSlice[], Draft<DeviceClaim>, string[]?][] = [
    ["r=g0", two, { requests: [one("r")] }],
    ["r=g1", two, { requests: [one("r")] }, ["g0"]],
    ["r=g0", two, { requests: [one("r", undefined, { adminAccess: true })] }, ["g0"]],
    ["r=g1", two, { requests: [one("r", "large")] }],
    // The first choice of the first request is not the one that leaves room for the second.
    ["r=g1 s=g0", two, { requests: [one("r"), one("s", "small")] }],
    [none, two, { requests: [one("r", "large"), one("s", "large")] }],
    ["r=g0 r=g1", two, { requests: [one("r", undefined, { allocationMode: "All" })] }],
    [none, two, { requests: [one("r", undefined, { allocationMode: "All" })] }, ["g0"]],
    ["r=g0 r=g1", two, { requests: [one("r", undefined, { count: 2 })] }],
    [
      "r/b=g0",
      two,
      {
        requests: [
          {
            name: "r",
            firstAvailable: [
              { name: "a", deviceClassName: "gpu", selectors: models("huge") },
              { name: "b", deviceClassName: "gpu" },
            ],
          },
        ],
      },
    ],
    [
      none,
      two,
      {
        requests: [one("r", undefined, { count: 2 })],
        constraints: [{ matchAttribute: `${driver}/model` }],
      },
    ],
    [
      "r=g0 r=g1",
      two,
      {
        requests: [one("r", undefined, { count: 2 })],
        constraints: [
          { matchAttribute: `${driver}/numa` },
          { distinctAttribute: `${driver}/model` },
        ],
      },
    ],
    [none, [slice("s", [gpu("g0", "small", { taints: [taint] })])], { requests: [one("r")] }],
    [
      "r=g0",
      [slice("s", [gpu("g0", "small", { taints: [taint] })])],
      { requests: [one("r", undefined, { tolerations: [{ operator: "Exists" }] })] },
    ],
    [none, [slice("s", [gpu("g0", "small")], { nodeName: "b" })], { requests: [one("r")] }],
    [
      none,
      [slice("s", [gpu("g0", "small", { consumesCounters: [{ counterSet: "c", counters: {} }] })])],
      { requests: [one("r")] },
    ],
    [
      none,
      [slice("s", [gpu("g0", "x")], { pool: { name: "a", generation: 1, resourceSliceCount: 2 } })],
      { requests: [one("r")] },
    ],
    [
      "r=new",
      [
        slice("s", [gpu("old", "x")]),
        slice("t", [gpu("new", "x")], {
          pool: { name: "a", generation: 2, resourceSliceCount: 1 },
        }),
      ],
      { requests: [one("r")] },
    ],
    [
      'selector "device.attributes[\\"x\\"].y", device gpu.example.com/a/g0: CEL runtime error: no such key: y',
      two,
      {
        requests: [
          one("r", undefined, { selectors: [{ cel: { expression: 'device.attributes["x"].y' } }] }),
        ],
      },
    ],
    [
      "request r: this scheduler does not share devices by capacity",
      two,
      { requests: [one("r", undefined, { capacity: { requests: { memory: "1Gi" } } })] },
    ],
  ];
  for (const [expected, slices, devices, taken] of cases) {
    assert.equal(outcome(slices, devices, taken), expected, JSON.stringify(devices));
  }
});
