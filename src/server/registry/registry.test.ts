import { test } from "node:test";
import assert from "node:assert/strict";
import { seededRandom } from "#base/random.ts";
import { namespaces } from "../resources/core/namespaces/resource.ts";
import { configMap, openHarness, pod } from "../../testkit/requests.ts";
import type { Loose } from "../../testkit/requests.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";

test("creates, reads, updates and deletes", async () => {
  await using api = await openHarness();
  const created = await api.send("POST", maps, { body: configMap("a", { key: "1" }) });
  assert.equal(created.status, 201);
  assert.equal(created.json.metadata.namespace, "default");
  assert.match(created.json.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.equal(created.json.metadata.creationTimestamp, "2026-01-01T00:00:00Z");
  assert.equal(created.json.metadata.managedFields[0].manager, "test");
  assert.deepEqual(created.json.metadata.managedFields[0].fieldsV1, {
    "f:data": { ".": {}, "f:key": {} },
  });

  const got = await api.send("GET", `${maps}/a`);
  assert.deepEqual(got.json, created.json);

  const changed = { ...got.json, data: { key: "2" } };
  const updated = await api.send("PUT", `${maps}/a`, { body: changed });
  assert.equal(updated.status, 200);
  assert.notEqual(updated.json.metadata.resourceVersion, got.json.metadata.resourceVersion);
  assert.equal(updated.json.metadata.uid, got.json.metadata.uid);

  const stale = await api.send("PUT", `${maps}/a`, { body: changed });
  assert.equal(stale.status, 409);
  assert.equal(
    stale.json.message,
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; ' +
      "please apply your changes to the latest version and try again",
  );

  const deleted = await api.send("DELETE", `${maps}/a`);
  assert.deepEqual(deleted.json, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: "a", kind: "configmaps", uid: got.json.metadata.uid },
  });
  const gone = await api.send("GET", `${maps}/a`);
  assert.equal(gone.status, 404);
  assert.equal(gone.json.message, 'configmaps "a" not found');
});

test("an update that changes nothing writes nothing", async () => {
  await using api = await openHarness();
  const { json } = await api.send("POST", maps, { body: configMap("a", { key: "1" }) });
  await api.clock.advance(5000);
  const again = await api.send("PUT", `${maps}/a`, { body: configMap("a", { key: "1" }) });
  assert.equal(again.json.metadata.resourceVersion, json.metadata.resourceVersion);
});

test("generates names, and says when a name is taken", async () => {
  await using api = await openHarness();
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "web-" } };
  const first = await api.send("POST", maps, { body });
  assert.match(first.json.metadata.name, /^web-[a-z0-9]{5}$/);
  const taken = await api.send("POST", maps, { body: configMap(first.json.metadata.name) });
  assert.equal(taken.status, 409);
  assert.equal(taken.json.reason, "AlreadyExists");
});

test("what follows from a name follows from a generated one, at every attempt", async () => {
  let draws = 0;
  // The second object's first name is the first one's.
  const random = { ...seededRandom(1), float: () => (draws++ < 10 ? 0.1 : 0.2) };
  await using api = await openHarness({ resources: [namespaces], random });
  const create = () =>
    api.send("POST", "/api/v1/namespaces", {
      body: { apiVersion: "v1", kind: "Namespace", metadata: { generateName: "team-" } },
    });
  const first = await create();
  const second = await create();
  assert.notEqual(first.json.metadata.name, second.json.metadata.name);
  for (const { json } of [first, second]) {
    assert.deepEqual(json.metadata.labels, { "kubernetes.io/metadata.name": json.metadata.name });
  }
});

