import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "#api/admissionregistration/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { openHarness, testResources } from "../../../testkit/requests.ts";
import { allow, noOpinion } from "../../authz/authorizer.ts";
import type { Attributes } from "../../authz/authorizer.ts";
import { defineResource } from "../../resources/define.ts";
import { admissionPlugins } from "../default.ts";
import { expressionEngine } from "./engine.ts";

const group = "admissionregistration.k8s.io/v1";
const namespaced = "/api/v1/namespaces/default";

async function open() {
  const asked: Attributes[] = [];
  const harness = await openHarness({
    resources: [
      ...testResources,
      defineResource<ValidatingAdmissionPolicy>({ type: ValidatingAdmissionPolicy }),
      defineResource<ValidatingAdmissionPolicyBinding>({ type: ValidatingAdmissionPolicyBinding }),
      defineResource<MutatingAdmissionPolicy>({ type: MutatingAdmissionPolicy }),
      defineResource<MutatingAdmissionPolicyBinding>({ type: MutatingAdmissionPolicyBinding }),
      defineResource<ValidatingWebhookConfiguration>({ type: ValidatingWebhookConfiguration }),
      defineResource<MutatingWebhookConfiguration>({ type: MutatingWebhookConfiguration }),
    ],
    admission: ({ client, kinds }) =>
      admissionPlugins(
        {
          client,
          kinds,
          clock: new VirtualClock(),
          expressions: expressionEngine,
          authorizer: {
            async authorize(attributes) {
              asked.push(attributes);
              return attributes.user.name === "admin" ? allow("because") : noOpinion();
            },
          },
        },
        { disable: ["LimitRanger", "ServiceAccount", "Priority"] },
      ),
  });
  const send = async (method: string, path: string, body: object, status: number) => {
    const answer = await harness.send(method, path, { body });
    assert.equal(answer.status, status, answer.text);
    return answer;
  };
  const metadata = { name: "default", labels: { team: "a" } };
  await send("POST", "/api/v1/namespaces", { kind: "Namespace", apiVersion: "v1", metadata }, 201);
  const put = (kind: string, name: string, spec: object) => {
    const plural = `${kind.replace(/y$/, "ie").toLowerCase()}s`;
    const body = { kind, apiVersion: group, metadata: { name }, spec };
    return send("POST", `/apis/${group}/${plural}`, body, 201);
  };
  const bind = async (kind: "Validating" | "Mutating", spec: object) => {
    const resourceRules = [
      {
        operations: ["CREATE", "UPDATE"],
        apiGroups: ["", "apps"],
        apiVersions: ["v1"],
        resources: ["configmaps", "deployments"],
      },
    ];
    const matchConstraints = { resourceRules };
    await put(`${kind}AdmissionPolicy`, "p", { matchConstraints, ...spec });
    await put(`${kind}AdmissionPolicyBinding`, "b", {
      policyName: "p",
      ...(kind === "Validating" && { validationActions: ["Deny"] }),
    });
  };
  return Object.assign(harness, { asked, bind, put });
}

const map = (name: string, data: Record<string, string> = {}) => ({
  body: { kind: "ConfigMap", apiVersion: "v1", metadata: { name }, data },
});
const deployment = (replicas: number, image = "nginx") => ({
  body: {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image }] },
      },
    },
  },
});

describe("validating policies in CEL", () => {
  const table: [name: string, spec: object, message: string | undefined][] = [
    ["hold", { validations: [{ expression: "object.spec.replicas <= 5" }] }, undefined],
    [
      "fail",
      { validations: [{ expression: "object.spec.replicas < 3" }] },
      "failed expression: object.spec.replicas < 3",
    ],
    [
      "say why",
      {
        variables: [
          { name: "images", expression: "object.spec.template.spec.containers.map(c, c.image)" },
          { name: "bad", expression: "variables.images.filter(i, !i.startsWith('registry/'))" },
        ],
        validations: [
          {
            expression: "variables.bad.size() == 0",
            messageExpression:
              "'not from here: ' + variables.bad.join(', ') + ' in ' + " +
              "namespaceObject.metadata.labels['team']",
          },
        ],
      },
      "not from here: nginx in a",
    ],
    [
      "read the request",
      {
        validations: [
          {
            expression:
              "request.operation == 'CREATE' && request.kind.kind == 'Deployment' && " +
              "request.userInfo.username == 'admin' && request.namespace == 'default' && " +
              "!request.dryRun && oldObject == null && !has(request.subResource)",
          },
        ],
      },
      undefined,
    ],
    [
      "ask the authorizer",
      {
        validations: [
          {
            expression:
              "authorizer.requestResource.check('admin').reason() == 'because' && " +
              "!authorizer.serviceAccount('ns', 'name').path('/healthz').check('get').allowed()",
          },
        ],
      },
      undefined,
    ],
    [
      "know missing fields",
      { validations: [{ expression: "object.spec.nope == 1" }] },
      "expression 'object.spec.nope == 1' resulted in error: no such key: nope",
    ],
    [
      "must be of their type",
      { validations: [{ expression: "object.spec.replicas" }] },
      "compilation error: must evaluate to bool but got dyn",
    ],
    [
      "must not cost too much",
      {
        variables: [{ name: "l", expression: "[1,2,3,4,5,6,7,8,9,10]" }],
        validations: [
          {
            expression:
              "variables.l.all(a, variables.l.all(b, variables.l.all(c, variables.l.all(d, " +
              "variables.l.all(e, variables.l.all(f, a + b + c + d + e + f > 0))))))",
          },
        ],
      },
      undefined,
    ],
  ];
  for (const [name, spec, message] of table) {
    it(`${name}: ${message ?? "admitted"}`, async () => {
      await using harness = await open();
      await harness.bind("Validating", spec);
      const path = "/apis/apps/v1/namespaces/default/deployments";
      const { status, json } = await harness.send("POST", path, deployment(3));
      if (name === "must not cost too much") {
        assert.match(json.message, /cost limit exceeded$/);
      } else if (message === undefined) {
        assert.equal(status, 201, json.message);
      } else {
        const by = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request:";
        assert.equal(json.message, `deployments.apps "web" is forbidden: ${by} ${message}`);
      }
    });
  }

  it("ask the authorizer each thing once", async () => {
    await using harness = await open();
    const expression = "authorizer.group('').resource('secrets').check('get').allowed()";
    await harness.bind("Validating", { validations: [{ expression }, { expression }] });
    assert.equal((await harness.send("POST", `${namespaced}/configmaps`, map("m"))).status, 201);
    assert.deepEqual(
      harness.asked.map(({ verb, resource, version }) => [verb, resource, version]),
      [["get", "secrets", "*"]],
    );
  });
});

