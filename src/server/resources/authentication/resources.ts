import { SelfSubjectReview, TokenReview } from "#api/authentication/v1.ts";
import { selfSubjectReview } from "../../authn/reviews.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { objectAnswer } from "../common/answers.ts";
import { defineResource } from "../define.ts";
import type { ResourceDependencies } from "../dependencies.ts";

/** "Whose token is this?" */
export function tokenReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<TokenReview>({
    type: TokenReview,
    verbs: ["create"],
    virtual: {
      async handle(context) {
        const review = await dependencies.bodies.read(context, TokenReview);
        return objectAnswer(201, await dependencies.tokenReviewer.review(review));
      },
    },
  });
}

/** "Who am I?" */
export function selfSubjectReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<SelfSubjectReview>({
    type: SelfSubjectReview,
    verbs: ["create"],
    virtual: {
      async handle(context) {
        const review = await dependencies.bodies.read(context, SelfSubjectReview);
        return objectAnswer(201, selfSubjectReview(review, context.user, dependencies.clock));
      },
    },
  });
}
