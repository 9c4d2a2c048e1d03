import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "#api/admissionregistration/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { dynType, listType, stringType, structType } from "#machinery/cel/types.ts";
import { openHarness, testResources } from "../../../testkit/requests.ts";
import type { Harness } from "../../../testkit/requests.ts";
import { allow, noOpinion } from "../../authz/authorizer.ts";
import type { Attributes } from "../../authz/authorizer.ts";
import { defineResource } from "../../resources/define.ts";
import { admissionPlugins } from "../default.ts";
import { fakeEngine } from "./fake-engine.test-support.ts";
import type { Meaning } from "./fake-engine.test-support.ts";
import type { Checks } from "./expressions.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const group = "admissionregistration.k8s.io/v1";
const objectType = structType("Object", {});
const patchType = listType(structType("JSONPatch", {}));

async function open(meanings: Readonly<Record<string, Meaning>>) {
  const annotations: [string, string][] = [];
  const asked: Attributes[] = [];
  const harness = await openHarness({
    resources: [
      ...testResources,
      defineResource<ValidatingAdmissionPolicy>({ type: ValidatingAdmissionPolicy }),
      defineResource<ValidatingAdmissionPolicyBinding>({ type: ValidatingAdmissionPolicyBinding }),
      defineResource<MutatingAdmissionPolicy>({ type: MutatingAdmissionPolicy }),
      defineResource<MutatingAdmissionPolicyBinding>({ type: MutatingAdmissionPolicyBinding }),
    ],
    admission: ({ client, kinds }) => [
      {
        name: "Annotations",
        mutate(request) {
          Object.assign(request, {
            annotate: (key: string, value: string) => annotations.push([key, value]),
          });
        },
        validate(request) {
          Object.assign(request, {
            annotate: (key: string, value: string) => annotations.push([key, value]),
          });
        },
      },
      ...admissionPlugins(
        {
          client,
          kinds,
          clock: new VirtualClock(),
          expressions: fakeEngine(meanings),
          authorizer: {
            async authorize(attributes) {
              asked.push(attributes);
              return attributes.verb === "get" ? allow() : noOpinion();
            },
          },
        },
        { disable: ["LimitRanger", "ServiceAccount", "Priority"] },
      ),
    ],
  });
  const body = { kind: "Namespace", apiVersion: "v1", metadata: { name: "default" } };
  assert.equal((await harness.send("POST", "/api/v1/namespaces", { body })).status, 201);
  return Object.assign(harness, { annotations, asked });
}

const matchConstraints = {
  resourceRules: [
    { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] },
  ],
};

async function put(harness: Harness, kind: string, name: string, spec: object): Promise<void> {
  const plural = kind.replace(/y$/, "ie").toLowerCase();
  const path = `/apis/${group}/${plural}s`;
  const body = { kind, apiVersion: group, metadata: { name }, spec };
  const { status, text } = await harness.send("POST", path, { body });
  assert.equal(status, 201, text);
}

async function bind(
  harness: Harness,
  policy: object,
  binding: object = {},
  kind: "Validating" | "Mutating" = "Validating",
): Promise<void> {
  await put(harness, `${kind}AdmissionPolicy`, "p", { matchConstraints, ...policy });
  const actions = kind === "Validating" && { validationActions: ["Deny"] };
  await put(harness, `${kind}AdmissionPolicyBinding`, "b", {
    policyName: "p",
    ...actions,
    ...binding,
  });
}

const map = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  body: { kind: "ConfigMap", apiVersion: "v1", metadata: { name, ...metadata }, data },
});
const no: Meaning = { value: () => false };
const yes: Meaning = { value: () => true };
const text = (value: string): Meaning => ({ type: stringType, value: () => value });

