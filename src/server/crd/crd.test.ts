import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { createDiscovery } from "../discovery/discovery.ts";
import { createOpenApi } from "../openapi/openapi.ts";
import { customResourceDefinitions } from "../resources/apiextensions/customresourcedefinitions/resource.ts";
import { Harness, testResources } from "../../testkit/requests.ts";
import type { Answer, Loose, SendOptions } from "../../testkit/requests.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { openTestServer } from "../../testkit/server.ts";
import type { TestServer, TestServerOptions } from "../../testkit/server.ts";
import { crontab, crontabs, crontabSchema } from "./testing.ts";

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const one = `${crds}/crontabs.stable.example.com`;
const path = "/apis/stable.example.com/v1/namespaces/default/crontabs";
const merge = "application/merge-patch+json";

class CustomHarness extends Harness {
  /** Creates the definition, and waits until it is established. */
  async define(crd: Loose): Promise<void> {
    const created = await this.send("POST", crds, { body: crd });
    assert.equal(created.status, 201, created.text);
    await this.until(`${crds}/${crd.metadata.name}`, ({ json }) => isTrue(json, "Established"));
  }

  /** Asks again while other loops work, until the answer is as wanted. */
  async until(asked: string, holds: (answer: Answer) => boolean): Promise<Answer> {
    for (let attempt = 0; attempt < 500; attempt++) {
      const answer = await this.send("GET", asked);
      if (holds(answer)) return answer;
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.advance(10);
    }
    throw new Error(`${asked} did not become as wanted`);
  }

  async patch(asked: string, body: object, options: SendOptions = {}): Promise<Answer> {
    return this.send("PATCH", asked, { body, contentType: merge, ...options });
  }
}

function isTrue(crd: Loose, type: string): boolean {
  return (crd.status?.conditions ?? []).some(
    (condition: Loose) => condition.type === type && condition.status === "True",
  );
}

async function open(options: Partial<TestServerOptions> = {}): Promise<CustomHarness> {
  const clock = new VirtualClock();
  const definitions = (): TestServer["api"]["definitions"] => server.api.definitions;
  const discovery = createDiscovery({ definitions, serverAddress: "127.0.0.1:1", otherPaths: [] });
  const openApi = createOpenApi({ definitions, version: "v1.36.0" });
  const server: TestServer = await openTestServer({
    resources: [...testResources, customResourceDefinitions({ clock })],
    clock,
    paths: [
      { handle: (asked, headers) => discovery.handle(asked, headers) },
      { handle: (asked, headers, request) => openApi.handle(asked, headers, request.query) },
    ],
    ...options,
  });
  return new CustomHarness(server, clock);
}

const subresources = {
  status: {},
  scale: {
    specReplicasPath: ".spec.replicas",
    statusReplicasPath: ".status.replicas",
    labelSelectorPath: ".status.labelSelector",
  },
};

test("a kind comes with its definition and goes with it", async () => {
  await using api = await open();
  assert.equal((await api.send("GET", path)).status, 404);
  assert.equal((await api.send("GET", "/apis/stable.example.com/v1")).status, 404);
  await api.define(crontabs({ version: { subresources } }));
  const { status } = (await api.send("GET", one)).json;
  assert.deepEqual(status.acceptedNames, {
    plural: "crontabs",
    singular: "crontab",
    kind: "CronTab",
    listKind: "CronTabList",
    shortNames: ["ct"],
  });
  assert.deepEqual(
    status.conditions.map(({ type, status: state, reason, message }: Loose) => [
      type,
      state,
      reason,
      message,
    ]),
    [
      ["NamesAccepted", "True", "NoConflicts", "no conflicts found"],
      ["Established", "True", "InitialNamesAccepted", "the initial names have been accepted"],
    ],
  );
  assert.deepEqual(status.storedVersions, ["v1"]);

  const { json: resources } = await api.send("GET", "/apis/stable.example.com/v1");
  assert.deepEqual(
    resources.resources.map(({ name, kind }: Loose) => [name, kind]),
    [
      ["crontabs", "CronTab"],
      ["crontabs/scale", "Scale"],
      ["crontabs/status", "CronTab"],
    ],
  );
  const created = await api.send("POST", path, { body: crontab("a") });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(created.json.spec, { cronSpec: "* * * * */5", image: "busybox", replicas: 1 });

  const stop = new AbortController();
  const next = await api.watch(`${path}?watch=1`, stop.signal);
  assert.equal((await next()).object.kind, "CronTab");
  const deleted = await api.send("DELETE", one);
  assert.deepEqual(deleted.json.metadata.finalizers, [
    "customresourcecleanup.apiextensions.k8s.io",
  ]);
  assert.equal((await next()).type, "DELETED");
  assert.equal(await next(), undefined);
  await api.until(one, (answer) => answer.status === 404);
  assert.equal((await api.send("GET", path)).status, 404);
  const { json: groups } = await api.send("GET", "/apis");
  assert.ok(!groups.groups.some(({ name }: Loose) => name === "stable.example.com"));
  stop.abort();
});

