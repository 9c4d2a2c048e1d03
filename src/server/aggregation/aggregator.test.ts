import { test } from "node:test";
import assert from "node:assert/strict";
import type { APIService } from "#api/apiregistration/v1.ts";
import { Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { silentLogger } from "#base/log.ts";
import { utf8 } from "#base/bytes.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import type { Store } from "#storage/store.ts";
import { clusterAddressResolver } from "../webhook/service-resolver.ts";
import { crontabs } from "../crd/testing.ts";
import { createDiscovery } from "../discovery/discovery.ts";
import { servedVersions } from "../discovery/groups.ts";
import { customResourceDefinitions } from "../resources/apiextensions/customresourcedefinitions/resource.ts";
import { apiServices } from "../resources/apiregistration/apiservices/resource.ts";
import { defineResource } from "../resources/define.ts";
import { Harness, testResources } from "../../testkit/requests.ts";
import type { Answer } from "../../testkit/requests.ts";
import { openTestServer } from "../../testkit/server.ts";
import { Aggregator } from "./aggregator.ts";
import { managedLabel } from "./registration.ts";
import type { RemoteRequest, RemoteServer, RemoteServers } from "./remote.ts";

const path = "/apis/apiregistration.k8s.io/v1/apiservices";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const metrics = "v1beta1.metrics.k8s.io";
const root = "/apis/metrics.k8s.io/v1beta1";
const reference = { namespace: "default", name: "metrics" };

/** Answers as long as it is up, and remembers what it was asked. */
class FakeServers implements RemoteServers {
  isUp = true;
  readonly asked: (RemoteRequest & { readonly server: RemoteServer })[] = [];

  async fetch(server: RemoteServer, request: RemoteRequest) {
    if (!this.isUp) throw new Error("connection refused");
    this.asked.push({ ...request, server });
    const json =
      request.path === root
        ? { resources: [{ name: "nodes", kind: "NodeMetrics", namespaced: false, verbs: ["get"] }] }
        : { kind: "NodeMetricsList", items: [] };
    const known = request.path.startsWith(root);
    const contentType = "application/json";
    return {
      status: known ? 200 : 404,
      headers: { "content-type": contentType },
      body: { kind: "bytes", contentType, bytes: utf8(JSON.stringify(json)) },
    } as const;
  }

  tunnel(): Promise<never> {
    return Promise.reject(new Error("no tunnel here"));
  }
}

class AggregatingHarness extends Harness {
  readonly servers: FakeServers;

  constructor(server: Harness["server"], clock: VirtualClock, servers: FakeServers) {
    super(server, clock);
    this.servers = servers;
  }

  async settle(ms = 10): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(ms);
  }

  async until(asked: string, holds: (answer: Answer) => boolean): Promise<Answer> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const answer = await this.send("GET", asked);
      if (holds(answer)) return answer;
      await this.settle();
    }
    throw new Error(`${asked} did not become as wanted`);
  }

  async untilReason(reason: string): Promise<Answer> {
    return this.until(`${path}/${metrics}`, ({ json }) => {
      return json.status?.conditions?.[0]?.reason === reason;
    });
  }

  async names(): Promise<string[]> {
    return (await this.send("GET", path)).json.items.map(
      ({ metadata }: APIService) => metadata.name,
    );
  }
}

async function open(store?: Store): Promise<AggregatingHarness> {
  const clock = new VirtualClock();
  const servers = new FakeServers();
  let aggregator: Aggregator | undefined = undefined;
  const versions = (): Aggregator["versions"] => aggregator?.versions ?? [];
  const discovery = createDiscovery({
    definitions: () => server.api.definitions,
    foreign: versions,
    serverAddress: "127.0.0.1:1",
    otherPaths: [],
  });
  const server = await openTestServer({
    clock,
    ...(store && { store }),
    resources: [
      ...testResources,
      customResourceDefinitions({ clock }),
      apiServices({ clock }),
      defineResource<Service>({ type: Service }),
      defineResource<EndpointSlice>({ type: EndpointSlice }),
    ],
    paths: [{ handle: (asked, headers) => discovery.handle(asked, headers) }],
    aggregation: ({ client }, { fixed, metrics: registry }) =>
      (aggregator = new Aggregator({
        client,
        clock,
        random: seededRandom(1),
        logger: silentLogger,
        builtIn: () => servedVersions(fixed),
        servers,
        resolve: clusterAddressResolver(client),
        metrics: registry,
      })),
  });
  return new AggregatingHarness(server, clock, servers);
}

