import { test } from "node:test";
import assert from "node:assert/strict";
import { ConfigMap, Secret } from "#api/core/v1.ts";
import { createDiscovery } from "../discovery/discovery.ts";
import { defineResource } from "../resources/define.ts";
import { configMap, openHarness } from "../../testkit/requests.ts";

const configMaps = defineResource<ConfigMap>({ type: ConfigMap });
const secrets = defineResource<Secret>({ type: Secret });
const maps = "/api/v1/namespaces/default/configmaps";

test("resources come and go while the server runs", async () => {
  await using api = await openHarness({ resources: [secrets] });
  const { live } = api.server.api;
  const body = configMap("a");
  assert.equal((await api.send("POST", maps, { body })).status, 404);
  live.replace("test", [configMaps]);
  assert.equal((await api.send("POST", maps, { body })).status, 201);
  assert.deepEqual(api.server.api.definitions, [secrets, configMaps]);

  const stop = new AbortController();
  const next = await api.watch(`${maps}?watch=1`, stop.signal);
  assert.equal((await next()).object.metadata.name, "a");
  live.replace("test", [configMaps]);
  await api.send("POST", maps, { body: configMap("b") });
  assert.equal((await next()).object.metadata.name, "b");
  live.replace("test", []);
  assert.equal(await next(), undefined);
  assert.equal((await api.send("GET", `${maps}/a`)).status, 404);
  stop.abort();
});

test("what is added never hides what the server brings", async () => {
  await using api = await openHarness({ resources: [configMaps] });
  const other = defineResource<ConfigMap>({ type: ConfigMap, verbs: ["get"] });
  api.server.api.live.replace("test", [other]);
  assert.deepEqual(api.server.api.definitions, [configMaps]);
});

test("discovery lists versions of other servers by their rank", async () => {
  const entry = { version: "v1beta1", resources: [], freshness: "Current" };
  const discovery = createDiscovery({
    definitions: () => [configMaps],
    foreign: () => foreign,
    serverAddress: "127.0.0.1:1",
    otherPaths: [],
  });
  const one = { group: "metrics.k8s.io", version: "v1beta1", groupPriority: 100 };
  let foreign = [{ ...one, versionPriority: 100, aggregated: entry }];
  const groups = async () => {
    const answer = await discovery.handle("/apis", {});
    assert.equal(answer?.body.kind, "object");
    const { groups: all } = answer.body.object as { groups: { name: string }[] };
    return all.map(({ name }) => name);
  };
  assert.deepEqual(await groups(), ["metrics.k8s.io"]);
  const second = { ...one, group: "a.example.com", groupPriority: 2000, versionPriority: 1 };
  foreign = [...foreign, { ...second, aggregated: entry }];
  assert.deepEqual(await groups(), ["a.example.com", "metrics.k8s.io"]);
});