test("an instance that is held holds its definition, and no other one may come", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const held = crontab("held", {}, { metadata: { name: "held", finalizers: ["example.com/x"] } });
  await api.send("POST", path, { body: held });
  await api.send("DELETE", one);
  await api.until(one, ({ json }) =>
    json.status.conditions.some(({ reason }: Loose) => reason === "InstanceDeletionInProgress"),
  );
  const refused = await api.send("POST", path, { body: crontab("late") });
  assert.equal(refused.status, 403);
  assert.equal(
    refused.json.message,
    'crontabs.stable.example.com "late" is forbidden: create not allowed while custom resource ' +
      "definition is terminating",
  );
  const { json } = await api.send("GET", "/apis/stable.example.com/v1");
  assert.deepEqual(json.resources[0].verbs, ["delete", "deletecollection", "get", "list", "watch"]);
  await api.patch(`${path}/held`, { metadata: { finalizers: null } });
  await api.until(one, (answer) => answer.status === 404);
});

test("of two definitions that want one name, the first has it until it goes", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const other = crontabs({ metadata: { name: "others.stable.example.com" } });
  other.spec.names = { ...other.spec.names, plural: "others" };
  await api.send("POST", crds, { body: other });
  const second = `${crds}/others.stable.example.com`;
  const { json } = await api.until(second, (answer) => answer.json.status.conditions.length > 0);
  assert.deepEqual(
    json.status.conditions.map(({ type, status, reason, message }: Loose) => [
      type,
      status,
      reason,
      message,
    ]),
    [
      ["NamesAccepted", "False", "ListKindConflict", '"CronTabList" is already in use'],
      ["Established", "False", "NotAccepted", "not all names are accepted"],
    ],
  );
  assert.deepEqual(json.status.acceptedNames, { kind: "", plural: "others" });
  await api.send("DELETE", one);
  await api.until(second, (answer) => isTrue(answer.json, "Established"));
});

test("values are pruned, defaulted and validated by the schema", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const post = (body: Loose, query = "") => api.send("POST", path + query, { body });
  const warned = await post(
    crontab("a", {
      more: 1,
      nothing: null,
      image: null,
      ports: [{ port: 1 }],
      open: { x: { y: 1 } },
    }),
  );
  assert.equal(warned.headers["warning"], '299 - "unknown field \\"spec.more\\""');
  assert.deepEqual(warned.json.spec, {
    cronSpec: "* * * * */5",
    image: "busybox",
    replicas: 1,
    nothing: null,
    ports: [{ port: 1, protocol: "TCP" }],
    open: { x: { y: 1 } },
  });
  const cases: [body: Loose, status: number, message: string][] = [
    [
      crontab("x", { replicas: 11 }),
      422,
      'CronTab.stable.example.com "x" is invalid: spec.replicas: Invalid value: 11: ' +
        "spec.replicas in body should be less than or equal to 10",
    ],
    [
      crontab("x", { cronSpec: undefined, mode: "C" }),
      422,
      'CronTab.stable.example.com "x" is invalid: [spec.mode: Unsupported value: "C": ' +
        'supported values: "B", "A", spec.cronSpec: Required value]',
    ],
    [
      crontab("x", { ports: [{ port: 1 }, { port: 1 }], tags: ["a", "a"] }),
      422,
      'CronTab.stable.example.com "x" is invalid: [spec.ports[1]: Duplicate value: ' +
        '{"port":1,"protocol":"TCP"}, spec.tags[1]: Duplicate value: "a"]',
    ],
    [
      crontab("x", { embedded: { metadata: { labels: { a: 1 } } } }),
      400,
      'CronTab in version "v1" cannot be handled as a CronTab: spec.embedded.metadata: Invalid ' +
        'value: {"labels":{"a":1}}: json: cannot unmarshal number into Go struct field ' +
        "ObjectMeta.labels of type string",
    ],
    [
      { metadata: { name: "x" } },
      400,
      "the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing " +
        'in \'{"metadata":{"name":"x"}}\' ({"metadata":{"name":"x"}})',
    ],
    [
      { ...crontab("x"), kind: "Foo" },
      422,
      'Foo.stable.example.com "x" is invalid: kind: Invalid value: "Foo": must be CronTab',
    ],
  ];
  for (const [body, status, message] of cases) {
    const answer = await post(body);
    assert.equal(answer.json.message, message);
    assert.equal(answer.status, status);
  }
  const strict = await post(crontab("x", { more: 1 }, { extra: 1 }), "?fieldValidation=Strict");
  assert.equal(
    strict.json.message,
    'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: ' +
      'unknown field "extra", unknown field "spec.more"',
  );
});