const apiService = {
  metadata: { name: metrics },
  spec: {
    group: "metrics.k8s.io",
    version: "v1beta1",
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: reference,
  },
};

async function serve({ server: { client } }: Harness): Promise<void> {
  await client.create(Service, {
    metadata: reference,
    spec: { type: "ClusterIP", clusterIP: "10.96.0.7", ports: [{ name: "https", port: 443 }] },
  });
  await client.create(EndpointSlice, {
    metadata: { ...reference, labels: { "kubernetes.io/service-name": "metrics" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true } }],
    ports: [{ name: "https", port: 8443, protocol: "TCP" }],
  });
}

test("what the server serves itself is there from the start", async () => {
  await using api = await open();
  const ready = await api.until("/readyz", ({ status }) => status === 200);
  assert.equal(ready.text, "ok");
  const names = ["v1.", "v1.apiextensions.k8s.io", "v1.apps", "v1.discovery.k8s.io"];
  assert.deepEqual(await api.names(), names);
  const { json } = await api.send("GET", `${path}/v1.apps`);
  assert.equal(json.metadata.labels[managedLabel], "onstart");
  assert.deepEqual(json.spec, {
    group: "apps",
    version: "v1",
    groupPriorityMinimum: 17_800,
    versionPriority: 15,
  });
  const [{ lastTransitionTime, ...condition }] = json.status.conditions;
  assert.ok(lastTransitionTime);
  assert.deepEqual(condition, {
    type: "Available",
    status: "True",
    reason: "Local",
    message: "Local APIServices are always available",
  });
});

test("a built-in one that was deleted comes back with the next start", async () => {
  const store = new MemoryStore({ clock: new VirtualClock() });
  {
    await using api = await open(store);
    await api.until("/readyz", ({ status }) => status === 200);
    await api.send("DELETE", `${path}/v1.apps`);
    const merge = { contentType: "application/merge-patch+json" };
    const body = { spec: { versionPriority: 3 } };
    await api.send("PATCH", `${path}/v1.`, { body, ...merge });
    for (let turn = 0; turn < 5; turn++) await api.settle();
    assert.ok(!(await api.names()).includes("v1.apps"));
    assert.equal((await api.send("GET", `${path}/v1.`)).json.spec.versionPriority, 3);
  }
  await using api = await open(store);
  await api.until(`${path}/v1.apps`, ({ status }) => status === 200);
  await api.until(`${path}/v1.`, ({ json }) => json.spec.versionPriority === 1);
  await store[Symbol.asyncDispose]();
});

test("a custom resource's comes and goes with its definition, and comes back", async () => {
  await using api = await open();
  const name = "v1.stable.example.com";
  const crd = crontabs({});
  await api.send("POST", crds, { body: crd });
  const there = await api.until(`${path}/${name}`, ({ status }) => status === 200);
  assert.equal(there.json.metadata.labels[managedLabel], "true");
  const { uid } = there.json.metadata;
  await api.send("DELETE", `${path}/${name}`);
  await api.until(`${path}/${name}`, ({ status, json }) => {
    return status === 200 && json.metadata.uid !== uid;
  });
  await api.send("DELETE", `${crds}/${crd.metadata.name}`);
  await api.until(`${path}/${name}`, ({ status }) => status === 404);
});

test("another server's availability follows its Service and what it answers", async () => {
  await using api = await open();
  await api.send("POST", path, { body: apiService });
  await api.untilReason("ServiceNotFound");
  const refused = await api.send("GET", `${root}/nodes`);
  assert.equal(refused.status, 503);
  assert.equal(refused.text, "service unavailable\n");
  assert.equal(refused.headers["x-content-type-options"], "nosniff");
  await serve(api);
  const { json } = await api.untilReason("Passed");
  assert.equal(json.status.conditions[0].message, "all checks passed");
  const { client } = api.server;
  await client.delete(EndpointSlice, reference);
  await api.untilReason("EndpointsNotFound");
  await client.delete(Service, reference);
  await api.untilReason("ServiceNotFound");
  await serve(api);
  await api.untilReason("Passed");
  api.servers.isUp = false;
  await api.settle(31_000);
  await api.untilReason("FailedDiscoveryCheck");
  await api.settle();
  const { text } = await api.send("GET", "/metrics");
  assert.match(text, /^aggregator_unavailable_apiservice\{name="v1beta1.metrics.k8s.io"\} 1$/m);
  assert.match(text, /_apiservice_total\{.*reason="FailedDiscoveryCheck"\} 1$/m);
  api.servers.isUp = true;
  await api.settle(31_000);
  await api.untilReason("Passed");
});

