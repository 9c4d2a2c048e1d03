import { test } from "node:test";
import assert from "node:assert/strict";
import type { Pod, Service } from "#api/core/v1.ts";
import type { Endpoint, EndpointSlice } from "#api/discovery/v1.ts";
import { subsetsOf } from "../endpoints/subsets.ts";
import { groupsOf, planSlices } from "./plan.ts";
import type { Group } from "./plan.ts";

function pod(
  index: number,
  options: { ready?: boolean; going?: boolean; port?: number } = {},
): Pod {
  const { ready = true, going = false, port = 8080 } = options;
  return {
    metadata: {
      name: `p${index}`,
      namespace: "default",
      uid: `uid-${index}`,
      ...(going && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: {
      nodeName: "n1",
      hostname: `h${index}`,
      subdomain: "web",
      containers: [{ ports: [{ name: "http", containerPort: port, protocol: "TCP" }] }],
    },
    status: {
      phase: "Running",
      podIP: `10.0.0.${index}`,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    },
  } as unknown as Pod;
}

function service(spec: Partial<Service["spec"]> = {}): Service {
  return {
    metadata: { name: "web", namespace: "default" },
    spec: {
      clusterIP: "10.96.0.1",
      ipFamilies: ["IPv4"],
      ports: [{ name: "web", port: 80, targetPort: "http", protocol: "TCP" }],
      ...spec,
    },
  } as unknown as Service;
}

const noNode = () => undefined;

test("endpoints say whether they are ready, serve, and are on their way out", () => {
  const pods = [pod(1), pod(2, { ready: false }), pod(3, { going: true })];
  const [group, ...others] = groupsOf(service(), pods, noNode);
  assert.equal(others.length, 0);
  assert.deepEqual(group?.ports, [{ name: "web", protocol: "TCP", port: 8080 }]);
  assert.deepEqual(
    group?.endpoints.map(({ conditions, hostname }) => [
      conditions?.ready,
      conditions?.serving,
      conditions?.terminating,
      hostname,
    ]),
    [
      [true, true, false, "h1"],
      [false, false, false, "h2"],
      [false, true, true, "h3"],
    ],
  );
  const [published] = groupsOf(service({ publishNotReadyAddresses: true }), pods, noNode);
  assert.deepEqual(
    published?.endpoints.map(({ conditions }) => conditions?.ready),
    [true, true, true],
  );
});

test("pods whose named port differs stand in slices of their own", () => {
  const groups = groupsOf(service(), [pod(1), pod(2, { port: 9090 })], noNode);
  assert.deepEqual(
    groups.map(({ ports, endpoints }) => [ports[0]?.port, endpoints.length]),
    [
      [8080, 1],
      [9090, 1],
    ],
  );
  const { subsets } = subsetsOf(service(), [
    pod(1),
    pod(2, { port: 9090 }),
    pod(3, { ready: false }),
  ]);
  assert.deepEqual(
    subsets.map(({ addresses, notReadyAddresses, ports }) => [
      addresses?.map(({ ip }) => ip),
      notReadyAddresses?.map(({ ip }) => ip),
      ports?.[0]?.port,
    ]),
    [
      [["10.0.0.1"], ["10.0.0.3"], 8080],
      [["10.0.0.2"], undefined, 9090],
    ],
  );
});

const ports = [{ name: "", protocol: "TCP" as const, port: 80 }];
const endpoint = (index: number): Endpoint => ({
  addresses: [`10.0.${Math.floor(index / 250)}.${index % 250}`],
  targetRef: { uid: `uid-${index}` },
});
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => endpoint(from + index));
const slice = (name: string, endpoints: Endpoint[]): EndpointSlice =>
  ({ metadata: { name }, addressType: "IPv4", ports, endpoints }) as unknown as EndpointSlice;
const group = (endpoints: Endpoint[]): Group => ({ addressType: "IPv4", ports, endpoints });

test("slices", () => {
  const cases: [string, Group, EndpointSlice[], string[]][] = [
    ["fill up one after the other", group(range(0, 250)), [], ["+100", "+100", "+50"]],
    ["stay as they are", group(range(0, 2)), [slice("a", range(0, 2))], []],
    [
      "take new endpoints where there is room",
      group(range(0, 3)),
      [slice("a", range(0, 2))],
      ["a=3"],
    ],
    ["overflow into a new one", group(range(0, 150)), [slice("a", range(0, 100))], ["+50"]],
    [
      "go when they are empty",
      group(range(0, 1)),
      [slice("a", range(0, 1)), slice("b", range(5, 6))],
      ["-b"],
    ],
    ["keep one that says there is nothing", group([]), [slice("a", range(0, 2))], ["a=0"]],
    ["are made even for nothing", group([]), [], ["+0"]],
  ];
  for (const [name, wanted, existing, result] of cases) {
    const plan = planSlices([wanted], existing, () => true);
    assert.deepEqual(
      [
        ...plan.create.map(({ endpoints }) => `+${endpoints.length}`),
        ...plan.update.map((one) => `${one.slice.metadata.name}=${one.group.endpoints.length}`),
        ...plan.remove.map(({ metadata }) => `-${metadata.name}`),
      ],
      result,
      name,
    );
  }
});

test("a slice of other ports is used again rather than replaced", () => {
  const empty = { ...slice("a", []), ports: [] };
  const plan = planSlices([group(range(0, 2))], [empty], () => true);
  assert.deepEqual([plan.create.length, plan.update.length, plan.remove.length], [0, 1, 0]);
});