test("an object without metadata is asked for its name", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const { metadata: _metadata, ...nameless } = crontab("a");
  const created = await api.send("POST", path, { body: nameless });
  assert.equal(created.status, 422, created.text);
  assert.match(created.json.message, /metadata\.name: Required value: name or generateName/);
  const replaced = await api.send("PUT", `${path}/a`, { body: nameless });
  assert.equal(replaced.status, 400, replaced.text);
});

test("what was wrong before an update and has not changed is let through", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const spec = { image: "old", ports: [{ port: 1, name: "long" }, { port: 2 }] };
  await api.send("POST", path, { body: crontab("a", spec) });
  const schema = structuredClone(crontabSchema);
  const { properties } = schema.properties.spec;
  Object.assign(properties.image, { pattern: "^new", default: "new" });
  Object.assign(properties.ports.items.properties.name, { maxLength: 2 });
  const body = [{ op: "replace", path: "/spec/versions/0/schema/openAPIV3Schema", value: schema }];
  const contentType = "application/json-patch+json";
  const tightened = await api.send("PATCH", one, { body, contentType });
  assert.equal(tightened.status, 200, tightened.text);
  const changed = await api.patch(`${path}/a`, {
    spec: { replicas: 2, ports: [{ port: 2 }, { port: 1, name: "long" }] },
  });
  assert.equal(changed.status, 200, changed.text);
  const refused = await api.patch(`${path}/a`, {
    spec: { image: "older", ports: [{ port: 1, name: "longer" }] },
  });
  assert.equal(
    refused.json.message,
    'CronTab.stable.example.com "a" is invalid: [spec.image: Invalid value: "older": spec.image ' +
      "in body should match '^new', spec.ports[0].name: Too long: may not be more than 2 bytes]",
  );
});

test("status and scale are written by themselves", async () => {
  await using api = await open();
  await api.define(crontabs({ version: { subresources } }));
  const body = crontab("a", {}, { status: { replicas: 9 } });
  assert.equal((await api.send("POST", path, { body })).json.status, undefined);
  const status = { replicas: 2, labelSelector: "a=b" };
  const written = await api.patch(`${path}/a/status`, {
    metadata: { labels: { no: "no" } },
    spec: { replicas: 9 },
    status,
  });
  assert.deepEqual(written.json.status, status);
  assert.equal(written.json.spec.replicas, 1);
  assert.equal(written.json.metadata.labels, undefined);
  assert.equal(written.json.metadata.generation, 1);
  const wrong = await api.patch(`${path}/a/status`, { status: { replicas: "2" } });
  assert.equal(
    wrong.json.message,
    'CronTab.stable.example.com "a" is invalid: [status.replicas: Invalid value: "string": ' +
      'replicas in body must be of type integer: "string", .status.replicas: Invalid value: 0: ' +
      ".status.replicas accessor error: 2 is of the type string, expected int64]",
  );
  const scaled = await api.patch(`${path}/a/scale`, { spec: { replicas: 5 } });
  assert.deepEqual(scaled.json.spec, { replicas: 5 });
  assert.deepEqual(scaled.json.status, { replicas: 2, selector: "a=b" });
  const { json } = await api.send("GET", `${path}/a`);
  assert.equal(json.metadata.generation, 2);
  const contentType = "application/strategic-merge-patch+json";
  const strategic = await api.patch(`${path}/a/scale`, { spec: {} }, { contentType });
  assert.equal(strategic.status, 415);
  const far = await api.patch(`${path}/a/scale`, { spec: { replicas: 50 } });
  assert.match(far.json.message, /spec.replicas in body should be less than or equal to 10/);
  assert.equal((await api.send("GET", `${path}/a/other`)).status, 404);
});

