import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LocalSubjectAccessReview, SubjectAccessReview } from "#api/authorization/v1.ts";
import { allow, noOpinion } from "./authorizer.ts";
import type { Attributes, Authorizer } from "./authorizer.ts";
import {
  reviewLocalAccess,
  reviewSelfAccess,
  reviewSelfRules,
  reviewSubjectAccess,
} from "./reviews.ts";
import type { SelectorRequirement } from "./selectors.ts";

function recording() {
  const asked: Attributes[] = [];
  const authorizer: Authorizer = {
    async authorize(attributes) {
      asked.push(attributes);
      return attributes.verb === "get" ? allow("because") : noOpinion();
    },
  };
  return { asked, authorizer };
}

const review = (spec: SubjectAccessReview["spec"]) =>
  ({ kind: "SubjectAccessReview", metadata: {}, spec }) as SubjectAccessReview;

describe("access reviews", () => {
  it("ask for the user in the review", async () => {
    const { asked, authorizer } = recording();
    const answer = await reviewSubjectAccess(
      review({
        user: "ann",
        groups: ["dev"],
        resourceAttributes: { verb: "get", resource: "pods", namespace: "x", name: "p" },
      }),
      authorizer,
    );
    assert.deepEqual(answer.status, { allowed: true, reason: "because" });
    assert.deepEqual(asked[0]?.user, { name: "ann", groups: ["dev"] });
    assert.equal(asked[0]?.version, "*");
  });

  it("of oneself ask for oneself", async () => {
    const { asked, authorizer } = recording();
    const self = { kind: "SelfSubjectAccessReview", metadata: {} } as never;
    const spec = { nonResourceAttributes: { verb: "post", path: "/x" } };
    const me = { name: "me", groups: [] };
    const answer = await reviewSelfAccess({ ...(self as object), spec } as never, me, authorizer);
    assert.deepEqual(answer.status, { allowed: false });
    assert.deepEqual([asked[0]?.isResource, asked[0]?.path], [false, "/x"]);
  });

  const wrong: [SubjectAccessReview["spec"], RegExp][] = [
    [{ user: "a" }, /exactly one of nonResourceAttributes or resourceAttributes/],
    [
      { user: "a", resourceAttributes: {}, nonResourceAttributes: {} },
      /cannot be specified in combination with resourceAttributes/,
    ],
    [{ resourceAttributes: {} }, /at least one of user or group must be specified/],
  ];
  const selecting = (fieldSelector: object, labelSelector: object = { rawSelector: "a" }) => ({
    user: "a",
    resourceAttributes: { verb: "get", fieldSelector, labelSelector },
  });
  wrong.push(
    [selecting({}), /fieldSelector.requirements: Required value: when spec\.resourceAttributes/],
    [
      selecting({
        rawSelector: "a=b",
        requirements: [{ key: "a", operator: "In", values: ["b"] }],
      }),
      /rawSelector: Invalid value: "a=b": may not specified at the same time as requirements/,
    ],
    [
      selecting({ requirements: [{ key: "", operator: "In", values: [] }] }),
      /requirements\[0\]\.key: Required value: must be specified, .*\.values: Required value/,
    ],
    [
      selecting(
        { rawSelector: "a=b" },
        { requirements: [{ key: "a", operator: "Exists", values: ["b"] }] },
      ),
      /labelSelector\.requirements\[0\]\.values: Forbidden: may not be specified when/,
    ],
  );
  for (const [spec, error] of wrong) {
    it(`refuse: ${error.source}`, async () => {
      await assert.rejects(reviewSubjectAccess(review(spec), recording().authorizer), error);
    });
  }

  const selected: [
    asked: object,
    fields: string[],
    labels: string[],
    problem: string | undefined,
  ][] = [
    [
      { fieldSelector: { rawSelector: "spec.nodeName=n,a!=b" } },
      ["a NotIn b", "spec.nodeName In n"],
      [],
      undefined,
    ],
    [
      { labelSelector: { rawSelector: "a=b,c in (e,d),!f,g" } },
      [],
      ["a In b", "c In d,e", "f DoesNotExist ", "g Exists "],
      undefined,
    ],
    [
      { labelSelector: { rawSelector: "a in (" } },
      [],
      [],
      "spec.resourceAttributes.labelSelector ignored due to parse error",
    ],
    [
      {
        fieldSelector: {
          requirements: [
            { key: "a", operator: "In", values: ["b"] },
            { key: "c", operator: "Later", values: ["d"] },
          ],
        },
      },
      ["a In b"],
      [],
      "spec.resourceAttributes.fieldSelector partially ignored due to parse error",
    ],
  ];
  for (const [asked, fields, labels, problem] of selected) {
    it(`tell the authorizer what is selected: ${JSON.stringify(asked)}`, async () => {
      const { asked: heard, authorizer } = recording();
      const spec = { user: "a", resourceAttributes: { verb: "list", ...asked } };
      const { status } = await reviewSubjectAccess(review(spec), authorizer);
      const texts = (found: readonly SelectorRequirement[] = []) =>
        found.map(({ key, operator, values }) => `${key} ${operator} ${values.join()}`);
      assert.deepEqual(texts(heard[0]?.selectors?.fields), fields);
      assert.deepEqual(texts(heard[0]?.selectors?.labels), labels);
      assert.equal(status?.evaluationError, problem);
    });
  }

  it("are about nothing that has a name", async () => {
    const named = { ...review({ user: "a", resourceAttributes: {} }), metadata: { name: "x" } };
    await assert.rejects(
      reviewSubjectAccess(named as SubjectAccessReview, recording().authorizer),
      {
        message:
          '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x"}: must be empty',
      },
    );
  });

  it("of one namespace stay there", async () => {
    const local = review({ user: "a", resourceAttributes: { namespace: "other" } });
    await assert.rejects(
      reviewLocalAccess(
        local as unknown as LocalSubjectAccessReview,
        "here",
        recording().authorizer,
      ),
      /must match metadata.namespace/,
    );
  });

  it("of one namespace have no name either", async () => {
    const local = {
      ...review({ user: "a", resourceAttributes: { namespace: "here" } }),
      metadata: { namespace: "here", name: "n" },
    } as unknown as LocalSubjectAccessReview;
    await assert.rejects(
      reviewLocalAccess(local, "here", recording().authorizer),
      /Invalid value: \{"name":"n","namespace":"here"\}: must be empty except for namespace/,
    );
    await assert.rejects(
      reviewLocalAccess(local, "there", recording().authorizer),
      /the namespace of the provided object does not match the namespace sent on the request/,
    );
  });

  it("of rules need a namespace", async () => {
    const rules = { rulesFor: async () => assert.fail("not asked") };
    await assert.rejects(
      reviewSelfRules({ spec: {} } as never, { name: "a", groups: [] }, rules),
      /no namespace on request/,
    );
  });
});
