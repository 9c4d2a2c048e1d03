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
  for (const [spec, error] of wrong) {
    it(`refuse: ${error.source}`, async () => {
      await assert.rejects(reviewSubjectAccess(review(spec), recording().authorizer), error);
    });
  }

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

  it("of rules need a namespace", async () => {
    const rules = { rulesFor: async () => assert.fail("not asked") };
    await assert.rejects(
      reviewSelfRules({ spec: {} } as never, { name: "a", groups: [] }, rules),
      /no namespace on request/,
    );
  });
});
