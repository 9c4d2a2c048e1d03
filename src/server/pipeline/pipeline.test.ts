import { test } from "node:test";
import assert from "node:assert/strict";
import { ConfigMap } from "#api/core/v1.ts";
import { createClient } from "#client/typed.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import { createAuthenticator } from "../authn/authentication.ts";
import { allow, noOpinion } from "../authz/authorizer.ts";
import type { Attributes, Authorizer } from "../authz/authorizer.ts";
import { events } from "../resources/core/events/resource.ts";
import { newEvents } from "../resources/events/events/resource.ts";
import { configMap, openHarness, testResources } from "../../testkit/requests.ts";
import { requestInfoOf, withoutWatchPrefix } from "./request-info.ts";

const maps = "/api/v1/namespaces/default/configmaps";

test("reads paths as upstream does", () => {
  const cases: [method: string, path: string, expected: Record<string, unknown>][] = [
    ["GET", "/api/v1/pods", { verb: "list", resource: "pods", namespace: "" }],
    ["GET", "/api/v1/namespaces/a/pods?watch=true", { verb: "watch", namespace: "a" }],
    ["GET", "/api/v1/pods?watch", { verb: "watch" }],
    ["GET", "/api/v1/pods?watch=0", { verb: "list" }],
    ["GET", "/api/v1/pods?watch=False", { verb: "list" }],
    [
      "GET",
      "/api/v1/namespaces/a",
      { verb: "get", resource: "namespaces", namespace: "a", name: "a" },
    ],
    ["GET", "/api/v1/namespaces", { verb: "list", resource: "namespaces" }],
    [
      "PUT",
      "/api/v1/namespaces/a/finalize",
      { verb: "update", resource: "namespaces", subresource: "finalize" },
    ],
    [
      "DELETE",
      "/apis/apps/v1/namespaces/a/deployments",
      { verb: "deletecollection", group: "apps", version: "v1" },
    ],
    [
      "PATCH",
      "/apis/apps/v1/namespaces/a/deployments/d/scale",
      { verb: "patch", name: "d", subresource: "scale" },
    ],
    ["GET", "/api/v1/pods?fieldSelector=metadata.name%3Dx", { verb: "list", name: "x" }],
    ["GET", "/api/v1/pods?fieldSelector=a%3Db,metadata.name%3Dx", { verb: "list", name: "x" }],
    ["GET", "/api/v1/pods?fieldSelector=metadata.name%3D..", { verb: "list", name: "" }],
    ["GET", "/api/v1/pods?fieldSelector=metadata.name!%3Dx", { verb: "list", name: "" }],
    ["OPTIONS", "/api/v1/pods", { verb: "", resource: "pods" }],
    [
      "POST",
      "/api/v1/watch/namespaces/a/pods",
      { verb: "watch", resource: "pods", namespace: "a" },
    ],
    [
      "GET",
      "/api/v1/proxy/namespaces/a/pods/p/x",
      { verb: "proxy", resource: "pods", name: "p", subresource: "" },
    ],
    [
      "GET",
      "/api/v1/namespaces/a/pods/p/proxy/b/c/",
      { verb: "get", subresource: "proxy", rest: "b/c/" },
    ],
    ["GET", "/api/v1/namespaces/a/pods/p/proxy/", { subresource: "proxy", rest: "/" }],
    ["POST", "/apis/apps/v1", { isResource: false, verb: "post" }],
    ["GET", "/healthz/ping", { isResource: false, verb: "get" }],
  ];
  for (const [method, path, expected] of cases) {
    const url = new URL(path, "http://localhost");
    const info = requestInfoOf({
      method: method as "GET",
      path: url.pathname,
      query: url.searchParams,
    });
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(info[key as keyof typeof info], value, `${method} ${path}: ${key}`);
    }
  }
});

const administrators: Authorizer = {
  authorize: async ({ user }) => (user.groups.includes("system:masters") ? allow() : noOpinion()),
};

