import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { celExpressions } from "../settings/cel-expressions.ts";
import { fakeWebhook } from "../webhook/fake-webhook.test-support.ts";
import { createAuthorization } from "./authorization.ts";
import { parseAuthorizationConfiguration } from "./configuration.ts";
import { requireAccess } from "./denial.ts";

const parse = (authorizers: string) =>
  parseAuthorizationConfiguration(
    "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n" +
      `authorizers: ${authorizers}`,
    { expressions: celExpressions },
  );

const webhook = (fields: string) =>
  "[{type: Webhook, name: w, webhook: {timeout: 3s, subjectAccessReviewVersion: v1, " +
  "failurePolicy: Deny, connectionInfo: {type: KubeConfigFile, kubeConfigFile: /w.conf}" +
  `${fields && ", "}${fields}}}]`;

describe("the authorization configuration", () => {
  it("names authorizers in order", () => {
    assert.deepEqual(parse("[{type: RBAC, name: rbac}, {type: Node, name: node}]"), [
      { type: "RBAC", name: "rbac" },
      { type: "Node", name: "node" },
    ]);
    const fields =
      "unauthorizedTTL: 10s, cacheAuthorizedRequests: false, " +
      "matchConditionSubjectAccessReviewVersion: v1, matchConditions: [{expression: request.user == 'a'}]";
    const [first] = parse(webhook(fields));
    assert.ok(first?.type === "Webhook");
    const { conditions, ...settings } = first.webhook;
    assert.equal(conditions.length, 1);
    assert.deepEqual(settings, {
      timeoutMs: 3000,
      authorizedMs: 0,
      unauthorizedMs: 10_000,
      version: "v1",
      failurePolicy: "Deny",
      kubeconfig: "/w.conf",
    });
  });

  const wrong: [authorizers: string, error: RegExp][] = [
    ["[]", /authorizers: Required value: at least one authorization mode must be defined/],
    ["[{name: x}]", /authorizers\[0\].type: Required value/],
    ["[{type: ABAC, name: x}]", /type: Unsupported value: "ABAC": supported values: "AlwaysAllow"/],
    [
      "[{type: RBAC, name: x}, {type: RBAC, name: other}]",
      /authorizers\[1\].type: Duplicate value/,
    ],
    ["[{type: RBAC, name: x}, {type: Node, name: x}]", /authorizers\[1\].name: Duplicate value/],
    ["[{type: RBAC, name: X}]", /authorizer name is invalid: a lowercase RFC 1123 subdomain/],
    ["[{type: RBAC, name: x, webhook: {timeout: 1s}}]", /may only be specified when type=Webhook/],
    ["[{type: Webhook, name: x}]", /authorizers\[0\].webhook: Required value/],
    [webhook("timeout: 31s"), /timeout/],
    [webhook("authorizedTTL: -1s"), /authorizedTTL: Invalid value: "-1s": must be > 0s/],
    [
      webhook("matchConditions: [{expression: 'true'}]"),
      /matchConditionSubjectAccessReviewVersion: Required value: required if match conditions/,
    ],
    [
      webhook(
        "matchConditionSubjectAccessReviewVersion: v1, matchConditions: [{expression: request.user}]",
      ),
      /matchConditions\[0\].expression: Invalid value: "request.user": must evaluate to bool but got string/,
    ],
    [
      "[{type: Webhook, name: w, webhook: {}}]",
      /timeout: Required.*subjectAccessReviewVersion: Required.*failurePolicy: Required.*connectionInfo.type: Required/,
    ],
  ];
  for (const [authorizers, error] of wrong) {
    it(`is refused: ${authorizers}`, () => assert.throws(() => parse(authorizers), error));
  }
});

describe("configured authorizers", () => {
  const ann = { name: "ann", groups: [] };
  const ask = {
    user: ann,
    verb: "get",
    isResource: false,
    group: "",
    version: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    path: "/x",
  };

  const withWebhook = (answer: Parameters<typeof fakeWebhook>[0], more = "") => {
    const asked: (string | undefined)[] = [];
    const { transport } = fakeWebhook(answer);
    const to = (kubeconfig: string | undefined) => {
      asked.push(kubeconfig);
      return transport;
    };
    const authorizers = [...parse(webhook("")), ...(more ? parse(more) : [])];
    const webhooks = { clock: new VirtualClock(), to };
    return { asked, ...createAuthorization({ authorizers, webhooks }) };
  };

  it("are asked until one decides", async () => {
    const denied = withWebhook(
      () => ({ code: 200, body: { status: { denied: true, reason: "closed" } } }),
      "[{type: AlwaysAllow, name: alwaysallow}]",
    );
    assert.deepEqual(denied.asked, ["/w.conf"]);
    await assert.rejects(requireAccess(denied.authorizer, ask), {
      message: 'forbidden: User "ann" cannot get path "/x": closed',
    });
    const open = withWebhook(
      () => ({ code: 200, body: { status: {} } }),
      "[{type: AlwaysAllow, name: alwaysallow}]",
    );
    await requireAccess(open.authorizer, ask);
    const masters = { ...ask, user: { name: "root", groups: ["system:masters"] } };
    await requireAccess(denied.authorizer, masters);
  });

  it("that cannot decide make the request fail, not forbidden", async () => {
    const { authorizer } = withWebhook(() => undefined);
    await assert.rejects(requireAccess(authorizer, ask), {
      code: 500,
      message: "Internal error occurred: connect ECONNREFUSED",
    });
  });

  it("tell whose rules they cannot tell", async () => {
    const authorization = withWebhook(() => undefined, "[{type: AlwaysAllow, name: alwaysallow}]");
    assert.deepEqual(await authorization.rulesFor(ann, "default"), {
      resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
      nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      incomplete: true,
      evaluationError: "webhook authorizer does not support user rule resolution",
    });
  });
});