test("a local one that became so again is available again", async () => {
  await using api = await open();
  await api.send("POST", path, { body: apiService });
  const { json } = await api.untilReason("ServiceNotFound");
  const { service, insecureSkipTLSVerify, ...spec } = json.spec;
  assert.ok(service && insecureSkipTLSVerify);
  await api.send("PUT", `${path}/${metrics}`, { body: { ...json, spec } });
  await api.untilReason("Local");
});

test("requests go to the other server, from within the process too", async () => {
  await using api = await open();
  await api.send("POST", path, { body: apiService });
  await serve(api);
  await api.untilReason("Passed");
  const answer = await api.send("GET", `${root}/nodes?limit=5`);
  assert.equal(answer.json.kind, "NodeMetricsList");
  const { server, query, headers } = api.servers.asked.at(-1) ?? assert.fail();
  assert.deepEqual(server, {
    address: { host: "10.96.0.7", port: 443 },
    name: "metrics.default.svc",
    insecureSkipTlsVerify: true,
  });
  assert.equal(query.toString(), "limit=5");
  assert.equal(headers["X-Remote-User"], "admin");
  assert.equal(headers["x-forwarded-host"], "10.96.0.7:443");
  const inside = await api.server.api.transport({ name: "hpa", groups: [] }).send({
    method: "GET",
    path: `${root}/nodes`,
    query: new URLSearchParams(),
    headers: {},
    body: { kind: "none" },
  });
  assert.equal(inside.body.kind, "bytes");
  assert.equal(api.servers.asked.at(-1)?.headers["X-Remote-User"], "hpa");
  api.servers.isUp = false;
  const lost = await api.send("GET", `${root}/nodes`);
  assert.equal(lost.status, 503);
  assert.equal(lost.text, "error trying to reach service: connection refused\n");
});

test("discovery tells what it serves, and of a server that is gone that it is stale", async () => {
  await using api = await open();
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const versions = async () => {
    const { json } = await api.send("GET", "/apis", { headers: { accept } });
    return json.items.find(
      ({ metadata }: { metadata: { name: string } }) => metadata.name === "metrics.k8s.io",
    )?.versions;
  };
  const untilVersions = async (expected: object[]) => {
    for (let attempt = 0; attempt < 50; attempt++) {
      await api.settle();
      if (JSON.stringify(await versions()) === JSON.stringify(expected)) return;
    }
    assert.deepEqual(await versions(), expected);
  };
  await api.send("POST", path, { body: apiService });
  await untilVersions([{ version: "v1beta1", freshness: "Stale" }]);
  await serve(api);
  const nodes = {
    resource: "nodes",
    responseKind: { group: "", version: "", kind: "NodeMetrics" },
    scope: "Cluster",
    singularResource: "",
    verbs: ["get"],
  };
  await untilVersions([{ version: "v1beta1", resources: [nodes], freshness: "Current" }]);
  const { json } = await api.send("GET", "/apis/metrics.k8s.io");
  assert.equal(json.preferredVersion.groupVersion, "metrics.k8s.io/v1beta1");
  await api.send("DELETE", `${path}/${metrics}`);
  await api.until("/apis/metrics.k8s.io", ({ status }) => status === 404);
  assert.equal(await versions(), undefined);
});

test("nobody else gets the group by which all others are put right", async () => {
  await using api = await open();
  const group = "apiregistration.k8s.io";
  const spec = { ...apiService.spec, group, version: "v1" };
  const body = { metadata: { name: `v1.${group}` }, spec };
  assert.equal((await api.send("POST", path, { body })).status, 201);
  await api.settle();
  assert.equal((await api.send("GET", `${path}/v1.${group}`)).status, 200);
});
