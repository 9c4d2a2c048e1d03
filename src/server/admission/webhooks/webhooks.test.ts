import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "#api/admissionregistration/v1.ts";
import { text, toBase64, utf8 } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { openHarness, testResources } from "../../../testkit/requests.ts";
import type { Harness, Loose } from "../../../testkit/requests.ts";
import { events } from "../../resources/core/events/resource.ts";
import { newEvents } from "../../resources/events/events/resource.ts";
import { defineResource } from "../../resources/define.ts";
import { admissionPlugins } from "../default.ts";
import type { WebhookConnections, WebhookTarget } from "../../webhook/caller.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const registrations = "/apis/admissionregistration.k8s.io/v1";

/** What a test's webhook answers, by the host of its URL. */
type Answer = (
  request: Loose,
  target: WebhookTarget,
  signal: AbortSignal,
) => object | Promise<object>;

async function open(hooks: Record<string, Answer>) {
  const post: WebhookConnections["post"] = async (target, body, signal) => {
    const review = JSON.parse(text(body));
    const answer = hooks[target.url.hostname.split(".")[0] ?? ""];
    if (!answer) throw new Error("dial tcp: lookup: no such host");
    const answered: Loose = await answer(review.request, target, signal);
    if (answered.status !== undefined && answered.text !== undefined) return answered;
    const { apiVersion, kind } = review;
    const response = { uid: review.request.uid, allowed: true, ...answered };
    return { status: 200, text: JSON.stringify({ apiVersion, kind, response }) };
  };
  const resolve: WebhookConnections["resolve"] = async () => ({ host: "10.0.0.1", port: 443 });
  const clock: Clock = {
    now: () => harness.clock.now(),
    monotonic: () => harness.clock.monotonic(),
    after: (delayMs, callback) => harness.clock.after(delayMs, callback),
  };
  const harness = await openHarness({
    resources: [
      ...testResources,
      events,
      newEvents,
      defineResource<MutatingWebhookConfiguration>({ type: MutatingWebhookConfiguration }),
      defineResource<ValidatingWebhookConfiguration>({ type: ValidatingWebhookConfiguration }),
    ],
    admission: ({ client }) =>
      admissionPlugins(
        { client, clock, random: seededRandom(1), webhooks: { post, resolve } },
        { disable: ["LimitRanger", "ServiceAccount", "Priority"] },
      ),
  });
  await harness.send("POST", "/api/v1/namespaces", {
    body: { kind: "Namespace", apiVersion: "v1", metadata: { name: "default" } },
  });
  return harness;
}

const rule = {
  operations: ["*"],
  apiGroups: ["*"],
  apiVersions: ["*"],
  resources: ["configmaps", "pods/*"],
};

async function register(
  harness: Harness,
  kind: "Mutating" | "Validating",
  name: string,
  webhook: object = {},
): Promise<void> {
  const body = {
    kind: `${kind}WebhookConfiguration`,
    apiVersion: "admissionregistration.k8s.io/v1",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: `https://${name}.example/check` },
        rules: [rule],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        ...webhook,
      },
    ],
  };
  const path = `${registrations}/${kind.toLowerCase()}webhookconfigurations`;
  const { status, text: answer } = await harness.send("POST", path, { body });
  assert.equal(status, 201, answer);
}

const map = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name, ...metadata },
  data,
});
const patching = (operations: object[]) => ({
  patchType: "JSONPatch",
  patch: toBase64(utf8(JSON.stringify(operations))),
});