test("401 and 403 say what upstream says", async () => {
  const anonymous = (enabled: boolean) => [
    createAuthenticator({ tokens: [], audiences: [], anonymous: { enabled } }),
  ];
  await using closed = await openHarness({ authenticators: anonymous(false) });
  const unknown = await closed.send("GET", maps);
  assert.equal(unknown.status, 401);
  assert.equal(unknown.json.message, "Unauthorized");

  await using open = await openHarness({
    authenticators: anonymous(true),
    authorizer: administrators,
  });
  const denied = await open.send("GET", maps);
  assert.equal(denied.status, 403);
  assert.equal(
    denied.json.message,
    'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" ' +
      'in API group "" in the namespace "default"',
  );
  const path = await open.send("GET", "/metrics");
  assert.equal(path.json.message, 'forbidden: User "system:anonymous" cannot get path "/metrics"');
  const client = createClient(open.server.api.transport({ name: "jane", groups: [] }));
  await assert.rejects(client.list(ConfigMap), /User "jane" cannot list resource "configmaps"/);
});

test("impersonates where that is allowed", async () => {
  const asked: Attributes[] = [];
  await using api = await openHarness({
    authorizer: {
      async authorize(attributes) {
        asked.push(attributes);
        return attributes.name === "root" ? noOpinion() : allow();
      },
    },
  });
  const headers = { "impersonate-user": "jane", "impersonate-group": "dev\nops" };
  assert.equal((await api.send("GET", maps, { headers })).status, 200);
  assert.deepEqual(
    asked.map(({ verb, resource, name, user }) => `${user.name} ${verb} ${resource} ${name}`),
    [
      "admin impersonate-on:user-info:list configmaps ",
      "admin impersonate:user-info users jane",
      "admin impersonate:user-info groups dev",
      "admin impersonate:user-info groups ops",
      "jane list configmaps ",
    ],
  );
  assert.deepEqual(asked.at(-1)?.user.groups, ["dev", "ops", "system:authenticated"]);
  const root = await api.send("GET", maps, { headers: { "impersonate-user": "root" } });
  assert.equal(root.status, 403);
  assert.match(root.json.message, /User "admin" cannot impersonate:user-info resource "users"/);
});

test("watches as they were written in earlier days", () => {
  const cases: [path: string, expected: string][] = [
    ["/api/v1/watch/pods", "/api/v1/pods?watch=true"],
    ["/apis/apps/v1/watch/deployments?a=b", "/apis/apps/v1/deployments?a=b&watch=true"],
    [
      "/api/v1/watch/namespaces/a/pods/p",
      "/api/v1/namespaces/a/pods?watch=true&fieldSelector=metadata.name%3Dp",
    ],
    ["/api/v1/watch/nodes/n", "/api/v1/nodes?watch=true&fieldSelector=metadata.name%3Dn"],
    ["/api/v1/namespaces/watch/pods/p", "/api/v1/namespaces/watch/pods/p"],
    ["/api/v1/watch", "/api/v1/watch"],
  ];
  for (const [given, expected] of cases) {
    const url = new URL(given, "http://localhost");
    const { path, query } = withoutWatchPrefix({
      method: "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: {},
      body: { kind: "none" },
    });
    assert.equal(query.size ? `${path}?${query.toString()}` : path, expected);
  }
});

