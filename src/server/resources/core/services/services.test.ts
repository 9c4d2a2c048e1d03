import { test } from "node:test";
import assert from "node:assert/strict";
import type { Service } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { StatusError } from "#machinery/status.ts";
import type { Draft } from "#schema/message.ts";
import {
  contextOf,
  createSurroundings,
  defaulted,
  problems,
  updateProblems,
} from "../../testing.ts";
import { createServiceAllocator } from "./allocator.ts";
import { serviceColumns } from "./columns.ts";
import { services } from "./resource.ts";

const definition = services(createSurroundings().dependencies);
const named = (spec: Draft<Service>["spec"], name = "web"): Draft<Service> => ({
  metadata: { name, namespace: "default" },
  ...(spec && { spec }),
});
const http = { port: 80 };

test("defaults", () => {
  const balanced = defaulted<Service>(
    definition,
    named({ type: "LoadBalancer", sessionAffinity: "ClientIP", ports: [http] }),
  );
  const { spec } = balanced;
  assert.deepEqual(spec.ports, [{ port: 80, protocol: "TCP", targetPort: 80 }]);
  assert.equal(spec.sessionAffinityConfig?.clientIP?.timeoutSeconds, 10_800);
  assert.equal(spec.externalTrafficPolicy, "Cluster");
  assert.equal(spec.internalTrafficPolicy, "Cluster");
  assert.equal(spec.allocateLoadBalancerNodePorts, true);
  const inner = defaulted<Service>(definition, named({ ports: [http] }));
  assert.equal(inner.spec.externalTrafficPolicy, undefined);
});

const columnCases: [spec: Draft<Service>["spec"], status: object, ...cells: string[]][] = [
  [
    { clusterIPs: ["10.96.0.1"], ports: [{ port: 443 }] },
    {},
    "ClusterIP",
    "10.96.0.1",
    "<none>",
    "443/TCP",
  ],
  [
    { type: "NodePort", clusterIPs: ["10.96.0.9"], ports: [{ port: 80, nodePort: 30_080 }] },
    {},
    "NodePort",
    "10.96.0.9",
    "<none>",
    "80:30080/TCP",
  ],
  [{ type: "LoadBalancer", ports: [http] }, {}, "LoadBalancer", "<none>", "<pending>", "80/TCP"],
  [
    { type: "LoadBalancer", ports: [http], externalIPs: ["1.2.3.4"] },
    { loadBalancer: { ingress: [{ ip: "5.6.7.8" }] } },
    "LoadBalancer",
    "<none>",
    "5.6.7.8,1.2.3.4",
    "80/TCP",
  ],
  [
    { type: "ExternalName", externalName: "example.com" },
    {},
    "ExternalName",
    "<none>",
    "example.com",
    "<none>",
  ],
];

for (const [spec, status, ...cells] of columnCases) {
  test(`columns of ${cells.join(" ")}`, () => {
    const service = defaulted<Service>(definition, { ...named(spec), status });
    const shown = serviceColumns.slice(1, 5).map((column) => column.cell(service, 0));
    assert.deepEqual(shown, cells);
  });
}

