import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Draft } from "#schema/message.ts";
import { applyDefaults } from "#schema/default.ts";
import { diff, plan } from "./plan.ts";
import type { ProxyNode, ProxyPlan, ServicePortPlan } from "./plan.ts";

const node: ProxyNode = {
  name: "one",
  addresses: ["10.1.0.2"],
  clusterCidr: "10.244.0.0/16",
  serviceCidrs: ["10.96.0.0/12"],
};

function service(spec: Draft<Service>["spec"], rest: Partial<Draft<Service>> = {}): Service {
  const draft = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "web" },
    spec: { clusterIP: "10.96.0.5", ports: [{ port: 80 }], ...spec },
    ...rest,
  };
  return applyDefaults(Service, structuredClone(draft));
}

interface TestEndpoint {
  readonly ip: string;
  readonly on?: string;
  readonly conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
}

function slice(
  endpoints: readonly TestEndpoint[],
  options: { name?: string; service?: string; ports?: object[]; addressType?: string } = {},
): EndpointSlice {
  const draft = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name: options.name ?? "web-1",
      labels: { "kubernetes.io/service-name": options.service ?? "web" },
    },
    addressType: options.addressType ?? "IPv4",
    ports: options.ports ?? [{ port: 8080 }],
    endpoints: endpoints.map(({ ip, on, conditions }) => ({
      addresses: [ip],
      ...(on && { nodeName: on }),
      ...(conditions && { conditions }),
    })),
  };
  return applyDefaults(EndpointSlice, draft);
}

const planOf = (services: Service[], endpointSlices: EndpointSlice[] = []) =>
  plan({ node, services, endpointSlices });

function only(result: ProxyPlan): ServicePortPlan {
  const [port, ...rest] = result.ports.values();
  assert.ok(port && rest.length === 0, `${result.ports.size} ports`);
  return port;
}

const here = { ip: "10.244.0.5", on: "one" };
const there = { ip: "10.244.1.7", on: "two" };
const leaving = { ready: false, serving: true, terminating: true };
const gone = { ready: false, serving: false, terminating: true };

test("a ClusterIP Service goes to its ready endpoints, in order", () => {
  const port = only(planOf([service({})], [slice([there, here])]));
  assert.deepEqual(port, {
    key: "default/web:/tcp",
    protocol: "tcp",
    clusterIp: "10.96.0.5",
    port: 80,
    internal: "cluster",
    externalAddresses: [],
    nodePort: undefined,
    externalPolicy: "Cluster",
    external: "cluster",
    firewall: undefined,
    affinitySeconds: undefined,
    clusterEndpoints: ["10.244.0.5:8080", "10.244.1.7:8080"],
    localEndpoints: [],
  });
});

test("Services that a proxy has nothing to do with", () => {
  const label = (name: string) => ({
    metadata: { namespace: "default", name: "web", labels: { [name]: "x" } },
  });
  for (const other of [
    service({ clusterIP: "None" }),
    service({ clusterIP: "" }),
    service({ type: "ExternalName", externalName: "example.com" }),
    service({ clusterIP: "fd00::1" }),
    service({}, label("service.kubernetes.io/service-proxy-name")),
    service({}, label("service.kubernetes.io/headless")),
  ]) {
    assert.equal(planOf([other], [slice([here])]).ports.size, 0);
  }
});

test("which endpoints count", async (t) => {
  const cases: [string, TestEndpoint[], string[]][] = [
    ["no conditions are ready", [here], ["10.244.0.5:8080"]],
    ["not ready", [{ ...here, conditions: { ready: false } }, there], ["10.244.1.7:8080"]],
    [
      "terminating while others are ready",
      [{ ...here, conditions: leaving }, there],
      [`${there.ip}:8080`],
    ],
    ["only terminating ones", [{ ...here, conditions: leaving }], ["10.244.0.5:8080"]],
    ["terminating and not serving", [{ ...here, conditions: gone }], []],
    [
      "serving, not ready, not terminating",
      [{ ...here, conditions: { ready: false, serving: true } }],
      [],
    ],
    ["an address that is none", [{ ip: "10.244.0.500" }], []],
  ];
  for (const [name, endpoints, expected] of cases) {
    await t.test(name, () => {
      const port = only(planOf([service({})], [slice(endpoints)]));
      assert.deepEqual(port.clusterEndpoints, expected);
      assert.equal(port.internal, expected.length > 0 ? "cluster" : "reject");
    });
  }
});