test("unknown paths and methods", async () => {
  await using api = await openHarness();
  const cases: [method: string, path: string, status: number][] = [
    ["GET", "/api/v1/namespaces/default/nonsense", 404],
    ["GET", "/api/v2/namespaces/default/configmaps", 404],
    ["GET", "/api/v1/namespaces/default/namespaces", 404],
    ["POST", "/api/v1/namespaces/default/namespaces", 404],
    ["POST", `${maps}/a`, 405],
    ["POST", "/api/v1/configmaps", 405],
    ["GET", "/api/v1/configmaps/a", 404],
    ["POST", "/version", 405],
  ];
  for (const [method, path, status] of cases) {
    const body = method === "POST" ? { body: configMap("a") } : {};
    const answer = await api.send(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    assert.equal(answer.json.kind, "Status");
  }
  // Where not even the group is known, upstream says so in plain text.
  for (const path of ["/nonsense", "/apis/no.such.group/v1/things"]) {
    const nowhere = await api.send("GET", path);
    assert.equal(nowhere.status, 404);
    assert.equal(nowhere.text, "404 page not found\n");
  }
});

test("admission sees, changes and refuses", async () => {
  const seen: string[] = [];
  await using api = await openHarness({
    admission: [
      {
        name: "Test",
        mutate({ operation, object }: AdmissionRequest) {
          seen.push(`mutate ${operation}`);
          if (object) object["data"] = { ...(object["data"] as object), added: "yes" };
        },
        validate(request) {
          seen.push(`validate ${request.operation} ${request.name} ${request.dryRun}`);
          request.warn("careful");
        },
      },
    ],
  });
  const created = await api.send("POST", maps, { body: configMap("a", { key: "1" }) });
  assert.deepEqual(created.json.data, { key: "1", added: "yes" });
  assert.equal(created.headers["warning"], '299 - "careful"');
  await api.send("DELETE", `${maps}/a?dryRun=All`);
  assert.deepEqual(seen, [
    "mutate CREATE",
    "validate CREATE a false",
    "mutate DELETE",
    "validate DELETE a true",
  ]);
});

test("health, version and metrics", async () => {
  await using api = await openHarness();
  assert.equal((await api.send("GET", "/readyz")).text, "ok");
  const verbose = await api.send("GET", "/livez?verbose");
  assert.equal(verbose.text, "[+]ping ok\nlivez check passed\n");
  assert.equal((await api.send("GET", "/healthz/ping")).text, "ok");
  assert.equal((await api.send("GET", "/healthz/nonsense")).status, 404);
  const version = await api.send("GET", "/version");
  assert.equal(version.json.minor, "36");
  await api.send("GET", maps);
  const { text } = await api.send("GET", "/metrics");
  assert.match(
    text,
    /^apiserver_request_total\{code="200",component="apiserver",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"\} 1$/m,
  );
  assert.match(
    text,
    /^apiserver_request_duration_seconds_bucket\{.*resource="configmaps".*le="\+Inf"\} 1$/m,
  );
});

test("words that a client chooses make no series of metrics", async () => {
  const authorizer: Authorizer = { authorize: async () => noOpinion() };
  await using api = await openHarness({ authorizer });
  for (const path of [`${maps}/a/chosen`, "/api/v1/chosen", "/apis/chosen/v1/pods"]) {
    assert.equal((await api.send("GET", path)).status, 403);
  }
  assert.doesNotMatch(api.server.api.metrics.render(), /chosen/);
});

test("two groups show the same stored events", async () => {
  await using api = await openHarness({ resources: [...testResources, events, newEvents] });
  const old = "/api/v1/namespaces/default/events";
  const modern = "/apis/events.k8s.io/v1/namespaces/default/events";
  const stop = new AbortController();
  const next = await api.watch(`${modern}?watch=1`, stop.signal);
  const body = {
    kind: "Event",
    apiVersion: "v1",
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "p", namespace: "default" },
    reason: "Started",
    message: "hello",
    type: "Normal",
    count: 1,
    source: { component: "kubelet" },
  };
  const created = await api.send("POST", old, { body });
  assert.equal(created.status, 201, created.text);
  const event = await next();
  assert.equal(event.object.apiVersion, "events.k8s.io/v1");
  assert.equal(event.object.note, "hello");
  assert.equal(event.object.regarding.name, "p");
  const got = await api.send("GET", `${modern}/e`);
  assert.equal(got.json.metadata.resourceVersion, created.json.metadata.resourceVersion);
  const listed = await api.send("GET", `${modern}?fieldSelector=regarding.name%3Dp`);
  assert.equal(listed.json.items[0].note, "hello");
  stop.abort();
});
