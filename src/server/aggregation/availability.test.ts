import { test } from "node:test";
import assert from "node:assert/strict";
import type { Service } from "#api/core/v1.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { utf8 } from "#base/bytes.ts";
import { backendProblem, checkDiscovery } from "./availability.ts";
import type { RemoteServers } from "./remote.ts";

const reference = { namespace: "kube-system", name: "metrics", port: 443 };
const serviceOf = (spec: object) => ({ spec: { type: "ClusterIP", ...spec } }) as Service;
const service = serviceOf({ ports: [{ name: "https", port: 443 }] });
const sliceOf = (ready: boolean | undefined, ...ports: object[]) =>
  ({ endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }], ports }) as EndpointSlice;
const good = sliceOf(true, { name: "https", port: 8443 });
const said = 'service/metrics in "kube-system"';

const cases: readonly (readonly [
  what: string,
  service: Service | undefined,
  endpointSlices: readonly EndpointSlice[],
  problem: readonly [reason: string, message: string] | undefined,
])[] = [
  ["no Service", undefined, [good], ["ServiceNotFound", `${said} is not present`]],
  [
    "another port",
    serviceOf({ ports: [{ port: 80 }] }),
    [good],
    ["ServicePortError", `${said} is not listening on port 443`],
  ],
  [
    "no endpoint slices",
    service,
    [],
    ["EndpointsNotFound", `cannot find endpointslices for ${said}`],
  ],
  [
    "none of them ready",
    service,
    [sliceOf(false, { name: "https", port: 8443 })],
    ["MissingEndpoints", `endpointslices for ${said} have no addresses with port name "https"`],
  ],
  [
    "ready, but at another port",
    service,
    [sliceOf(true, { name: "http", port: 80 })],
    ["MissingEndpoints", `endpointslices for ${said} have no addresses with port name "https"`],
  ],
  [
    "one that says nothing counts as ready",
    service,
    [sliceOf(undefined, ...(good.ports ?? []))],
    undefined,
  ],
  ["one of two", service, [sliceOf(false), good], undefined],
  ["a name elsewhere needs neither", serviceOf({ type: "ExternalName" }), [], undefined],
];

for (const [what, found, endpointSlices, problem] of cases) {
  test(what, () => {
    const [reason, message] = problem ?? [];
    const expected = problem && { status: "False", reason, message };
    assert.deepEqual(backendProblem(reference, found, endpointSlices), expected);
  });
}

const url = "https://10.96.0.7:443/apis/metrics.k8s.io/v1beta1";
const spec = {
  group: "metrics.k8s.io",
  version: "v1beta1",
  service: reference,
  groupPriorityMinimum: 100,
  versionPriority: 100,
};

async function checked(fetch: RemoteServers["fetch"], clock = new VirtualClock()) {
  const servers: RemoteServers = { fetch, tunnel: () => Promise.reject(new Error("no tunnel")) };
  const resolve = async () => ({ host: "10.96.0.7", port: 443 });
  return checkDiscovery(spec, { servers, resolve, clock }, new AbortController().signal);
}

const answer = (status: number) =>
  ({ status, headers: {}, body: { kind: "bytes", contentType: "", bytes: utf8("{}") } }) as const;

test("a server is asked once while it answers, as the aggregator", async () => {
  const asked: unknown[] = [];
  const condition = await checked(async (server, { path, headers }) => {
    asked.push([server.name, path, headers]);
    return answer(200);
  });
  assert.equal(condition.reason, "Passed");
  const headers = {
    "X-Remote-User": "system:kube-aggregator",
    "X-Remote-Group": ["system:masters"],
  };
  assert.deepEqual(asked, [["metrics.kube-system.svc", "/apis/metrics.k8s.io/v1beta1", headers]]);
});

test("one answer of five is enough", async () => {
  let asked = 0;
  const { reason } = await checked(async () => answer(++asked === 4 ? 200 : 500));
  assert.equal(reason, "Passed");
});

test("no answer, or no good one, says which", async () => {
  const failed = `failing or missing response from ${url}: `;
  const bad = await checked(async () => answer(403));
  assert.deepEqual(bad, {
    status: "False",
    reason: "FailedDiscoveryCheck",
    message: `${failed}bad status from ${url}: 403`,
  });
  const refused = await checked(() => Promise.reject(new Error("connection refused")));
  assert.equal(refused.message, `${failed}Get "${url}": connection refused`);
  const clock = new VirtualClock();
  const waiting = checked(() => new Promise(() => {}), clock);
  for (let second = 0; second < 11; second++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
  }
  assert.match((await waiting).message, /context deadline exceeded \(Client\.Timeout exceeded/);
});