describe("validating webhooks", () => {
  it("are told all of a request, and may refuse it", async () => {
    const seen: Loose[] = [];
    await using harness = await open({
      no(request, target) {
        seen.push([request, target]);
        return { allowed: false, status: { message: "not today", code: 418, reason: "Teapot" } };
      },
    });
    await register(harness, "Validating", "no");
    const answer = await harness.send("POST", `${maps}?fieldManager=test`, { body: map("a") });
    assert.equal(answer.status, 418);
    assert.deepEqual(answer.json, {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'admission webhook "no.example.com" denied the request: not today',
      reason: "Teapot",
      code: 418,
    });
    const [[{ uid, object, ...request }, target]] = seen;
    assert.equal(object.metadata.name, "a");
    assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.deepEqual(request, {
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      resource: { group: "", version: "v1", resource: "configmaps" },
      requestKind: { group: "", version: "v1", kind: "ConfigMap" },
      requestResource: { group: "", version: "v1", resource: "configmaps" },
      name: "a",
      namespace: "default",
      operation: "CREATE",
      userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] },
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "test" },
    });
    assert.equal(target.url.href, "https://no.example/check?timeout=10s");
  });

  const denials: [answer: object, code: number, message: string][] = [
    [{}, 400, "denied the request without explanation"],
    [{ status: { reason: "Why" } }, 400, "denied the request: Why"],
    [{ status: { message: "m", code: 200, status: "Success" } }, 400, "denied the request: m"],
  ];
  for (const [answer, code, message] of denials) {
    it(`says ${message} (${code})`, async () => {
      await using harness = await open({ no: () => ({ allowed: false, ...answer }) });
      await register(harness, "Validating", "no");
      const refused = await harness.send("POST", maps, { body: map("a") });
      assert.equal(refused.status, code);
      assert.equal(refused.json.status, "Failure");
      assert.equal(refused.json.message, `admission webhook "no.example.com" ${message}`);
    });
  }

  const failures: [name: string, answer: Answer, webhook: object, message: string][] = [
    [
      "no connection",
      () => Promise.reject(new Error("dial tcp 10.0.0.1:443: connect: connection refused")),
      { clientConfig: { service: { namespace: "ns", name: "bad", path: "/p" } } },
      'failed to call webhook: Post "https://bad.ns.svc:443/p?timeout=10s": dial tcp ' +
        "10.0.0.1:443: connect: connection refused",
    ],
    [
      "an error page",
      () => ({ status: 500, text: "boom" }),
      {},
      'failed to call webhook: an error on the server ("boom") has prevented the request from ' +
        "succeeding",
    ],
    [
      "not found",
      () => ({ status: 404, text: "404 page not found" }),
      {},
      "failed to call webhook: the server could not find the requested resource",
    ],
    [
      "the wrong question",
      () => ({ uid: "other" }),
      {},
      'received invalid webhook response: expected response.uid="UID", got "other"',
    ],
    [
      "a patch where there can be none",
      () => patching([]),
      {},
      "received invalid webhook response: validating webhook may not return response.patch",
    ],
    [
      "an unknown version",
      () => ({}),
      { admissionReviewVersions: ["v9"] },
      "could not create admission objects: webhook does not accept known AdmissionReview " +
        "versions (v1, v1beta1)",
    ],
  ];
  for (const [name, answer, webhook, message] of failures) {
    it(`that fail (${name}) count by their failure policy`, async () => {
      await using harness = await open({ bad: answer });
      await register(harness, "Validating", "bad", webhook);
      const refused = await harness.send("POST", maps, { body: map("a") });
      assert.equal(refused.status, 500);
      assert.equal(refused.json.reason, "InternalError");
      assert.equal(
        refused.json.message.replace(/"[0-9a-f-]{36}"/, '"UID"'),
        `Internal error occurred: failed calling webhook "bad.example.com": ${message}`,
      );
      const path = `${registrations}/validatingwebhookconfigurations/bad`;
      const patch = [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }];
      const contentType = "application/json-patch+json";
      assert.equal((await harness.send("PATCH", path, { body: patch, contentType })).status, 200);
      assert.equal((await harness.send("POST", maps, { body: map("a") })).status, 201);
    });
  }

  it("are not waited for longer than they say", async () => {
    let aborted = false;
    const asked = Promise.withResolvers<void>();
    await using harness = await open({
      slow: (_request, _target, signal) =>
        new Promise((_resolve, reject) => {
          asked.resolve();
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(new Error("too late"));
          });
        }),
    });
    await register(harness, "Validating", "slow", { timeoutSeconds: 2 });
    const answering = harness.send("POST", maps, { body: map("a") });
    await asked.promise;
    await harness.clock.advance(2000);
    const { status, json } = await answering;
    assert.equal(status, 500);
    assert.equal(
      json.message,
      'Internal error occurred: failed calling webhook "slow.example.com": failed to call ' +
        'webhook: Post "https://slow.example/check?timeout=2s": context deadline exceeded',
    );
    assert.equal(aborted, true);
  });

  it("are asked about what their rules and selectors name", async () => {
    const seen: string[] = [];
    await using harness = await open({
      all: ({ operation, name }) => {
        seen.push(`${operation} ${name}`);
        return {};
      },
    });
    await register(harness, "Validating", "all", {
      rules: [{ ...rule, operations: ["CREATE", "DELETE"], scope: "Namespaced" }],
      objectSelector: { matchLabels: { watched: "yes" } },
      namespaceSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] },
    });
    const labels = { watched: "yes" };
    await harness.send("POST", maps, { body: map("plain") });
    await harness.send("POST", maps, { body: map("a", {}, { labels }) });
    await harness.send("PUT", `${maps}/a`, { body: map("a", { x: "1" }, { labels }) });
    await harness.send("DELETE", `${maps}/a`);
    const skipped = { name: "skipped", labels: { skip: "1" } };
    const body = { kind: "Namespace", apiVersion: "v1", metadata: skipped };
    await harness.send("POST", "/api/v1/namespaces", { body });
    const there = "/api/v1/namespaces/skipped/configmaps";
    await harness.send("POST", there, { body: map("b", {}, { labels }) });
    assert.deepEqual(seen, ["CREATE a", "DELETE a"]);
  });

  it("see objects in the version that their rules name", async () => {
    const seen: Loose[] = [];
    await using harness = await open({
      events: (request) => {
        seen.push(request);
        return {};
      },
    });
    const group = "events.k8s.io";
    const rules = [{ ...rule, apiGroups: [group], resources: ["events"] }];
    await register(harness, "Validating", "events", { rules });
    const body = {
      kind: "Event",
      apiVersion: "v1",
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", name: "p", namespace: "default" },
      reason: "Started",
      message: "hello",
      type: "Normal",
    };
    const created = await harness.send("POST", "/api/v1/namespaces/default/events", { body });
    assert.equal(created.status, 201, created.text);
    const [{ kind, resource, requestKind, object }] = seen;
    assert.deepEqual(kind, { group, version: "v1", kind: "Event" });
    assert.deepEqual(resource, { group, version: "v1", resource: "events" });
    assert.deepEqual(requestKind, { group: "", version: "v1", kind: "Event" });
    assert.equal(object.apiVersion, "events.k8s.io/v1");
    assert.equal(object.note, "hello");
  });

  it("see a Scale where a Scale is written", async () => {
    const seen: Loose[] = [];
    await using harness = await open({
      scale: (request) => {
        seen.push(request);
        return {};
      },
    });
    const rules = [{ ...rule, resources: ["deployments/scale"] }];
    await register(harness, "Validating", "scale", { rules });
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const template = { metadata: {}, spec: { containers: [{ name: "c", image: "c" }] } };
    const body = {
      kind: "Deployment",
      apiVersion: "apps/v1",
      metadata: { name: "d" },
      spec: { replicas: 1, selector: {}, template },
    };
    assert.equal((await harness.send("POST", path, { body })).status, 201);
    const contentType = "application/merge-patch+json";
    const patch = { spec: { replicas: 3 } };
    const scaled = await harness.send("PATCH", `${path}/d/scale`, { body: patch, contentType });
    assert.equal(scaled.json.spec.replicas, 3);
    const [{ kind, resource, subResource, object, oldObject }] = seen;
    assert.deepEqual(kind, { group: "autoscaling", version: "v1", kind: "Scale" });
    assert.deepEqual(resource, { group: "apps", version: "v1", resource: "deployments" });
    assert.equal(subResource, "scale");
    assert.deepEqual([object.spec.replicas, oldObject.spec.replicas], [3, 1]);
  });

  it("see the namespace that they are asked about as lying in itself", async () => {
    const seen: Loose[] = [];
    await using harness = await open({
      spaces: (request) => {
        seen.push(`${request.operation} ${request.name} ${request.namespace}`);
        return {};
      },
    });
    const rules = [{ ...rule, resources: ["namespaces"], scope: "Cluster" }];
    await register(harness, "Validating", "spaces", { rules });
    const body = { kind: "Namespace", apiVersion: "v1", metadata: { name: "n" } };
    await harness.send("POST", "/api/v1/namespaces", { body });
    assert.deepEqual(seen, ["CREATE n n"]);
  });

  it("must have no side effects on dry runs", async () => {
    await using harness = await open({ some: () => ({}) });
    await register(harness, "Validating", "some", { sideEffects: "Some" });
    const refused = await harness.send("POST", `${maps}?dryRun=All`, { body: map("a") });
    assert.equal(refused.status, 400);
    assert.equal(
      refused.json.message,
      'admission webhook "some.example.com" does not support dry run',
    );
  });

  it("may warn", async () => {
    await using harness = await open({ warn: () => ({ warnings: ["careful"] }) });
    await register(harness, "Validating", "warn");
    const created = await harness.send("POST", maps, { body: map("a") });
    assert.equal(created.headers["warning"], '299 - "careful"');
  });

  it("are not asked about themselves", async () => {
    await using harness = await open({ no: () => ({ allowed: false }) });
    await register(harness, "Validating", "no", { rules: [{ ...rule, resources: ["*"] }] });
    await register(harness, "Validating", "other");
    const path = `${registrations}/validatingwebhookconfigurations/no`;
    assert.equal((await harness.send("DELETE", path)).status, 200);
  });
});