test("refuses bad bodies in upstream's words", async () => {
  await using api = await openHarness();
  const cases: [body: unknown, query: string, status: number, message: RegExp][] = [
    [
      "{",
      "",
      400,
      /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: .*\(\{\)$/,
    ],
    ["", "", 400, /json parse error: unexpected end of JSON input \(<empty>\)$/],
    [
      { ...configMap("a"), foo: 1 },
      "?fieldValidation=Strict",
      400,
      /^ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"$/,
    ],
    [
      '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}',
      "?fieldValidation=Strict",
      400,
      /strict decoding error: duplicate field "data\.x"$/,
    ],
    [
      { ...configMap("a"), data: { a: 1 } },
      "",
      400,
      /^ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data.* of type string$/,
    ],
    [
      configMap("Not_A_Name"),
      "",
      422,
      /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain/,
    ],
    [
      configMap("a", {}, { namespace: "other" }),
      "",
      400,
      /^the namespace of the provided object does not match the namespace sent on the request$/,
    ],
    [pod("a"), "", 400, /^Pod in version "v1" cannot be handled as a ConfigMap: /],
    [
      { ...configMap("a"), kind: "Nonsense" },
      "",
      400,
      /^Nonsense in version "v1" cannot be handled as a ConfigMap: /,
    ],
    [
      configMap("a"),
      "?dryRun=Some",
      422,
      /^CreateOptions\.meta\.k8s\.io "" is invalid: dryRun: Unsupported value/,
    ],
  ];
  for (const [body, query, status, message] of cases) {
    const answer = await api.send("POST", `${maps}${query}`, { body });
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.json.message, message);
    assert.equal(answer.json.kind, "Status");
  }
  const yaml = await api.send("POST", maps, { body: "a: [", contentType: "application/yaml" });
  assert.equal(yaml.status, 400);
  assert.match(
    yaml.json.message,
    /must be of type ConfigMap\): yaml: line 1: did not find expected node content /,
  );
  const other = await api.send("POST", maps, { body: "x", contentType: "text/plain" });
  assert.equal(other.status, 415);
  assert.equal((await api.send("GET", maps)).json.items.length, 0);
});

test("unknown fields are dropped with a warning by default", async () => {
  await using api = await openHarness();
  const answer = await api.send("POST", maps, { body: { ...configMap("a"), foo: 1, bar: 2 } });
  assert.equal(answer.status, 201);
  assert.equal(answer.json.foo, undefined);
  assert.equal(
    answer.headers["warning"],
    '299 - "unknown field \\"foo\\"", 299 - "unknown field \\"bar\\""',
  );
  const ignored = await api.send("POST", `${maps}?fieldValidation=Ignore`, {
    body: { ...configMap("b"), foo: 1 },
  });
  assert.equal(ignored.headers["warning"], undefined);
});