const refused: [what: string, spec: Draft<Service>["spec"], ...errors: string[]][] = [
  ["nothing wrong", { ports: [http] }],
  ["no ports", {}, "spec.ports: Required value"],
  ["no ports, headless", { clusterIP: "None", clusterIPs: ["None"] }],
  [
    "two ports without names",
    { ports: [http, { port: 81 }] },
    "spec.ports[0].name: Required value",
    "spec.ports[1].name: Required value",
  ],
  [
    "the same port twice",
    {
      ports: [
        { ...http, name: "a" },
        { ...http, name: "b" },
      ],
    },
    'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
  ],
  [
    "a node port without its type",
    { ports: [{ port: 80, nodePort: 30_000 }] },
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  ["no name to stand for", { type: "ExternalName" }, "spec.externalName: Required value"],
  [
    "a node port and no cluster address",
    { type: "NodePort", clusterIP: "None", clusterIPs: ["None"], ports: [http] },
    "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
  ],
  [
    "an outside policy inside",
    { ports: [http], externalTrafficPolicy: "Local" },
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for ' +
      "externally-accessible services",
  ],
];

for (const [what, spec, ...errors] of refused) {
  test(`a service with ${what}`, () => {
    assert.deepEqual(problems(definition, named(spec)), errors);
  });
}

test("the cluster address stays", () => {
  const from = named({ clusterIP: "10.96.0.5", clusterIPs: ["10.96.0.5"], ports: [http] });
  const to = named({ clusterIP: "10.96.0.6", clusterIPs: ["10.96.0.6"], ports: [http] });
  assert.deepEqual(updateProblems(definition, from, to), [
    'spec.clusterIPs[0]: Invalid value: ["10.96.0.6"]: may not change once set',
  ]);
});

const context = contextOf({ method: "POST" });

test("a create gets an address and its families; a headless one none", async () => {
  const create = async (spec: Draft<Service>["spec"], name: string) => {
    const service = defaulted<Service>(definition, named(spec, name));
    await definition.prepareForCreate?.(service, context);
    return service;
  };
  const plain = await create({ ports: [http] }, "a");
  assert.match(plain.spec.clusterIP ?? "", /^10\.96\.0\.\d+$/);
  assert.deepEqual(plain.spec.clusterIPs, [plain.spec.clusterIP]);
  assert.deepEqual(plain.spec.ipFamilies, ["IPv4"]);
  assert.equal(plain.spec.ipFamilyPolicy, "SingleStack");
  const headless = await create({ clusterIP: "None", selector: { app: "a" }, ports: [http] }, "b");
  assert.deepEqual(headless.spec.clusterIPs, ["None"]);
});

test("from ClusterIP to NodePort and back", async () => {
  const old = defaulted<Service>(definition, named({ ports: [http] }, "c"));
  await definition.prepareForCreate?.(old, context);
  const open = defaulted<Service>(definition, named({ type: "NodePort", ports: [http] }, "c"));
  await definition.prepareForUpdate?.(open, old, context);
  assert.equal(open.spec.clusterIP, old.spec.clusterIP);
  assert.ok((open.spec.ports?.[0]?.nodePort ?? 0) >= 30_000);
  const kept = defaulted<Service>(definition, named({ type: "NodePort", ports: [http] }, "c"));
  await definition.prepareForUpdate?.(kept, open, context);
  assert.equal(kept.spec.ports?.[0]?.nodePort, open.spec.ports?.[0]?.nodePort);
  const closed = structuredClone(open);
  closed.spec.type = "ClusterIP";
  await definition.prepareForUpdate?.(closed, open, context);
  assert.equal(closed.spec.ports?.[0]?.nodePort, undefined);
  assert.equal(closed.spec.externalTrafficPolicy, undefined);
});

function allocator(stored: Service[] = []) {
  const clock = new VirtualClock();
  const made = createServiceAllocator({
    networks: () => Promise.resolve(["10.96.0.0/28"]),
    nodePortRange: { from: 30_000, to: 30_003 },
    clock,
    random: seededRandom(7),
    list: () => Promise.resolve(stored),
  });
  return { made, clock };
}

const serviceOf = (name: string, spec: Draft<Service>["spec"] = {}) =>
  defaulted<Service>(definition, named({ ports: [http], ...spec }, name));
const message = (error: unknown) => (error instanceof StatusError ? error.message : String(error));

test("an address or a port has one owner", async () => {
  const { made } = allocator();
  const wanted = { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3"] };
  await made.allocate(serviceOf("a", wanted), { dryRun: false });
  await assert.rejects(made.allocate(serviceOf("b", wanted), { dryRun: false }), (error) => {
    assert.equal(
      message(error),
      'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.3"]: failed to ' +
        "allocate IP 10.96.0.3: provided IP is already allocated",
    );
    return true;
  });
  const port = { type: "NodePort" as const, ports: [{ port: 80, nodePort: 30_001 }] };
  await made.allocate(serviceOf("c", port), { dryRun: false });
  await assert.rejects(made.allocate(serviceOf("d", port), { dryRun: false }), (error) => {
    assert.equal(
      message(error),
      'Service "d" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is ' +
        "already allocated",
    );
    return true;
  });
  const outside = { type: "NodePort" as const, ports: [{ port: 80, nodePort: 80 }] };
  await assert.rejects(
    made.allocate(serviceOf("e", outside), { dryRun: false }),
    /provided port is not in the valid range\. The range of valid ports is 30000-30003/,
  );
});

test("what is stored is taken, what is deleted is free", async () => {
  const wanted = { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3"] };
  const stored = [serviceOf("a", wanted)];
  const { made } = allocator(stored);
  await assert.rejects(made.allocate(serviceOf("b", wanted), { dryRun: false }));
  const [gone] = stored.splice(0);
  if (gone) await made.release(gone);
  await made.allocate(serviceOf("b", wanted), { dryRun: false });
});

test("a failed write and a dry run leave nothing behind", async () => {
  const { made } = allocator();
  const wanted = { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3"] };
  const failed = serviceOf("a", wanted);
  await made.allocate(failed, { dryRun: false });
  await made.rollback(failed);
  await made.allocate(serviceOf("b", wanted), { dryRun: true });
  await made.allocate(serviceOf("c", wanted), { dryRun: false });
});

test("a reservation that nothing came of is found to be stale", async () => {
  const { made, clock } = allocator();
  const wanted = { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3"] };
  await made.allocate(serviceOf("a", wanted), { dryRun: false });
  await clock.advance(61_000);
  await made.allocate(serviceOf("b", wanted), { dryRun: false });
});

test("services that have no names yet are not one", async () => {
  const { made } = allocator();
  const wanted = { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3"] };
  const nameless = (uid: string) => {
    const service = serviceOf("", wanted);
    service.metadata.uid = uid;
    return service;
  };
  await made.allocate(nameless("u1"), { dryRun: false });
  await assert.rejects(made.allocate(nameless("u2"), { dryRun: false }), /already allocated/);
});

test("a full range says so", async () => {
  const { made } = allocator();
  for (let index = 0; index < 14; index++) {
    await made.allocate(serviceOf(`s${index}`), { dryRun: false });
  }
  await assert.rejects(
    made.allocate(serviceOf("more"), { dryRun: false }),
    /failed to allocate a serviceIP for Service "more": range is full/,
  );
});

test("networks that come and go", async () => {
  const stored: Service[] = [];
  let networks = ["10.96.0.0/29"];
  const made = createServiceAllocator({
    networks: () => Promise.resolve(networks),
    nodePortRange: { from: 30_000, to: 30_003 },
    clock: new VirtualClock(),
    random: seededRandom(7),
    list: () => Promise.resolve(stored),
  });
  const create = async (name: string, clusterIP?: string) => {
    const service = serviceOf(name, clusterIP ? { clusterIP, clusterIPs: [clusterIP] } : {});
    await made.allocate(service, { dryRun: false });
    stored.push(service);
    return service;
  };
  const outside = /the provided network does not match the current range$/;
  for (let index = 0; index < 6; index++) await create(`first-${index}`);
  await assert.rejects(create("full"), /range is full/);
  await assert.rejects(create("outside", "10.97.0.3"), outside);

  networks = [...networks, "2001:db8::/112", "10.97.0.0/29"];
  const wanted = await create("second-0", "10.97.0.3");
  for (let index = 1; index < 6; index++) {
    assert.match((await create(`second-${index}`)).spec.clusterIP ?? "", /^10\.97\.0\.[1-6]$/);
  }
  await assert.rejects(create("full"), /range is full/);
  for (const edge of ["10.97.0.0", "10.97.0.7"]) {
    await assert.rejects(create("edge", edge), (error) => outside.test(message(error)));
  }

  networks = ["10.96.0.0/29"];
  await made.allocate(structuredClone(wanted), { dryRun: false });
  await assert.rejects(create("outside", "10.97.0.3"), outside);
  networks = ["10.97.0.0/29"];
  await assert.rejects(create("taken", "10.97.0.3"), /provided IP is already allocated/);
});