describe("validating policies", () => {
  it("refuse with a status of their own", async () => {
    await using harness = await open({ no });
    await bind(harness, { validations: [{ expression: "no", reason: "Forbidden" }] });
    const refused = await harness.send("POST", maps, map("a"));
    const why =
      "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: no";
    assert.deepEqual(refused.json, {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: `configmaps "a" is forbidden: ${why}`,
      reason: "Forbidden",
      details: { name: "a", kind: "configmaps", causes: [{ message: why }] },
      code: 403,
    });
  });

  const messages: [name: string, validation: object, message: string][] = [
    ["the expression", {}, "failed expression: no"],
    ["a fixed message", { message: " fixed " }, "fixed"],
    ["a computed message", { message: "fixed", messageExpression: "computed" }, "from CEL"],
    ["a computed message of two lines", { message: "fixed", messageExpression: "lines" }, "fixed"],
    ["a computed message that fails", { message: "fixed", messageExpression: "bad" }, "fixed"],
  ];
  for (const [name, validation, message] of messages) {
    it(`say ${name}`, async () => {
      await using harness = await open({
        no,
        computed: text("from CEL"),
        lines: text("two\nlines"),
      });
      await bind(harness, { validations: [{ expression: "no", ...validation }] });
      const { json } = await harness.send("POST", maps, map("a"));
      assert.equal(json.code, 422);
      assert.equal(json.reason, "Invalid");
      assert.ok(json.message.endsWith(`denied request: ${message}`), json.message);
    });
  }

  const failing: [name: string, policy: object, message: string][] = [
    [
      "does not compile",
      { validations: [{ expression: "(" }] },
      "compilation error: compilation failed: ERROR: <input>:1:1: Syntax error: (",
    ],
    [
      "has another type",
      { validations: [{ expression: "word" }] },
      "compilation error: must evaluate to bool but got string",
    ],
    [
      "fails",
      { validations: [{ expression: "throws" }] },
      "expression 'throws' resulted in error: no such key: x",
    ],
    [
      "uses a variable that fails",
      {
        variables: [{ name: "v", expression: "throws" }],
        validations: [{ expression: "useV" }],
      },
      "expression 'useV' resulted in error: composited variable \"v\" fails to evaluate: " +
        "no such key: x",
    ],
    [
      "costs too much",
      { validations: [{ expression: "dear" }] },
      "validation failed due to running out of cost budget, no further validation rules will be run",
    ],
    [
      "has a condition that fails",
      {
        matchConditions: [{ name: "c", expression: "throws" }],
        validations: [{ expression: "yes" }],
      },
      "expression 'throws' resulted in error: no such key: x",
    ],
    [
      "has an audit annotation that fails",
      { auditAnnotations: [{ key: "k", valueExpression: "failingWord" }] },
      "expression 'failingWord' resulted in error: no such key: x",
    ],
    [
      "has parameters of an unknown kind",
      {
        paramKind: { apiVersion: "example.com/v1", kind: "Nope" },
        validations: [{ expression: "yes" }],
      },
      "failed to configure policy: failed to find resource referenced by paramKind: " +
        "'example.com/v1, Kind=Nope'",
    ],
  ];
  for (const [name, policy, message] of failing) {
    it(`decide by their failure policy when something ${name}`, async () => {
      const fails = () => {
        throw new Error("no such key: x");
      };
      await using harness = await open({
        yes,
        word: text("word"),
        throws: { value: fails },
        failingWord: { type: stringType, value: fails },
        useV: { value: ({ variable }) => variable("v") },
        dear: { cost: 20_000_000, value: () => true },
      });
      await bind(harness, policy);
      const refused = await harness.send("POST", maps, map("a"));
      assert.equal(refused.status, 422, refused.text);
      assert.ok(refused.json.message.endsWith(`denied request: ${message}`), refused.json.message);
      const path = `/apis/${group}/validatingadmissionpolicies/p`;
      const options = { body: { spec: { failurePolicy: "Ignore" } } };
      const contentType = "application/merge-patch+json";
      const patched = await harness.send("PATCH", path, { ...options, contentType });
      assert.equal(patched.status, 200, patched.text);
      assert.equal((await harness.send("POST", maps, map("a"))).status, 201);
    });
  }

  it("warn and audit instead, if their binding says so", async () => {
    await using harness = await open({ no });
    await bind(
      harness,
      { validations: [{ expression: "no", message: "not nice" }] },
      { validationActions: ["Warn", "Audit"] },
    );
    const created = await harness.send("POST", maps, map("a"));
    assert.equal(created.status, 201);
    assert.equal(
      created.headers["warning"],
      "299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': not nice\"",
    );
    assert.deepEqual(harness.annotations, [
      [
        "validation.policy.admission.k8s.io/validation_failure",
        JSON.stringify([
          {
            message: "not nice",
            policy: "p",
            binding: "b",
            expressionIndex: 0,
            validationActions: ["Warn", "Audit"],
          },
        ]),
      ],
    ]);
  });

  it("see the request, its objects and its namespace", async () => {
    const seen: unknown[] = [];
    await using harness = await open({
      look: {
        value: ({ object, oldObject, request, namespaceObject, params }) => {
          seen.push([
            object?.data.a,
            oldObject?.data.a,
            request.operation,
            request.name,
            request.userInfo.username,
            namespaceObject.metadata.name,
            params,
          ]);
          return true;
        },
      },
    });
    await bind(harness, { validations: [{ expression: "look" }] });
    await harness.send("POST", maps, map("a", { a: "1" }));
    await harness.send("PUT", `${maps}/a`, map("a", { a: "2" }));
    await harness.send("DELETE", `${maps}/a`);
    assert.deepEqual(seen, [
      ["1", undefined, "CREATE", "a", "admin", "default", null],
      ["2", "1", "UPDATE", "a", "admin", "default", null],
      [undefined, "2", "DELETE", "a", "admin", "default", null],
    ]);
  });

  it("are about what policy and binding both name, and not about what they exclude", async () => {
    await using harness = await open({ no });
    const rule = matchConstraints.resourceRules[0];
    await bind(
      harness,
      {
        matchConstraints: {
          ...matchConstraints,
          excludeResourceRules: [{ ...rule, resourceNames: ["free"] }],
        },
        matchConditions: [],
        validations: [{ expression: "no" }],
      },
      { matchResources: { objectSelector: { matchLabels: { checked: "yes" } } } },
    );
    const labels = { checked: "yes" };
    assert.equal((await harness.send("POST", maps, map("plain"))).status, 201);
    assert.equal((await harness.send("POST", maps, map("free", {}, { labels }))).status, 201);
    assert.equal((await harness.send("POST", maps, map("bound", {}, { labels }))).status, 422);
  });

  it("judge once for each parameter, and tell annotations of all", async () => {
    await using harness = await open({
      allowed: { value: ({ object, params }) => object.data.size <= params.data.max },
      note: { type: stringType, value: ({ params }) => `max ${params.data.max}` },
    });
    const limit = (name: string, max: string) => map(name, { max }, { labels: { limit: "yes" } });
    await harness.send("POST", maps, limit("low", "1"));
    await harness.send("POST", maps, limit("high", "5"));
    await bind(
      harness,
      {
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
        validations: [{ expression: "allowed" }],
        auditAnnotations: [{ key: "limits", valueExpression: "note" }],
      },
      {
        paramRef: {
          selector: { matchLabels: { limit: "yes" } },
          parameterNotFoundAction: "Deny",
        },
      },
    );
    assert.equal((await harness.send("POST", maps, map("one", { size: "1" }))).status, 201);
    assert.deepEqual(harness.annotations, [["p/limits", "max 5, max 1"]]);
    assert.equal((await harness.send("POST", maps, map("two", { size: "2" }))).status, 422);
  });

  const missing: [action: string, status: number][] = [
    ["Allow", 201],
    ["Deny", 422],
  ];
  for (const [parameterNotFoundAction, status] of missing) {
    it(`${parameterNotFoundAction} what lacks its parameter`, async () => {
      await using harness = await open({ no });
      await bind(
        harness,
        {
          paramKind: { apiVersion: "v1", kind: "ConfigMap" },
          validations: [{ expression: "no" }],
        },
        { paramRef: { name: "nope", parameterNotFoundAction } },
      );
      const answer = await harness.send("POST", maps, map("a"));
      assert.equal(answer.status, status);
      if (status === 201) return;
      assert.match(
        answer.json.message,
        /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/,
      );
    });
  }

  it("may ask what the user is allowed to do", async () => {
    const attributes = { verb: "get", resource: "secrets" } as Attributes;
    const other = { verb: "list", resource: "secrets" } as Attributes;
    await using harness = await open({
      mayGet: {
        value: ({ authorizer }) => {
          const checks: Checks = authorizer.checks;
          const first = checks.ask(attributes)?.decision === "allow";
          return first && checks.ask(other)?.decision !== "allow";
        },
      },
    });
    await bind(harness, { validations: [{ expression: "mayGet" }] });
    assert.equal((await harness.send("POST", maps, map("a"))).status, 201);
    assert.deepEqual(harness.asked, [attributes, other]);
  });

  it("do nothing without a binding", async () => {
    await using harness = await open({ no });
    const spec = { matchConstraints, validations: [{ expression: "no" }] };
    await put(harness, "ValidatingAdmissionPolicy", "p", spec);
    assert.equal((await harness.send("POST", maps, map("a"))).status, 201);
  });
});