test("dry runs compute and keep nothing", async () => {
  await using api = await openHarness();
  const created = await api.send("POST", `${maps}?dryRun=All`, { body: configMap("a") });
  assert.equal(created.status, 201);
  assert.notEqual(created.json.metadata.uid, undefined);
  assert.equal((await api.send("GET", `${maps}/a`)).status, 404);
  await api.send("POST", maps, { body: configMap("a", { key: "1" }) });
  const patched = await api.send("PATCH", `${maps}/a?dryRun=All`, {
    body: { data: { key: "2" } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(patched.json.data.key, "2");
  await api.send("DELETE", `${maps}/a?dryRun=All`);
  assert.equal((await api.send("GET", `${maps}/a`)).json.data.key, "1");
});

test("patches by every kind of patch", async () => {
  await using api = await openHarness();
  await api.send("POST", pods, { body: pod("p", {}, { labels: { a: "1", b: "2" } }) });
  const json = await api.send("PATCH", `${pods}/p`, {
    body: [{ op: "replace", path: "/metadata/labels/a", value: "9" }],
    contentType: "application/json-patch+json",
  });
  assert.deepEqual(json.json.metadata.labels, { a: "9", b: "2" });
  const merge = await api.send("PATCH", `${pods}/p`, {
    body: { metadata: { labels: { b: null } } },
    contentType: "application/merge-patch+json",
  });
  assert.deepEqual(merge.json.metadata.labels, { a: "9" });
  const strategic = await api.send("PATCH", `${pods}/p`, {
    body: { spec: { containers: [{ name: "side", image: "busybox" }] } },
    contentType: "application/strategic-merge-patch+json",
  });
  assert.deepEqual(
    strategic.json.spec.containers.map(({ name }: { name: string }) => name),
    ["side", "main"],
  );
  const strict = await api.send("PATCH", `${pods}/p?fieldValidation=Strict`, {
    body: { spec: { nonsense: 1 } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(strict.status, 422);
  assert.match(strict.json.message, /strict decoding error: unknown field "spec\.nonsense"/);
  const failing = await api.send("PATCH", `${pods}/p`, {
    body: [{ op: "test", path: "/metadata/labels/a", value: "x" }],
    contentType: "application/json-patch+json",
  });
  assert.equal(failing.status, 422);
  const unknown = await api.send("PATCH", `${pods}/p`, { body: {} });
  assert.equal(unknown.status, 415);
  const stale = await api.send("PATCH", `${pods}/p`, {
    body: { metadata: { resourceVersion: "2" } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(stale.status, 409);
});

test("a patch to a value of a wrong type is refused in upstream's words", async () => {
  await using api = await openHarness();
  await api.send("POST", maps, { body: configMap("a") });
  const answer = await api.send("PATCH", `${maps}/a`, {
    body: { data: 5 },
    contentType: "application/merge-patch+json",
  });
  assert.equal(answer.status, 422);
  // Upstream does not say whose fault it is either, but shows what the patch makes of the object.
  assert.match(
    answer.json.message,
    /^ "" is invalid: patch: Invalid value: "\{.*\\"data\\":5.*\}": json: cannot unmarshal number /,
  );
  const strategic = await api.send("PATCH", `${maps}/a`, {
    body: { data: 5 },
    contentType: "application/strategic-merge-patch+json",
  });
  assert.match(strategic.json.message, /: Invalid value: "map\[data:5\]": json: /);
  for (const body of [{ kind: "Secret" }, { kind: "Nothing" }]) {
    const contentType = "application/merge-patch+json";
    const other = await api.send("PATCH", `${maps}/a`, { body, contentType });
    assert.equal(other.status, 422);
    assert.match(other.json.message, /unknown conversion$|no kind "Nothing" is registered/);
    const same = await api.send("PATCH", `${maps}/a`, {
      body,
      contentType: "application/strategic-merge-patch+json",
    });
    assert.equal(same.json.kind, "ConfigMap");
  }
});

test("server-side apply creates, changes, conflicts and forces", async () => {
  await using api = await openHarness();
  const apply = (manager: string, body: unknown, query = "") =>
    api.send("PATCH", `${maps}/a?fieldManager=${manager}${query}`, {
      body,
      contentType: "application/apply-patch+yaml",
    });
  const created = await apply("one", "apiVersion: v1\nkind: ConfigMap\ndata:\n  key: one\n");
  assert.equal(created.status, 201, created.text);
  assert.equal(created.json.metadata.name, "a");
  assert.equal(created.json.metadata.managedFields.length, 1);
  assert.equal(created.json.metadata.managedFields[0].operation, "Apply");
  const conflict = await apply("two", configMap("a", { key: "two" }));
  assert.equal(conflict.status, 409);
  assert.equal(
    conflict.json.message,
    'Apply failed with 1 conflict: conflict with "one": .data.key',
  );
  const forced = await apply("two", configMap("a", { key: "two" }), "&force=true");
  assert.equal(forced.json.data.key, "two");
  const removed = await apply("two", configMap("a"));
  assert.equal(removed.json.data?.key, undefined);
  const anonymous = await api.send("PATCH", `${maps}/a`, {
    body: configMap("a"),
    contentType: "application/apply-patch+yaml",
  });
  assert.equal(anonymous.status, 422);
  assert.match(anonymous.json.message, /fieldManager: Required value: is required for apply patch/);
});

test("a graceful delete marks, shortens and finishes", async () => {
  await using api = await openHarness();
  await api.send("POST", pods, { body: pod("p", { nodeName: "n" }) });
  const marked = await api.send("DELETE", `${pods}/p`);
  assert.equal(marked.status, 200);
  assert.equal(marked.json.kind, "Pod");
  assert.equal(marked.json.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(marked.json.metadata.deletionTimestamp, "2026-01-01T00:00:30Z");
  assert.equal(marked.json.metadata.generation, 2);
  const again = await api.send("DELETE", `${pods}/p`);
  assert.equal(again.json.metadata.resourceVersion, marked.json.metadata.resourceVersion);
  const shorter = await api.send("DELETE", `${pods}/p`, { body: { gracePeriodSeconds: 5 } });
  assert.equal(shorter.json.metadata.deletionTimestamp, "2026-01-01T00:00:05Z");
  const final = await api.send("DELETE", `${pods}/p?gracePeriodSeconds=0`);
  assert.equal(final.json.kind, "Pod");
  assert.equal((await api.send("GET", `${pods}/p`)).status, 404);
});

test("finalizers and propagation policies hold a deleted object", async () => {
  await using api = await openHarness();
  await api.send("POST", maps, { body: configMap("a", {}, { finalizers: ["example.com/x"] }) });
  const marked = await api.send("DELETE", `${maps}/a`);
  assert.equal(marked.json.kind, "ConfigMap");
  assert.equal(marked.json.metadata.deletionGracePeriodSeconds, 0);
  const added = await api.send("PATCH", `${maps}/a`, {
    body: { metadata: { finalizers: ["example.com/x", "example.com/y"] } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(added.status, 422);
  const released = await api.send("PATCH", `${maps}/a`, {
    body: { metadata: { finalizers: null } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(released.status, 200);
  assert.equal((await api.send("GET", `${maps}/a`)).status, 404);

  await api.send("POST", maps, { body: configMap("b") });
  const foreground = await api.send("DELETE", `${maps}/b`, {
    body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Foreground" },
  });
  assert.deepEqual(foreground.json.metadata.finalizers, ["foregroundDeletion"]);
  const background = await api.send("DELETE", `${maps}/b?propagationPolicy=Background`);
  assert.equal(background.json.kind, "Status");

  await api.send("POST", maps, { body: configMap("c") });
  const wrong = await api.send("DELETE", `${maps}/c`, { body: { preconditions: { uid: "x" } } });
  assert.equal(wrong.status, 409);
  assert.match(
    wrong.json.message,
    /on ConfigMap "c": the UID in the precondition \(x\) does not match the UID in record \(/,
  );
});

test("a namespace stays until its content is gone", async () => {
  await using api = await openHarness();
  await api.send("POST", "/api/v1/namespaces", {
    body: {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name: "ns" },
      spec: { finalizers: ["kubernetes"] },
    },
  });
  const marked = await api.send("DELETE", "/api/v1/namespaces/ns");
  assert.equal(marked.json.status.phase, "Terminating");
  const body = { ...marked.json, spec: { finalizers: [] } };
  assert.equal((await api.send("PUT", "/api/v1/namespaces/ns/finalize", { body })).status, 200);
  assert.equal((await api.send("GET", "/api/v1/namespaces/ns")).status, 404);
});

test("nothing is done for a client that could not read what came of it", async () => {
  await using api = await openHarness();
  const headers = { accept: "text/html" };
  const unread = await api.send("POST", maps, { body: configMap("a"), headers });
  assert.equal(unread.status, 406);
  assert.equal((await api.send("GET", `${maps}/a`)).status, 404);
  await api.send("POST", maps, { body: configMap("a") });
  assert.equal((await api.send("DELETE", maps, { headers })).status, 406);
  assert.equal((await api.send("PUT", `${maps}/a`, { body: configMap("a"), headers })).status, 406);
  assert.equal((await api.send("GET", `${maps}/a`)).status, 200);
});

test("a collection is deleted in every form of an answer", async () => {
  await using api = await openHarness();
  const forms = {
    "application/json": "ConfigMapList",
    "application/json;as=Table;g=meta.k8s.io;v=v1": "Table",
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1": "PartialObjectMetadataList",
  };
  for (const [accept, kind] of Object.entries(forms)) {
    await api.send("POST", maps, { body: configMap("a") });
    const answer = await api.send("DELETE", maps, { headers: { accept } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.kind, kind);
    assert.equal((answer.json.items ?? answer.json.rows).length, 1);
  }
  const accept = "application/vnd.kubernetes.protobuf";
  const binary = await api.send("DELETE", maps, { headers: { accept } });
  assert.equal(binary.contentType, accept);
});

test("deletes collections by selector", async () => {
  await using api = await openHarness();
  const everywhere = await api.send("DELETE", "/api/v1/configmaps");
  assert.equal(everywhere.status, 405);
  for (const name of ["a", "b", "c"]) {
    const labels = { keep: String(name === "b") };
    await api.send("POST", maps, { body: configMap(name, {}, { labels }) });
  }
  const answer = await api.send("DELETE", `${maps}?labelSelector=keep!%3Dtrue`);
  assert.equal(answer.json.kind, "ConfigMapList");
  assert.equal(answer.json.items.length, 2);
  const left = await api.send("GET", maps);
  assert.deepEqual(
    left.json.items.map((item: Loose) => item.metadata.name),
    ["b"],
  );
});

test("status and scale are written by themselves", async () => {
  await using api = await openHarness();
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const template = { metadata: { labels: { app: "web" } }, spec: pod("x").spec };
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template };
  const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
  const created = await api.send("POST", path, { body });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.json.metadata.generation, 1);

  const status = await api.send("PATCH", `${path}/web/status`, {
    body: { status: { replicas: 2 }, spec: { replicas: 7 } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(status.json.status.replicas, 2);
  assert.equal(status.json.spec.replicas, 2);
  assert.equal(status.json.metadata.generation, 1);

  const scaled = await api.send("PATCH", `${path}/web/scale`, {
    body: { spec: { replicas: 5 } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(scaled.json.kind, "Scale");
  assert.deepEqual(scaled.json.spec, { replicas: 5 });
  assert.deepEqual(scaled.json.status, { replicas: 2, selector: "app=web" });
  const got = await api.send("GET", `${path}/web`);
  assert.equal(got.json.spec.replicas, 5);
  assert.equal(got.json.metadata.generation, 2);
  assert.equal(got.json.status.replicas, 2);
  const negative = await api.send("PUT", `${path}/web/scale`, {
    body: { ...scaled.json, spec: { replicas: -1 } },
  });
  assert.equal(negative.status, 422);
  assert.equal((await api.send("PUT", `${path}/web/nonsense`, { body })).status, 404);
});

test("what is frozen stays as it is for components of the process", async () => {
  await using api = await openHarness();
  const { ConfigMap } = await import("#api/core/v1.ts");
  const { client } = api.server;
  const created = await client.create(ConfigMap, {
    metadata: { name: "a", namespace: "default" },
    data: { key: "1" },
  });
  assert.equal(Object.isFrozen(created.metadata), true);
  assert.equal(await client.get(ConfigMap, { namespace: "default", name: "a" }), created);
  const { items, resourceVersion } = await client.list(ConfigMap);
  assert.equal(items[0], created);
  assert.equal(resourceVersion, created.metadata.resourceVersion);
});

test("a scale is applied, and its owners are those of the replicas", async () => {
  await using api = await openHarness();
  const deployments = "/apis/apps/v1/namespaces/default/deployments";
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c" }] } };
  const spec = { replicas: 1, selector: { matchLabels: { app: "web" } }, template };
  const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
  await api.send("POST", deployments, { body });
  const path = `${deployments}/web/scale`;
  const scale = (replicas: number) => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "web" },
    spec: { replicas },
  });
  const applying = (manager: string, replicas: number, force = "") =>
    api.send("PATCH", `${path}?fieldManager=${manager}${force}`, {
      body: scale(replicas),
      contentType: "application/apply-patch+yaml",
    });
  const owners = async () => {
    const { json } = await api.send("GET", `${deployments}/web`);
    return json.metadata.managedFields
      .filter((entry: Loose) => entry.fieldsV1["f:spec"]?.["f:replicas"])
      .map(({ manager, operation, apiVersion, subresource }: Loose) =>
        [manager, operation, apiVersion, subresource].join(" ").trim(),
      );
  };
  assert.deepEqual(await owners(), ["test Update apps/v1"]);
  await api.send("PUT", path, { body: scale(2) });
  assert.deepEqual(await owners(), ["test Update apps/v1 scale"]);

  const conflicting = await applying("hpa", 3);
  assert.equal(conflicting.status, 409);
  assert.equal(
    conflicting.json.message,
    'Apply failed with 1 conflict: conflict with "test" with subresource "scale" using ' +
      "autoscaling/v1: .spec.replicas",
  );
  const forced = await applying("hpa", 3, "&force=true");
  assert.equal(forced.json.spec.replicas, 3);
  assert.deepEqual(await owners(), ["hpa Apply apps/v1 scale"]);
  const again = await applying("hpa", 3);
  assert.equal(again.json.metadata.resourceVersion, forced.json.metadata.resourceVersion);
  assert.match((await applying("other", 4)).json.message, /conflict with "hpa" with subresource/);
  const unnamed = await api.send("PATCH", path, {
    body: scale(1),
    contentType: "application/apply-patch+yaml",
  });
  assert.equal(unnamed.status, 422);
  await api.send("PATCH", path, {
    body: { spec: { replicas: 5 } },
    contentType: "application/merge-patch+json",
  });
  assert.deepEqual(await owners(), ["test Update apps/v1 scale"]);
});