describe("mutating webhooks", () => {
  it("change objects one after the other, and defaults follow", async () => {
    await using harness = await open({
      a: ({ object }) =>
        patching([{ op: "add", path: "/data", value: { ...object.data, a: "1" } }]),
      b: ({ object }) =>
        patching([
          { op: "add", path: "/data/b", value: `after ${Object.keys(object.data).join()}` },
        ]),
    });
    await register(harness, "Mutating", "b");
    await register(harness, "Mutating", "a");
    const created = await harness.send("POST", maps, { body: map("m", { x: "0" }) });
    assert.equal(created.status, 201, created.text);
    assert.deepEqual(created.json.data, { x: "0", a: "1", b: "after x,a" });
  });

  it("leave no object without defaults", async () => {
    const container = { name: "added", image: "busybox" };
    await using harness = await open({
      add: () => patching([{ op: "add", path: "/spec/containers/-", value: container }]),
    });
    const rules = [{ ...rule, resources: ["pods"] }];
    await register(harness, "Mutating", "add", { rules });
    const body = {
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name: "p" },
      spec: { containers: [{ name: "c", image: "nginx" }] },
    };
    const created = await harness.send("POST", "/api/v1/namespaces/default/pods", { body });
    assert.equal(created.status, 201, created.text);
    const [own, added] = created.json.spec.containers;
    assert.equal(added.name, "added");
    assert.equal(added.terminationMessagePath, own.terminationMessagePath);
    assert.ok(added.terminationMessagePath);
  });

  it("are asked again when somebody changes the object after them", async () => {
    const calls: string[] = [];
    const counting =
      (name: string): Answer =>
      ({ object }) => {
        calls.push(name);
        const done = object.data?.[name];
        return done ? {} : patching([{ op: "add", path: `/data/${name}`, value: "1" }]);
      };
    await using harness = await open({
      a: counting("a"),
      b: counting("b"),
      c: counting("c"),
    });
    await register(harness, "Mutating", "a", { reinvocationPolicy: "IfNeeded" });
    await register(harness, "Mutating", "b");
    await register(harness, "Mutating", "c", { reinvocationPolicy: "IfNeeded" });
    await harness.send("POST", maps, { body: map("m", { x: "0" }) });
    assert.deepEqual(calls, ["a", "b", "c", "a"]);
  });

  const broken: [operations: object[], message: RegExp][] = [
    [[{ op: "remove", path: "/nope" }], /^Internal error occurred: .*nope/],
    [
      [{ op: "add", path: "/data", value: { a: 1 } }],
      /^Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
    ],
  ];
  for (const [operations, message] of broken) {
    it(`fail the request by a patch that does not fit: ${JSON.stringify(operations)}`, async () => {
      await using harness = await open({ bad: () => patching(operations) });
      await register(harness, "Mutating", "bad");
      const refused = await harness.send("POST", maps, { body: map("m") });
      assert.equal(refused.status, 500);
      assert.match(refused.json.message, message);
    });
  }

  it("cannot change what is deleted", async () => {
    await using harness = await open({
      bad: () => patching([{ op: "add", path: "/data", value: {} }]),
    });
    await harness.send("POST", maps, { body: map("m") });
    await register(harness, "Mutating", "bad");
    const refused = await harness.send("DELETE", `${maps}/m`);
    assert.equal(
      refused.json.message,
      'Internal error occurred: admission webhook "bad.example.com" attempted to modify the ' +
        "object, which is not supported for this operation",
    );
  });
});