test("server-side apply merges by the schema", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const apply = (manager: string, spec: object, query = "") =>
    api.send("PATCH", `${path}/a?fieldManager=${manager}${query}`, {
      body: crontab("a", spec),
      contentType: "application/apply-patch+yaml",
    });
  const mine = {
    ports: [{ port: 80, name: "x" }],
    tags: ["q"],
    labels: { m: "1" },
    open: { z: [1] },
  };
  assert.equal((await apply("me", mine)).status, 201);
  const both = await apply("you", { ports: [{ port: 81 }], tags: ["r"], labels: { n: "1" } });
  assert.deepEqual(both.json.spec.ports, [
    { port: 80, name: "x", protocol: "TCP" },
    { port: 81, protocol: "TCP" },
  ]);
  assert.deepEqual(both.json.spec.tags, ["q", "r"]);
  assert.deepEqual(both.json.spec.labels, { m: "1", n: "1" });
  const conflict = await apply("you", { ports: [{ port: 80, name: "y" }] });
  assert.equal(
    conflict.json.message,
    'Apply failed with 1 conflict: conflict with "me": .spec.ports[port=80,protocol="TCP"].name',
  );
  const unknown = await apply("you", { zork: 1 });
  assert.equal(unknown.status, 400);
  assert.equal(
    unknown.json.message,
    "failed to create typed patch object (/a; stable.example.com/v1, Kind=CronTab): " +
      ".spec.zork: field not declared in schema",
  );
  const less = await apply("me", { ports: [], tags: ["q"], labels: {} });
  assert.deepEqual(less.json.spec.labels, { n: "1" });
  assert.deepEqual(less.json.spec.ports, [{ port: 81, protocol: "TCP" }]);
  assert.equal(less.json.spec.open, undefined);
});

test("forms that need a type known in advance are refused", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  await api.send("POST", path, { body: crontab("a") });
  const contentType = "application/strategic-merge-patch+json";
  const strategic = await api.send("PATCH", `${path}/a`, { body: {}, contentType });
  assert.equal(strategic.status, 415);
  assert.equal(
    strategic.json.message,
    "the body of the request was in an unknown format - accepted media types include: " +
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
  const accept = "application/vnd.kubernetes.protobuf";
  assert.equal((await api.send("GET", `${path}/a`, { headers: { accept } })).status, 406);
  const fallback = { accept: `${accept},application/json` };
  assert.equal((await api.send("GET", `${path}/a`, { headers: fallback })).json.kind, "CronTab");
  const unguarded = await api.send("PUT", `${path}/a`, { body: crontab("a") });
  assert.equal(
    unguarded.json.message,
    'crontabs.stable.example.com "a" is invalid: metadata.resourceVersion: Invalid value: 0: ' +
      "must be specified for an update",
  );
});