test("slices: several, other families, other Services, an endpoint in two", () => {
  const port = only(
    planOf(
      [service({})],
      [
        slice([{ ...here, conditions: { ready: false } }]),
        slice([here, there], { name: "web-2" }),
        slice([{ ip: "fd00::1" }], { name: "web-3", addressType: "IPv6" }),
        slice([{ ip: "10.244.3.3" }], { name: "other-1", service: "other" }),
      ],
    ),
  );
  assert.deepEqual(port.clusterEndpoints, ["10.244.0.5:8080", "10.244.1.7:8080"]);
});

test("several ports are matched by name and protocol", () => {
  const ports = [
    { name: "dns", protocol: "UDP" as const, port: 53, targetPort: 5353 },
    { name: "dns-tcp", protocol: "TCP" as const, port: 53 },
    { name: "peers", protocol: "SCTP" as const, port: 9000 },
  ];
  const sliced = [
    { name: "dns", protocol: "UDP", port: 5353 },
    { name: "dns-tcp", protocol: "TCP", port: 5354 },
    { name: "peers", protocol: "TCP", port: 1 },
  ];
  const result = planOf([service({ ports })], [slice([here], { ports: sliced })]);
  assert.deepEqual(
    [...result.ports.values()].map((port) => [port.key, port.clusterEndpoints, port.internal]),
    [
      ["default/web:dns-tcp/tcp", ["10.244.0.5:5354"], "cluster"],
      ["default/web:dns/udp", ["10.244.0.5:5353"], "cluster"],
      ["default/web:peers/sctp", [], "reject"],
    ],
  );
});

test("traffic policies", async (t) => {
  const base: Draft<Service>["spec"] = {
    type: "NodePort",
    ports: [{ port: 80, nodePort: 30080 }],
  };
  const cases: {
    name: string;
    spec: Draft<Service>["spec"];
    endpoints: TestEndpoint[];
    expected: Partial<ServicePortPlan>;
  }[] = [
    {
      name: "internal Local with an endpoint here",
      spec: { internalTrafficPolicy: "Local" },
      endpoints: [here, there],
      expected: { internal: "local", localEndpoints: [`${here.ip}:8080`], clusterEndpoints: [] },
    },
    {
      name: "internal Local with none here",
      spec: { internalTrafficPolicy: "Local" },
      endpoints: [there],
      expected: { internal: "drop", localEndpoints: [] },
    },
    {
      name: "internal Local with none at all",
      spec: { internalTrafficPolicy: "Local" },
      endpoints: [],
      expected: { internal: "reject" },
    },
    {
      name: "external Local with an endpoint here",
      spec: { ...base, externalTrafficPolicy: "Local" },
      endpoints: [here, there],
      expected: {
        internal: "cluster",
        external: "local",
        externalPolicy: "Local",
        localEndpoints: [`${here.ip}:8080`],
        clusterEndpoints: [`${here.ip}:8080`, `${there.ip}:8080`],
        nodePort: 30080,
      },
    },
    {
      name: "external Local with none here",
      spec: { ...base, externalTrafficPolicy: "Local" },
      endpoints: [there],
      expected: { internal: "cluster", external: "drop", externalPolicy: "Local" },
    },
    {
      name: "external Local with none at all",
      spec: { ...base, externalTrafficPolicy: "Local" },
      endpoints: [],
      expected: { internal: "reject", external: "reject" },
    },
    {
      name: "external Local, the one here is terminating",
      spec: { ...base, externalTrafficPolicy: "Local" },
      endpoints: [{ ...here, conditions: leaving }, there],
      expected: {
        external: "local",
        localEndpoints: [`${here.ip}:8080`],
        clusterEndpoints: [`${there.ip}:8080`],
      },
    },
    {
      name: "external Local means nothing without an external address",
      spec: { externalTrafficPolicy: "Local" },
      endpoints: [here],
      expected: { externalPolicy: "Cluster", localEndpoints: [] },
    },
    {
      name: "session affinity, with upstream's default",
      spec: { sessionAffinity: "ClientIP" },
      endpoints: [here],
      expected: { affinitySeconds: 10_800 },
    },
    {
      name: "session affinity with a timeout",
      spec: {
        sessionAffinity: "ClientIP",
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } },
      },
      endpoints: [here],
      expected: { affinitySeconds: 7 },
    },
    {
      name: "hints for zones are ignored",
      spec: { trafficDistribution: "PreferClose" },
      endpoints: [here, there],
      expected: { clusterEndpoints: [`${here.ip}:8080`, `${there.ip}:8080`] },
    },
  ];
  for (const { name, spec, endpoints, expected } of cases) {
    await t.test(name, () => {
      const port = only(planOf([service(spec)], [slice(endpoints)]));
      assert.deepEqual({ ...port, ...expected }, port);
    });
  }
});