describe("mutating policies", () => {
  const apply = (expression: string) => ({
    patchType: "ApplyConfiguration",
    applyConfiguration: { expression },
  });
  const patch = (expression: string) => ({ patchType: "JSONPatch", jsonPatch: { expression } });

  it("merge a configuration, and patch what they have made", async () => {
    await using harness = await open({
      label: { type: objectType, value: () => ({ metadata: { labels: { set: "yes" } } }) },
      copy: {
        type: patchType,
        value: ({ object }) => [
          { op: "add", path: "/data/copied", value: object.metadata.labels.set },
        ],
      },
    });
    await bind(harness, { mutations: [apply("label"), patch("copy")] }, {}, "Mutating");
    const created = await harness.send("POST", maps, map("a", { own: "1" }));
    assert.equal(created.status, 201, created.text);
    assert.deepEqual(created.json.metadata.labels, { set: "yes" });
    assert.deepEqual(created.json.data, { own: "1", copied: "yes" });
  });

  it("leave alone what a patch's test or a condition excludes", async () => {
    await using harness = await open({
      tested: {
        type: patchType,
        value: () => [
          { op: "test", path: "/data/own", value: "2" },
          { op: "add", path: "/data/more", value: "x" },
        ],
      },
      no,
      never: {
        type: objectType,
        value: () => {
          throw new Error("not to be evaluated");
        },
      },
    });
    await bind(harness, { mutations: [patch("tested")] }, {}, "Mutating");
    await put(harness, "MutatingAdmissionPolicy", "q", {
      matchConstraints,
      matchConditions: [{ name: "n", expression: "no" }],
      mutations: [apply("never")],
    });
    await put(harness, "MutatingAdmissionPolicyBinding", "q", { policyName: "q" });
    const created = await harness.send("POST", maps, map("a", { own: "1" }));
    assert.deepEqual(created.json.data, { own: "1" });
  });

  it("refuse to take away what has one owner as a whole", async () => {
    await using harness = await open({
      owners: {
        type: objectType,
        value: () => ({ spec: { selector: { matchLabels: { a: "b" } } } }),
      },
    });
    const resourceRules = [
      { operations: ["*"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] },
    ];
    const policy = { matchConstraints: { resourceRules }, mutations: [apply("owners")] };
    await bind(harness, policy, {}, "Mutating");
    const template = { metadata: {}, spec: { containers: [{ name: "c", image: "c" }] } };
    const refused = await harness.send("POST", "/apis/apps/v1/namespaces/default/deployments", {
      body: {
        kind: "Deployment",
        apiVersion: "apps/v1",
        metadata: { name: "d" },
        spec: { selector: {}, template },
      },
    });
    assert.equal(refused.status, 403, refused.text);
    assert.equal(refused.json.reason, "Invalid");
    assert.equal(
      refused.json.message,
      "policy 'p' with binding 'b' denied request: error applying patch: invalid " +
        "ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
    );
  });

  it("tell what they fail with", async () => {
    await using harness = await open({
      word: text("word"),
      missing: { type: patchType, value: () => [{ op: "remove", path: "/nope" }] },
    });
    await bind(harness, { mutations: [patch("word"), patch("missing")] }, {}, "Mutating");
    const refused = await harness.send("POST", maps, map("a"));
    const causes = refused.json.details.causes.map(({ message }: { message: string }) => message);
    assert.equal(refused.json.message, causes[0]);
    assert.match(causes[0], /^policy 'p' with binding 'b' denied request: must evaluate to list/);
    assert.match(causes[1], /^policy 'p' with binding 'b' denied request: JSON Patch: /);
  });

  it("run again when others change the object after them", async () => {
    let runs = 0;
    const count = () => {
      runs++;
      return {};
    };
    await using harness = await open({
      count: { type: objectType, value: count },
      change: {
        type: objectType,
        value: ({ object }) => ({ data: { ...object.data, changed: "1" } }),
      },
      dyn: { type: dynType, value: () => null },
    });
    await bind(
      harness,
      { mutations: [apply("count")], reinvocationPolicy: "IfNeeded" },
      {},
      "Mutating",
    );
    const second = { matchConstraints, mutations: [apply("change")], reinvocationPolicy: "Never" };
    await put(harness, "MutatingAdmissionPolicy", "q", second);
    await put(harness, "MutatingAdmissionPolicyBinding", "q", { policyName: "q" });
    await harness.send("POST", maps, map("a"));
    assert.equal(runs, 2);
  });
});
