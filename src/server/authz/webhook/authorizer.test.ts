import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { celExpressions } from "../../settings/cel-expressions.ts";
import { ExpressionError } from "../../settings/expressions.ts";
import type { CompiledExpression } from "../../settings/expressions.ts";
import { fakeWebhook } from "../../webhook/fake-webhook.test-support.ts";
import { selectorsOfQuery } from "../selectors.ts";
import type { Attributes, Decision } from "../authorizer.ts";
import { webhookAuthorizer } from "./authorizer.ts";
import type { WebhookAuthorizerOptions } from "./authorizer.ts";

const listPods: Attributes = {
  user: { name: "ann", groups: ["dev"], uid: "1", extra: { "a/b": ["c"] } },
  verb: "list",
  isResource: true,
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "x",
  name: "",
  path: "",
};

const always = (value: unknown): CompiledExpression => ({
  evaluate() {
    if (value instanceof Error) throw value;
    return value;
  },
  reads: () => false,
});

function setUp(
  status: object | number | undefined,
  options: Partial<WebhookAuthorizerOptions> = {},
) {
  const clock = new VirtualClock();
  const webhook = fakeWebhook(() => {
    if (status === undefined) return undefined;
    return typeof status === "number" ? { code: status } : { code: 201, body: { status } };
  });
  const authorizer = webhookAuthorizer({
    clock,
    transport: webhook.transport,
    timeoutMs: 3000,
    authorizedMs: 300_000,
    unauthorizedMs: 30_000,
    version: "v1",
    failurePolicy: "NoOpinion",
    conditions: [],
    ...options,
  });
  return { clock, authorizer, reviews: webhook.reviews };
}

describe("a webhook that decides", () => {
  const table: {
    what: string;
    status: object | number | undefined;
    options?: Partial<WebhookAuthorizerOptions>;
    expected: Decision;
    asked?: number;
  }[] = [
    {
      what: "allows",
      status: { allowed: true, reason: "because" },
      expected: { decision: "allow", reason: "because" },
    },
    {
      what: "has no opinion",
      status: { allowed: false, reason: "not mine" },
      expected: { decision: "noOpinion", reason: "not mine" },
    },
    {
      what: "denies",
      status: { allowed: false, denied: true, reason: "no" },
      expected: { decision: "deny", reason: "no" },
    },
    {
      what: "contradicts itself",
      status: { allowed: true, denied: true },
      expected: {
        decision: "deny",
        reason: "",
        error: "webhook subject access review returned both allow and deny response",
      },
    },
    {
      what: "is gone",
      status: undefined,
      expected: { decision: "noOpinion", reason: "", error: "connect ECONNREFUSED" },
    },
    {
      what: "is gone, which means no",
      status: undefined,
      options: { failurePolicy: "Deny" },
      expected: { decision: "deny", reason: "", error: "connect ECONNREFUSED" },
    },
    {
      what: "answers with an error",
      status: 403,
      expected: { decision: "noOpinion", reason: "", error: "the webhook answered with 403: {}" },
    },
    {
      what: "is not asked where a condition does not hold",
      status: { allowed: true },
      options: { conditions: [always(new ExpressionError("broken")), always(false)] },
      expected: { decision: "noOpinion", reason: "" },
      asked: 0,
    },
    {
      what: "is asked where all conditions hold",
      status: { allowed: true },
      options: { conditions: [always(true), always(true)] },
      expected: { decision: "allow", reason: "" },
    },
    {
      what: "is not asked where a condition cannot be told",
      status: { allowed: true },
      options: { failurePolicy: "Deny", conditions: [always(new ExpressionError("broken"))] },
      expected: { decision: "deny", reason: "", error: "broken" },
      asked: 0,
    },
  ];
  for (const { what, status, options = {}, expected, asked = 1 } of table) {
    it(what, async () => {
      const { authorizer, reviews } = setUp(status, options);
      assert.deepEqual(await authorizer.authorize(listPods), expected);
      assert.equal(reviews.length, asked);
    });
  }

  it("is asked for what its conditions select", async () => {
    const conditions = [
      "has(request.resourceAttributes)",
      "request.resourceAttributes.name == ''",
      "!('system:masters' in request.groups) && request.extra['a/b'] == ['c']",
    ].map((text) => celExpressions.compile(text, "request", { isCondition: true }));
    const { authorizer, reviews } = setUp({ allowed: true }, { conditions });
    assert.equal((await authorizer.authorize(listPods)).decision, "allow");
    const named = await authorizer.authorize({ ...listPods, name: "n" });
    assert.equal(named.decision, "noOpinion");
    await authorizer.authorize({ ...listPods, isResource: false, path: "/x" });
    assert.equal(reviews.length, 1);
  });

  it("is told everything, in the words of the version it knows", async () => {
    const selectors = selectorsOfQuery(
      new URLSearchParams({ fieldSelector: "spec.nodeName=n", labelSelector: "a,b!=c" }),
    );
    const expected = {
      resourceAttributes: {
        namespace: "x",
        verb: "list",
        version: "v1",
        resource: "pods",
        fieldSelector: { requirements: [{ key: "spec.nodeName", operator: "In", values: ["n"] }] },
        labelSelector: {
          requirements: [
            { key: "a", operator: "Exists" },
            { key: "b", operator: "NotIn", values: ["c"] },
          ],
        },
      },
      user: "ann",
      extra: { "a/b": ["c"] },
      uid: "1",
    };
    const current = setUp({ allowed: true });
    await current.authorizer.authorize({ ...listPods, selectors });
    assert.deepEqual(current.reviews[0]?.spec, { ...expected, groups: ["dev"] });
    assert.equal(current.reviews[0]?.apiVersion, "authorization.k8s.io/v1");
    const older = setUp({ allowed: true }, { version: "v1beta1" });
    await older.authorizer.authorize({ ...listPods, selectors });
    assert.deepEqual(older.reviews[0]?.spec, { ...expected, group: ["dev"] });
  });

  it("is asked again when its answer is too old", async () => {
    const { authorizer, reviews, clock } = setUp({ allowed: false });
    await authorizer.authorize(listPods);
    await clock.advance(29_999);
    await authorizer.authorize(listPods);
    assert.equal(reviews.length, 1);
    await clock.advance(1);
    await authorizer.authorize(listPods);
    assert.equal(reviews.length, 2);
    await authorizer.authorize({ ...listPods, name: "n".repeat(10_000) });
    await authorizer.authorize({ ...listPods, name: "n".repeat(10_000) });
    assert.equal(reviews.length, 4, "what is too large is not kept");
  });

  it("is asked a few times when it is busy", async () => {
    const { authorizer, reviews, clock } = setUp(500);
    const answer = authorizer.authorize(listPods);
    await clock.advance(10_000);
    assert.equal(reviews.length, 5);
    const error = "the webhook answered with 500: {}";
    assert.deepEqual(await answer, { decision: "noOpinion", reason: "", error });
  });

  it("has its time", async () => {
    const { authorizer, clock } = setUp(
      {},
      { transport: { send: () => new Promise(() => undefined) } },
    );
    const answer = authorizer.authorize(listPods);
    await clock.advance(3000);
    const decision = await answer;
    assert.ok(decision.decision === "noOpinion" && /3000/.test(decision.error ?? ""));
  });
});
