import assert from "node:assert/strict";
import { test } from "node:test";
import { Endpoints, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { startCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { endpointSliceMirroringController } from "./controller.ts";
import { isMirrored, mirrorOf } from "./plan.ts";

const place = { namespace: "default", name: "db" };

const endpointsOf = (subsets: object[], metadata: object = {}) =>
  ({ metadata: { ...place, uid: "uid-1", ...metadata }, subsets }) as unknown as Endpoints;

const port = (number: number, name?: string) => ({
  port: number,
  protocol: "TCP",
  ...(name && { name }),
});
const addresses = (...ips: string[]) => ips.map((ip) => ({ ip }));

test("which endpoints are mirrored", () => {
  const own = { spec: {} } as unknown as Service;
  const selecting = { spec: { selector: { app: "db" } } } as unknown as Service;
  const skip = { labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } };
  const lock = { annotations: { "control-plane.alpha.kubernetes.io/leader": "{}" } };
  const cases: [string, Endpoints, Service | undefined, boolean][] = [
    ["those of a Service without a selector", endpointsOf([]), own, true],
    ["none of nothing", endpointsOf([]), undefined, false],
    ["none that pods are behind", endpointsOf([]), selecting, false],
    ["none that say so", endpointsOf([], skip), own, false],
    ["no locks", endpointsOf([], lock), own, false],
  ];
  for (const [name, endpoints, service, expected] of cases) {
    assert.equal(isMirrored(endpoints, service), expected, name);
  }
});

test("what their slices say", () => {
  const many = Array.from({ length: 1001 }, (_, index) => ({
    ip: `10.${index >> 8}.${index & 255}.1`,
  }));
  const cases: [string, object[], string[], [number, number]][] = [
    ["nothing", [], [], [0, 0]],
    [
      "one family each",
      [{ addresses: addresses("10.0.0.1", "fd00::0:1", "10.0.0.2"), ports: [port(80)] }],
      ["IPv4 [80] 10.0.0.1 10.0.0.2", "IPv6 [80] fd00::1"],
      [0, 0],
    ],
    [
      "ports of one address together",
      [
        { addresses: addresses("10.0.0.1"), ports: [port(80, "http")] },
        { addresses: addresses("10.0.0.1", "10.0.0.2"), ports: [port(443, "https")] },
      ],
      ["IPv4 [80,443] 10.0.0.1", "IPv4 [443] 10.0.0.2"],
      [0, 0],
    ],
    [
      "who is not ready",
      [
        {
          addresses: addresses("10.0.0.1"),
          notReadyAddresses: addresses("10.0.0.2"),
          ports: [port(80)],
        },
      ],
      ["IPv4 [80] 10.0.0.1 10.0.0.2!"],
      [0, 0],
    ],
    [
      "nothing of what is no address",
      [{ addresses: addresses("10.0.0.1", "tomato"), ports: [port(80)] }],
      ["IPv4 [80] 10.0.0.1"],
      [1, 1],
    ],
    [
      "no more than a thousand, those that are ready first",
      [{ notReadyAddresses: addresses("10.9.9.9"), addresses: many.slice(0, 1000) }],
      ["IPv4 [] 1000 addresses"],
      [0, 1],
    ],
  ];
  for (const [name, subsets, expected, [invalid, skipped]] of cases) {
    const mirror = mirrorOf(endpointsOf(subsets));
    const shown = mirror.groups.map(({ addressType, ports, endpoints }) => {
      const all = endpoints.map((one) => `${one.addresses[0]}${one.conditions?.ready ? "" : "!"}`);
      const text = all.length > 9 ? `${all.length} addresses` : all.join(" ");
      return `${addressType} [${ports.map((one) => one.port).join()}] ${text}`;
    });
    assert.deepEqual(shown, expected, name);
    assert.deepEqual([mirror.invalid, mirror.skipped], [invalid, skipped], name);
  }
});

test("slices follow endpoints that somebody writes", async () => {
  const cluster = await startCluster([endpointSliceMirroringController]);
  const { client } = cluster;
  const dialogue = new Dialogue(cluster, [
    view(EndpointSlice, ({ metadata, ports = [], endpoints = [] }) => {
      const ips = endpoints.map((one) => one.addresses[0]).join(" ");
      const { "kubernetes.io/service-name": service, tier } = metadata.labels ?? {};
      const [owner] = metadata.ownerReferences ?? [];
      const notes = Object.keys(metadata.annotations ?? {}).join();
      return (
        `of ${service}, tier ${tier}, owned by ${owner?.kind}, [${notes}]: ` +
        `${ips || "nobody"} on ${ports.map((one) => one.port).join()}`
      );
    }),
  ]);
  const change = async (patch: object) => client.patch(Endpoints, place, { type: "merge", patch });
  await dialogue.ask(
    "endpoints before their Service",
    () =>
      client.create(Endpoints, {
        metadata: { ...place, labels: { tier: "data" }, annotations: { note: "mine" } },
        subsets: [{ addresses: addresses("192.0.2.1"), ports: [port(5432) as { port: number }] }],
      }),
    1_000,
  );
  const service = { metadata: place, spec: { ports: [{ port: 5432 }] } };
  await dialogue.ask("the Service", () => client.create(Service, service), 1_000);
  await dialogue.ask(
    "another address, and one that is none",
    () =>
      change({
        subsets: [
          { addresses: addresses("192.0.2.1", "192.0.2.2", "tomato"), ports: [port(5432)] },
        ],
      }),
    1_000,
  );
  const [slice] = (await client.list(EndpointSlice)).items;
  assert.ok(slice);
  await dialogue.ask(
    "somebody deletes the slice",
    () => client.delete(EndpointSlice, slice.metadata),
    1_000,
  );
  const label = { metadata: { labels: { tier: "gold" } } };
  await dialogue.ask("another label", () => change(label), 1_000);
  const selector = { spec: { selector: { app: "db" } } };
  await dialogue.ask(
    "the Service gets a selector",
    () => client.patch(Service, place, { type: "merge", patch: selector }),
    1_000,
  );
  const text = (await dialogue.end()).replaceAll(/db-\w+:/g, "db-*:");
  golden(new URL("testdata/mirrored.txt", import.meta.url), text);
  await cluster.stop();
});
