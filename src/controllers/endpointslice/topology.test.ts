import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, Pod, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Endpoint } from "#api/discovery/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { endpointSliceController } from "./controller.ts";
import { planZones, sharesOf } from "./topology.ts";

function node(name: string, zone: string, cpu: string, more: object = {}) {
  return {
    metadata: { name, labels: { ...(zone && { "topology.kubernetes.io/zone": zone }), ...more } },
    status: { allocatable: { cpu }, conditions: [{ type: "Ready", status: "True" }] },
  } as unknown as Node;
}

test("what part each zone has", () => {
  const master = { "node-role.kubernetes.io/control-plane": "" };
  const silent = node("c", "z3", "8");
  silent.status = { ...silent.status, conditions: [{ type: "Ready", status: "Unknown" }] };
  const pair = [node("a", "z1", "1500m"), node("b", "z2", "500m")];
  const cases: [string, Node[], Record<string, number> | undefined][] = [
    ["by processors", pair, { z1: 0.75, z2: 0.25 }],
    [
      "of nodes that take part",
      [...pair, silent, node("d", "z4", "9", master)],
      { z1: 0.75, z2: 0.25 },
    ],
    ["none of one zone", [node("a", "z1", "2")], undefined],
    ["none when one does not say", [...pair, node("e", "", "1")], undefined],
    ["none when one has none", [...pair, node("e", "z1", "0")], undefined],
  ];
  for (const [name, nodes, expected] of cases) {
    const shares = sharesOf(nodes);
    assert.deepEqual(shares && Object.fromEntries(shares), expected, name);
  }
});

test("which zone each endpoint is for", () => {
  const even = new Map([
    ["z1", 0.5],
    ["z2", 0.5],
  ]);
  const cases: [string, string, string, typeof even | undefined, string][] = [
    ["its own", "z1 z1 z2 z2", "", even, "z1 z1 z2 z2"],
    ["another one's that has too few", "z1 z1 z1 z1 z1 z2", "", even, "z2 z2 z1 z1 z1 z2"],
    [
      "the one that it was for",
      "z1 z1 z1 z1 z1 z2",
      "z1 z1 z1 z2 z2 z2",
      even,
      "z1 z1 z1 z2 z2 z2",
    ],
    ["no zone that is gone", "z1 z2", "z9 z9", even, "z1 z2"],
    [
      "none where halves cannot be shared",
      "z1 z1 z2",
      "",
      even,
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)",
    ],
    [
      "none of nodes that say nothing",
      "z1 z2",
      "",
      undefined,
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    ],
    ["none of too few", "z1", "", even, "Insufficient number of endpoints (1 endpoints, 2 zones)"],
    [
      "none of one that has no zone",
      "z1 -",
      "",
      even,
      "One or more endpoints do not have a zone specified",
    ],
    [
      "none where one zone is too small",
      "z1 z2 z3",
      "",
      new Map([
        ["z1", 0.9],
        ["z2", 0.05],
        ["z3", 0.05],
      ]),
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)",
    ],
  ];
  for (const [name, zones, last, shares, expected] of cases) {
    const endpoints = zones.split(" ").map((zone): Endpoint => ({
      addresses: ["10.0.0.1"],
      conditions: { ready: true },
      ...(zone !== "-" && { zone }),
    }));
    const before = new Map(last.split(" ").map((zone, index) => [endpoints[index], zone]));
    const plan = planZones(endpoints, shares, (endpoint) => before.get(endpoint));
    const shown =
      "problem" in plan
        ? plan.problem
        : endpoints.map((endpoint) => plan.zones.get(endpoint)).join(" ");
    assert.equal(shown, expected, name);
  }
});

test("hints come and go with zones and their sizes", async () => {
  const cluster = await startCluster([endpointSliceController]);
  const { client, kubelet } = cluster;
  const place = { namespace: "default", name: "web" };
  kubelet.nodeFor = ({ metadata }) => (metadata.name === "p4" ? "b" : "a");
  const dialogue = new Dialogue(cluster, [
    view(EndpointSlice, ({ endpoints = [] }) =>
      endpoints
        .map(({ targetRef, zone, hints }) => {
          const zones = hints?.forZones?.map(({ name }) => name).join() ?? "all";
          const nodes = hints?.forNodes?.map(({ name }) => ` and ${name}`).join() ?? "";
          return `${targetRef?.name} in ${zone} for ${zones}${nodes}`;
        })
        .join("; "),
    ),
  ]);
  const draft = (name: string, cpu: string) => {
    const { metadata, status } = node(name, name === "a" ? "z1" : "z2", cpu);
    return { metadata: { name, labels: metadata.labels ?? {} }, status };
  };
  await client.create(Node, draft("a", "2"));
  await dialogue.ask(
    "a Service of four pods, on one node",
    async () => {
      await client.create(Service, {
        metadata: { ...place, annotations: { "service.kubernetes.io/topology-mode": "Auto" } },
        spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
      });
      for (const name of ["p1", "p2", "p3", "p4"]) {
        await client.create(Pod, {
          metadata: { namespace: "default", name, labels: { app: "web" } },
          spec: { containers: [{ name: "main", image: "nginx" }] },
        });
      }
    },
    3_000,
  );
  await dialogue.ask("a second zone", () => client.create(Node, draft("b", "2")), 1_000);
  const annotations = { "service.kubernetes.io/topology-mode": null };
  const patch = (patch: object) => client.patch(Service, place, { type: "merge", patch });
  await dialogue.ask("no longer wanted", () => patch({ metadata: { annotations } }), 1_000);
  const near = { spec: { trafficDistribution: "PreferSameNode" } };
  await dialogue.ask("to the same node", () => patch(near), 1_000);
  const text = (await dialogue.end()).replaceAll(/web-\w+:/g, "web-*:");
  golden(new URL("testdata/topology.txt", import.meta.url), text);
  await cluster.stop();
});
