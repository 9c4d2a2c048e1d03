import {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from "#api/authorization/v1.ts";
import type { KindType } from "#schema/message.ts";
import {
  reviewLocalAccess,
  reviewSelfAccess,
  reviewSelfRules,
  reviewSubjectAccess,
} from "../../authz/reviews.ts";
import type { RequestContext } from "../../pipeline/request.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { objectAnswer } from "../common/answers.ts";
import { defineResource } from "../define.ts";
import type { ResourceDependencies } from "../dependencies.ts";

/** "May this user do that?" */
export function subjectAccessReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return reviewResource<SubjectAccessReview>(dependencies, SubjectAccessReview, (review) =>
    reviewSubjectAccess(review, dependencies.authorizer),
  );
}

/** The same within one namespace, for those who may ask only there. */
export function localSubjectAccessReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return reviewResource<LocalSubjectAccessReview>(
    dependencies,
    LocalSubjectAccessReview,
    (review, { info }) => reviewLocalAccess(review, info.namespace, dependencies.authorizer),
  );
}

/** "May I do that?" */
export function selfSubjectAccessReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return reviewResource<SelfSubjectAccessReview>(
    dependencies,
    SelfSubjectAccessReview,
    (review, { user }) => reviewSelfAccess(review, user, dependencies.authorizer),
  );
}

/** "What may I do here?" */
export function selfSubjectRulesReviews(dependencies: ResourceDependencies): ResourceDefinition {
  return reviewResource<SelfSubjectRulesReview>(
    dependencies,
    SelfSubjectRulesReview,
    (review, { user }) => reviewSelfRules(review, user, dependencies.rules),
  );
}

function reviewResource<T>(
  dependencies: ResourceDependencies,
  type: KindType<T>,
  decide: (review: T, context: RequestContext) => Promise<T>,
): ResourceDefinition {
  return defineResource<T>({
    type,
    verbs: ["create"],
    virtual: {
      async handle(context) {
        const review = await dependencies.bodies.read(context, type);
        return objectAnswer(201, await decide(review, context));
      },
    },
  });
}