test("columns and field selectors are the definition's", async () => {
  await using api = await open();
  const additionalPrinterColumns = [
    { name: "Spec", type: "string", jsonPath: ".spec.cronSpec", description: "When" },
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Ports", type: "string", jsonPath: ".spec.ports", priority: 1 },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ];
  const selectableFields = [{ jsonPath: ".spec.replicas" }];
  await api.define(crontabs({ version: { additionalPrinterColumns, selectableFields } }));
  await api.send("POST", path, { body: crontab("a", { ports: [{ port: 1 }] }) });
  await api.send("POST", path, { body: crontab("b", { replicas: 3 }) });
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const { json } = await api.send("GET", path, { headers: { accept } });
  assert.deepEqual(
    json.columnDefinitions.map(({ name, type, priority }: Loose) => [name, type, priority]),
    [
      ["Name", "string", 0],
      ["Spec", "string", 0],
      ["Replicas", "integer", 0],
      ["Ports", "string", 1],
      ["Age", "date", 0],
    ],
  );
  assert.deepEqual(
    json.rows.map(({ cells }: Loose) => cells.slice(0, 4)),
    [
      ["a", "* * * * */5", 1, '[{"port":1,"protocol":"TCP"}]'],
      ["b", "* * * * */5", 3, null],
    ],
  );
  const found = await api.send("GET", `${path}?fieldSelector=spec.replicas%3D3`);
  assert.deepEqual(
    found.json.items.map(({ metadata }: Loose) => metadata.name),
    ["b"],
  );
  const wrong = await api.send("GET", `${path}?fieldSelector=spec.image%3D3`);
  assert.equal(wrong.json.message, "field label not supported: spec.image");
});

const openSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

test("versions show the same objects, and old ones warn", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  await api.send("POST", path, { body: crontab("a") });
  const version = {
    name: "v1beta1",
    served: true,
    storage: true,
    deprecated: true,
    schema: { openAPIV3Schema: openSchema },
  };
  const changed = await api.send("PATCH", one, {
    body: [
      { op: "add", path: "/spec/versions/-", value: version },
      { op: "replace", path: "/spec/versions/0/storage", value: false },
    ],
    contentType: "application/json-patch+json",
  });
  assert.deepEqual(changed.json.status.storedVersions, ["v1", "v1beta1"]);
  const beta = path.replace("/v1/", "/v1beta1/");
  const old = await api.until(`${beta}/a`, ({ status }) => status === 200);
  assert.equal(old.json.apiVersion, "stable.example.com/v1beta1");
  assert.equal(
    old.headers["warning"],
    '299 - "stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab"',
  );
  await api.send("POST", path, { body: crontab("b") });
  const listed = await api.send("GET", path);
  assert.deepEqual(
    listed.json.items.map(({ apiVersion, metadata }: Loose) => [apiVersion, metadata.name]),
    [
      ["stable.example.com/v1", "a"],
      ["stable.example.com/v1", "b"],
    ],
  );
  const { json: group } = await api.send("GET", "/apis/stable.example.com");
  assert.equal(group.preferredVersion.version, "v1");
  const gone = await api.send("PATCH", one, {
    body: [{ op: "remove", path: "/spec/versions/0" }],
    contentType: "application/json-patch+json",
  });
  assert.match(gone.json.message, /v1 was previously a storage version, and must remain in/);
});

test("a webhook converts what is stored, listed, watched and written", async () => {
  const asked: string[] = [];
  let broken = "";
  await using api = await open({
    conversionCaller: () => async (_clientConfig, review) => {
      const { request } = review as Loose;
      asked.push(`${request.objects.length} to ${request.desiredAPIVersion}`);
      if (broken) throw new Error(broken);
      const convertedObjects = request.objects.map((object: Loose) => {
        const { spec } = object;
        const host = request.desiredAPIVersion.endsWith("v1")
          ? { host: spec.hostPort.split(":")[0], port: spec.hostPort.split(":")[1] }
          : { hostPort: `${spec.host}:${spec.port}` };
        return { ...object, apiVersion: request.desiredAPIVersion, spec: host };
      });
      const response = { uid: request.uid, convertedObjects, result: { status: "Success" } };
      return { apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview", response };
    },
  });
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: openSchema },
  });
  await api.define(
    crontabs({
      versions: [version("v1", true), version("v1beta1", false)],
      spec: {
        conversion: {
          strategy: "Webhook",
          webhook: {
            clientConfig: { url: "https://127.0.0.1:1/convert" },
            conversionReviewVersions: ["v1"],
          },
        },
      },
    }),
  );
  const beta = path.replace("/v1/", "/v1beta1/");
  const body = {
    ...crontab("a"),
    apiVersion: "stable.example.com/v1beta1",
    spec: { hostPort: "a:1" },
  };
  const created = await api.send("POST", beta, { body });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(created.json.spec, { hostPort: "a:1" });
  assert.deepEqual((await api.send("GET", `${path}/a`)).json.spec, { host: "a", port: "1" });
  await api.send("POST", path, { body: crontab("b", { host: "b", port: "2" }) });
  const { json } = await api.send("GET", beta);
  assert.deepEqual(
    json.items.map(({ spec }: Loose) => spec),
    [{ hostPort: "a:1" }, { hostPort: "b:2" }],
  );
  const stop = new AbortController();
  const next = await api.watch(`${beta}?watch=1`, stop.signal);
  assert.deepEqual((await next()).object.spec, { hostPort: "a:1" });
  const patched = await api.patch(`${beta}/b`, { spec: { hostPort: "c:3" } });
  assert.deepEqual(patched.json.spec, { hostPort: "c:3" });
  stop.abort();
  broken = "connection refused";
  await api.send("POST", path, { body: crontab("d", { host: "d", port: "4" }) });
  const failed = await api.send("GET", `${beta}/d`);
  assert.equal(failed.status, 500);
  assert.equal(
    failed.json.message,
    "Internal error occurred: conversion webhook for stable.example.com/v1, Kind=CronTab " +
      "failed: connection refused",
  );
  assert.ok(asked.includes("1 to stable.example.com/v1"));
});