test("external addresses, firewall, health check", () => {
  const balanced = service(
    {
      type: "LoadBalancer",
      externalIPs: ["192.0.2.1", "2001:db8::1"],
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 32000,
      loadBalancerSourceRanges: [" 198.51.100.0/24", "nonsense", "10.0.0.0/99"],
      ports: [{ port: 80, nodePort: 30080 }],
    },
    {
      status: {
        loadBalancer: {
          ingress: [
            { ip: "192.0.2.9", ipMode: "VIP" },
            { ip: "192.0.2.10", ipMode: "Proxy" },
            { hostname: "lb.example.com" },
          ],
        },
      },
    },
  );
  const result = planOf([balanced], [slice([here, { ...here, ip: "10.244.0.6" }, there])]);
  const port = only(result);
  assert.deepEqual(port.externalAddresses, ["192.0.2.1", "192.0.2.9"]);
  assert.deepEqual(port.firewall, {
    addresses: ["192.0.2.9"],
    sourceRanges: ["198.51.100.0/24"],
  });
  assert.deepEqual(result.healthChecks, [
    { port: 32000, namespace: "default", name: "web", localEndpoints: 2 },
  ]);
});

test("an address that two ask for stays with the first, and a cluster address with its owner", () => {
  const named = (name: string, spec: Draft<Service>["spec"]) =>
    service(spec, { metadata: { namespace: "default", name } });
  const result = planOf([
    named("b", { clusterIP: "10.96.0.2", externalIPs: ["192.0.2.1"] }),
    named("a", { clusterIP: "10.96.0.1", externalIPs: ["192.0.2.1", "10.96.0.2"] }),
  ]);
  assert.deepEqual(
    [...result.ports.values()].map((port) => [port.key, port.externalAddresses]),
    [
      ["default/a:/tcp", ["192.0.2.1"]],
      ["default/b:/tcp", []],
    ],
  );
  assert.deepEqual(result.conflicts, [
    "default/a:/tcp asks for 10.96.0.2:80/tcp, which default/b:/tcp has",
    "default/b:/tcp asks for 192.0.2.1:80/tcp, which default/a:/tcp has",
  ]);
});

test("a plan does not depend on the order of what it is made of", () => {
  const services = ["a", "b", "c"].map((name, index) =>
    service({ clusterIP: `10.96.0.${index}` }, { metadata: { namespace: "default", name } }),
  );
  const slices = ["a", "b"].map((name) => slice([there, here], { name, service: name }));
  const forth = planOf(services, slices);
  const back = planOf(services.toReversed(), slices.toReversed());
  assert.deepEqual([...forth.ports], [...back.ports]);
  assert.deepEqual(diff(forth, back), { nodeChanged: false, changes: [] });
});

test("a diff has what is new, changed and gone", () => {
  const named = (name: string, ip: string) =>
    service({ clusterIP: ip }, { metadata: { namespace: "default", name } });
  const before = planOf([
    named("a", "10.96.0.1"),
    named("b", "10.96.0.2"),
    named("c", "10.96.0.3"),
  ]);
  const after = planOf(
    [named("b", "10.96.0.2"), named("c", "10.96.0.3"), named("d", "10.96.0.4")],
    [slice([here], { service: "c" })],
  );
  const { changes } = diff(before, after);
  assert.deepEqual(
    changes.map((change) => [change.before?.key, change.after?.key]),
    [
      ["default/a:/tcp", undefined],
      ["default/c:/tcp", "default/c:/tcp"],
      [undefined, "default/d:/tcp"],
    ],
  );
  const moved = plan({
    node: { ...node, addresses: ["10.1.0.3"] },
    services: [],
    endpointSlices: [],
  });
  assert.equal(diff(before, moved).nodeChanged, true);
});
