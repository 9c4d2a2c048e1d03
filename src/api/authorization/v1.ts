import { bool, list, mapOfLists, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { FieldSelectorRequirement, LabelSelectorRequirement, ObjectMeta } from "#api/meta/v1.ts";

export abstract class LocalSubjectAccessReview extends kind(
  "io.k8s.api.authorization.v1.LocalSubjectAccessReview",
  {
    group: "authorization.k8s.io",
    version: "v1",
    kind: "LocalSubjectAccessReview",
    resource: "localsubjectaccessreviews",
    singular: "localsubjectaccessreview",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => SubjectAccessReviewSpec),
    status: object(3, () => SubjectAccessReviewStatus).optional(),
  },
) {}

export abstract class SubjectAccessReviewSpec extends message(
  "io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
  {
    resourceAttributes: object(1, () => ResourceAttributes).optional(),
    nonResourceAttributes: object(2, () => NonResourceAttributes).optional(),
    user: string(3).optional(),
    groups: list(4, string).optional(),
    extra: mapOfLists(5).optional(),
    uid: string(6).optional(),
  },
) {}

export abstract class NonResourceAttributes extends message(
  "io.k8s.api.authorization.v1.NonResourceAttributes",
  {
    path: string(1).optional(),
    verb: string(2).optional(),
  },
) {}

export abstract class ResourceAttributes extends message(
  "io.k8s.api.authorization.v1.ResourceAttributes",
  {
    namespace: string(1).optional(),
    verb: string(2).optional(),
    group: string(3).optional(),
    version: string(4).optional(),
    resource: string(5).optional(),
    subresource: string(6).optional(),
    name: string(7).optional(),
    fieldSelector: object(8, () => FieldSelectorAttributes).optional(),
    labelSelector: object(9, () => LabelSelectorAttributes).optional(),
  },
) {}

export abstract class FieldSelectorAttributes extends message(
  "io.k8s.api.authorization.v1.FieldSelectorAttributes",
  {
    rawSelector: string(1).optional(),
    requirements: list(2, () => FieldSelectorRequirement).optional(),
  },
) {}

export abstract class LabelSelectorAttributes extends message(
  "io.k8s.api.authorization.v1.LabelSelectorAttributes",
  {
    rawSelector: string(1).optional(),
    requirements: list(2, () => LabelSelectorRequirement).optional(),
  },
) {}

export abstract class SubjectAccessReviewStatus extends message(
  "io.k8s.api.authorization.v1.SubjectAccessReviewStatus",
  {
    allowed: bool(1),
    reason: string(2).optional(),
    evaluationError: string(3).optional(),
    denied: bool(4).optional(),
  },
) {}

export abstract class SelfSubjectAccessReview extends kind(
  "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
  {
    group: "authorization.k8s.io",
    version: "v1",
    kind: "SelfSubjectAccessReview",
    resource: "selfsubjectaccessreviews",
    singular: "selfsubjectaccessreview",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => SelfSubjectAccessReviewSpec),
    status: object(3, () => SubjectAccessReviewStatus).optional(),
  },
) {}

export abstract class SelfSubjectAccessReviewSpec extends message(
  "io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
  {
    resourceAttributes: object(1, () => ResourceAttributes).optional(),
    nonResourceAttributes: object(2, () => NonResourceAttributes).optional(),
  },
) {}

export abstract class SelfSubjectRulesReview extends kind(
  "io.k8s.api.authorization.v1.SelfSubjectRulesReview",
  {
    group: "authorization.k8s.io",
    version: "v1",
    kind: "SelfSubjectRulesReview",
    resource: "selfsubjectrulesreviews",
    singular: "selfsubjectrulesreview",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => SelfSubjectRulesReviewSpec),
    status: object(3, () => SubjectRulesReviewStatus).optional(),
  },
) {}

export abstract class SelfSubjectRulesReviewSpec extends message(
  "io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec",
  {
    namespace: string(1).optional(),
  },
) {}

export abstract class SubjectRulesReviewStatus extends message(
  "io.k8s.api.authorization.v1.SubjectRulesReviewStatus",
  {
    resourceRules: list(1, () => ResourceRule),
    nonResourceRules: list(2, () => NonResourceRule),
    incomplete: bool(3),
    evaluationError: string(4).optional(),
  },
) {}

export abstract class NonResourceRule extends message(
  "io.k8s.api.authorization.v1.NonResourceRule",
  {
    verbs: list(1, string),
    nonResourceURLs: list(2, string).optional(),
  },
) {}

export abstract class ResourceRule extends message("io.k8s.api.authorization.v1.ResourceRule", {
  verbs: list(1, string),
  apiGroups: list(2, string).optional(),
  resources: list(3, string).optional(),
  resourceNames: list(4, string).optional(),
}) {}

export abstract class SubjectAccessReview extends kind(
  "io.k8s.api.authorization.v1.SubjectAccessReview",
  {
    group: "authorization.k8s.io",
    version: "v1",
    kind: "SubjectAccessReview",
    resource: "subjectaccessreviews",
    singular: "subjectaccessreview",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => SubjectAccessReviewSpec),
    status: object(3, () => SubjectAccessReviewStatus).optional(),
  },
) {}