/** Addresses: one field in version 1, two in version 2. */
async function openAddresses() {
  const api = await open({
    conversionCaller: () => async (_clientConfig, review) => {
      const { uid, objects, desiredAPIVersion } = (review as Loose).request;
      const convertedObjects = objects.map((object: Loose) => addressIn(desiredAPIVersion, object));
      const response = { uid, convertedObjects, result: { status: "Success" } };
      return { apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview", response };
    },
  });
  const text = { type: "string" };
  const version = (name: string, properties: object) => ({
    name,
    served: true,
    storage: name === "v1",
    schema: { openAPIV3Schema: { type: "object", properties } },
  });
  const clientConfig = { url: "https://127.0.0.1:1/convert" };
  await api.define(
    crontabs({
      versions: [
        version("v1", { hostPort: text, note: { ...text, default: "none" } }),
        version("v2", { host: text, port: text, note: text }),
      ],
      spec: {
        conversion: {
          strategy: "Webhook",
          webhook: { clientConfig, conversionReviewVersions: ["v1"] },
        },
      },
    }),
  );
  return api;
}

function addressIn(apiVersion: string, { hostPort, host, port, ...same }: Loose): object {
  const object = { ...same, apiVersion };
  if (apiVersion.endsWith("/v1")) return host ? { ...object, hostPort: `${host}:${port}` } : object;
  const [left, right] = (hostPort ?? "").split(":");
  return left ? { ...object, host: left, port: right } : object;
}

const group = "stable.example.com";
const pathOf = (version: string) => `/apis/${group}/${version}/namespaces/default/crontabs`;

test("who applies in one version owns fields of the other", async () => {
  await using api = await openAddresses();
  const apply = (manager: string, version: string, fields: object, more = "") =>
    api.send("PATCH", `${pathOf(version)}/a?fieldManager=${manager}${more}`, {
      contentType: "application/apply-patch+yaml",
      body: { apiVersion: `${group}/${version}`, kind: "CronTab", ...fields },
    });
  const owners = ({ json }: Answer) =>
    Object.fromEntries(
      json.metadata.managedFields.map(({ manager, apiVersion, fieldsV1 }: Loose) => [
        manager,
        `${apiVersion.split("/")[1]} ${Object.keys(fieldsV1).join(" ")}`,
      ]),
    );
  await apply("first", "v1", { hostPort: "a:1", note: "mine" });
  const refused = await apply("second", "v2", { host: "b" });
  assert.equal(
    refused.json.message,
    'Apply failed with 1 conflict: conflict with "first": .hostPort',
  );
  const shared = await apply("second", "v2", { host: "a" });
  assert.deepEqual(owners(shared), { first: "v1 f:hostPort f:note", second: "v2 f:host" });
  const forced = await apply("second", "v2", { host: "b" }, "&force=true");
  assert.deepEqual(owners(forced), { first: "v1 f:note", second: "v2 f:host" });
  const { json: stored } = await api.send("GET", `${pathOf("v1")}/a`);
  assert.equal(stored.hostPort, "b:1");
  // What was applied in the one version goes when an apply in the other leaves it out.
  const moved = await apply("first", "v2", { port: "1" });
  assert.equal(moved.json.note, "none", "the default of what is stored");
  assert.deepEqual([moved.json.host, moved.json.port], ["b", "1"]);
  const written = await api.patch(`${pathOf("v1")}/a?fieldManager=third`, { hostPort: "z:9" });
  assert.deepEqual(owners(written), { third: "v1 f:hostPort" });
});

test("whoever owned fields of a version that is gone owns them no longer", async () => {
  await using api = await open();
  const schema = { openAPIV3Schema: openSchema };
  const version = (name: string) => ({ name, served: true, storage: name === "v1", schema });
  await api.define(crontabs({ versions: [version("v1"), version("v2")] }));
  await api.send("POST", `${pathOf("v2")}?fieldManager=old`, {
    body: { ...crontab("a"), apiVersion: `${group}/v2` },
  });
  const versions = [version("v1")];
  await api.patch(one, { spec: { versions } });
  await api.until(pathOf("v2"), ({ status }) => status === 404);
  const patched = await api.patch(`${pathOf("v1")}/a?fieldManager=new`, { spec: { image: "b" } });
  assert.deepEqual(
    patched.json.metadata.managedFields.map(({ manager }: Loose) => manager),
    ["new"],
  );
});

test("what cannot be said in the version of another manager cannot be applied", async () => {
  await using api = await open();
  const text = { type: "string" };
  const version = (name: string, properties: object) => ({
    name,
    served: true,
    storage: name === "v1",
    schema: { openAPIV3Schema: { type: "object", properties } },
  });
  const versions = [version("v1", { a: text, b: text }), version("v2", { b: text, c: text })];
  await api.define(crontabs({ versions }));
  const apply = (manager: string, name: string, fields: object) =>
    api.send("PATCH", `${pathOf(name)}/a?fieldManager=${manager}&force=true`, {
      contentType: "application/apply-patch+yaml",
      body: { apiVersion: `${group}/${name}`, kind: "CronTab", ...fields },
    });
  await apply("first", "v1", { a: "1", b: "2" });
  const refused = await apply("second", "v2", { b: "3", c: "4" });
  assert.equal(refused.status, 400);
  const why = ".c: field not declared in schema";
  assert.equal(refused.json.message, `failed to convert new object: ${why}`);
  assert.equal(
    (await apply("first", "v2", { c: "9" })).json.message,
    `failed to prune fields: failed to convert merged object to last applied version: ${why}`,
  );
  // An ordinary write goes through; who owns what is forgotten.
  const written = await api.patch(`${pathOf("v2")}/a`, { b: "z", c: "t" });
  assert.equal(written.json.b, "z");
  assert.equal(written.json.metadata.managedFields, undefined);
});

test("a dry run shows what would be read afterwards", async () => {
  await using api = await openAddresses();
  const body = { ...crontab("a"), apiVersion: `${group}/v2`, spec: undefined };
  const address = { ...body, host: "a", port: "1" };
  const tried = await api.send("POST", `${pathOf("v2")}?dryRun=All`, { body: address });
  // The default is the storage version's.
  assert.equal(tried.json.note, "none");
  assert.equal(tried.json.metadata.resourceVersion, undefined);
  const created = await api.send("POST", pathOf("v2"), { body: address });
  assert.equal(created.json.note, "none");
  const { resourceVersion } = created.json.metadata;
  const patched = await api.patch(`${pathOf("v2")}/a?dryRun=All`, { host: "b" });
  assert.deepEqual([patched.json.host, patched.json.port], ["b", "1"]);
  assert.equal(patched.json.metadata.resourceVersion, resourceVersion);
  assert.equal((await api.send("GET", `${pathOf("v2")}/a`)).json.host, "a");
});

test("a finalizer without a domain is worth a warning, and no more", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  const body = { ...crontab("a"), metadata: { name: "a", finalizers: ["guard.example.com"] } };
  const created = await api.send("POST", path, { body });
  assert.equal(created.status, 201, created.text);
  assert.match(created.headers["warning"] ?? "", /prefer a domain-qualified finalizer name/);
  const patched = await api.patch(`${path}/a`, { metadata: { finalizers: ["guard"] } });
  assert.deepEqual(patched.json.metadata.finalizers, ["guard"]);
});