describe("mutating policies in CEL", () => {
  const path = "/apis/apps/v1/namespaces/default/deployments";

  it("apply configurations, lists by their keys", async () => {
    await using harness = await open();
    const expression =
      "Object{metadata: Object.metadata{labels: {'set': object.metadata.name}}, spec: " +
      "Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: " +
      "[Object.spec.template.spec.containers{name: 'sidecar', image: 'busybox'}]}}}}";
    const mutation = { patchType: "ApplyConfiguration", applyConfiguration: { expression } };
    await harness.bind("Mutating", { mutations: [mutation] });
    const { status, json, text } = await harness.send("POST", path, deployment(1));
    assert.equal(status, 201, text);
    assert.deepEqual(json.metadata.labels, { set: "web" });
    const { containers } = json.spec.template.spec;
    assert.deepEqual(
      containers.map((container: { name: string; image: string }) => container.name).sort(),
      ["sidecar", "web"],
    );
  });

  it("patch", async () => {
    await using harness = await open();
    const expression =
      "[JSONPatch{op: 'test', path: '/spec/replicas', value: 1}, JSONPatch{op: 'add', path: " +
      "'/metadata/annotations', value: {}}, JSONPatch{op: 'add', path: '/metadata/annotations/' + " +
      "jsonpatch.escapeKey('a/b'), value: 'c'}]";
    await harness.bind("Mutating", {
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression } }],
    });
    const { json } = await harness.send("POST", path, deployment(1));
    assert.deepEqual(json.metadata.annotations, { "a/b": "c" });
  });

  it("cannot put things where they do not belong", async () => {
    await using harness = await open();
    const expression = "Object{spec: Object.spec{selector: Object.spec.wrong{}}}";
    const mutation = { patchType: "ApplyConfiguration", applyConfiguration: { expression } };
    await harness.bind("Mutating", { mutations: [mutation] });
    const { json } = await harness.send("POST", path, deployment(1));
    assert.equal(
      json.message,
      "policy 'p' with binding 'b' denied request: type mismatch: unexpected type name " +
        '"Object.spec.wrong", expected "Object.spec.selector", which matches field name path from ' +
        "root Object type",
    );
  });
});

describe("match conditions of webhooks", () => {
  const register = async (
    harness: Awaited<ReturnType<typeof open>>,
    expressions: readonly string[],
    failurePolicy = "Fail",
  ) => {
    const body = {
      kind: "ValidatingWebhookConfiguration",
      apiVersion: group,
      metadata: { name: "w" },
      webhooks: [
        {
          name: "w.example.com",
          clientConfig: { url: "https://w.example" },
          rules: [
            { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] },
          ],
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          failurePolicy,
          matchConditions: expressions.map((expression, index) => ({
            name: `c${index}`,
            expression,
          })),
        },
      ],
    };
    await harness.send("POST", `/apis/${group}/validatingwebhookconfigurations`, { body });
  };
  const asked = /no way to reach webhooks$/;
  const table: [expressions: string[], refused: RegExp | undefined][] = [
    [["object.metadata.name != 'm'"], undefined],
    [["object.metadata.name == 'm'", "true"], asked],
    // One that is false outweighs one that fails.
    [["object.nope == 1", "false"], undefined],
    [
      ["object.nope == 1"],
      /^configmaps "m" is forbidden: expression 'object.nope == 1' resulted in error: no such key: nope$/,
    ],
    [["request.userInfo.groups.exists(g, g == 'system:masters')"], asked],
  ];
  for (const [expressions, refused] of table) {
    it(`${expressions.join(", ")} → ${refused?.source ?? "not asked"}`, async () => {
      await using harness = await open();
      await register(harness, expressions);
      const { status, json } = await harness.send("POST", `${namespaced}/configmaps`, map("m"));
      if (refused) assert.match(json.message, refused);
      else assert.equal(status, 201, json.message);
    });
  }
});