test("documents describe the kind, in both versions of OpenAPI", async () => {
  await using api = await open();
  const before = await api.send("GET", "/openapi/v3");
  await api.define(crontabs({ version: { selectableFields: [{ jsonPath: ".spec.image" }] } }));
  const index = await api.send("GET", "/openapi/v3");
  assert.notEqual(index.headers["etag"], before.headers["etag"]);
  const { serverRelativeURL } = index.json.paths["apis/stable.example.com/v1"];
  const { json: v3 } = await api.send("GET", serverRelativeURL);
  const crontabV3 = v3.components.schemas["com.example.stable.v1.CronTab"];
  assert.deepEqual(crontabV3.properties.spec.properties.replicas, {
    type: "integer",
    minimum: 1,
    maximum: 10,
    default: 1,
  });
  assert.deepEqual(crontabV3["x-kubernetes-selectable-fields"], [{ fieldPath: "spec.image" }]);
  assert.ok(v3.components.schemas["com.example.stable.v1.CronTabList"]);
  const { json: v2 } = await api.send("GET", "/openapi/v2");
  const { properties } = v2.definitions["com.example.stable.v1.CronTab"].properties.spec;
  assert.deepEqual(properties.nothing, {});
  assert.deepEqual(properties.replicas, { type: "integer", minimum: 1, maximum: 10 });
  assert.deepEqual(properties.open, { "x-kubernetes-preserve-unknown-fields": true });
});

test("stored objects are shown as the schema of now has them", async () => {
  await using api = await open();
  await api.define(crontabs({}));
  await api.send("POST", path, { body: crontab("a", { mode: "A", tags: ["t"] }) });
  const schema: Loose = structuredClone(crontabSchema);
  const { properties } = schema.properties.spec;
  delete properties.mode;
  properties.color = { type: "string", default: "red" };
  const body = [{ op: "replace", path: "/spec/versions/0/schema/openAPIV3Schema", value: schema }];
  await api.send("PATCH", one, { body, contentType: "application/json-patch+json" });
  const { json } = await api.until(`${path}/a`, (answer) => answer.json.spec.color !== undefined);
  assert.deepEqual(json.spec, {
    cronSpec: "* * * * */5",
    image: "busybox",
    replicas: 1,
    tags: ["t"],
    color: "red",
  });
  assert.equal(json.metadata.generation, 1);
});

test("what was defined before a restart is served from the first request on", async () => {
  const clock = new VirtualClock();
  await using store = new MemoryStore({ clock });
  const before = await open({ store });
  await before.define(crontabs({}));
  await before.send("POST", path, { body: crontab("a") });
  await before[Symbol.asyncDispose]();
  await using after = await open({ store });
  assert.equal((await after.send("GET", `${path}/a`)).json.spec.image, "busybox");
});

test("rules are kept, but for what broke them before and has not changed", async () => {
  await using api = await open();
  const rule = "!has(self.replicas) || self.replicas % 2 == 1";
  const even = crontab("b", { replicas: 4 });
  const schema = structuredClone(crontabSchema) as Loose;
  await api.define(crontabs({ schema }));
  await api.send("POST", path, { body: crontab("a", { replicas: 2 }) });
  schema.properties.spec["x-kubernetes-validations"] = [{ rule, message: "must be odd" }];
  const versions = crontabs({ schema }).spec.versions;
  assert.equal((await api.patch(one, { spec: { versions } })).status, 200);
  let refused = await api.send("POST", `${path}?dryRun=All`, { body: even });
  for (let attempt = 0; refused.status === 201 && attempt < 100; attempt++) {
    await api.clock.advance(10);
    refused = await api.send("POST", `${path}?dryRun=All`, { body: even });
  }
  assert.equal(
    refused.json.message,
    'CronTab.stable.example.com "b" is invalid: spec: Invalid value: must be odd',
  );
  const labeled = await api.patch(`${path}/a`, { metadata: { labels: { a: "b" } } });
  assert.equal(labeled.status, 200);
  assert.equal(labeled.headers["warning"], '299 - "spec: Invalid value: must be odd"');
  assert.equal((await api.patch(`${path}/a`, { spec: { replicas: 4 } })).status, 422);
});
