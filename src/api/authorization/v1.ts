import { bool, list, mapOfLists, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { FieldSelectorRequirement, LabelSelectorRequirement, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Asks whether someone may do something in a namespace. Not stored. For those who may not ask about
 * the whole cluster.
 */
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
    /** Who might want to do what. Its namespace must be that of this object. */
    spec: object(2, () => SubjectAccessReviewSpec),
    /** Whether it is allowed. Filled in by the server. */
    status: object(3, () => SubjectAccessReviewStatus)
      .implicit()
      .optional(),
  },
) {}

/** Who might want to do what. One of user and groups, and exactly one of the attributes. */
export abstract class SubjectAccessReviewSpec extends message(
  "io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
  {
    /** A request about a resource. */
    resourceAttributes: object(1, () => ResourceAttributes).optional(),
    /** A request that is not about a resource. */
    nonResourceAttributes: object(2, () => NonResourceAttributes).optional(),
    /** The user's name. With groups missing, the user in no group at all. */
    user: string(3).optional(),
    /** Groups that the user is in. */
    groups: list(4, string).optional(),
    /** What else the authenticator said of the user, by key. */
    extra: mapOfLists(5).optional(),
    /** The user's unique id. */
    uid: string(6).optional(),
  },
) {}

/** A request that is not about a resource. */
export abstract class NonResourceAttributes extends message(
  "io.k8s.api.authorization.v1.NonResourceAttributes",
  {
    /** The path, such as /healthz. */
    path: string(1).optional(),
    /** The HTTP method in lower case: get. */
    verb: string(2).optional(),
  },
) {}

/** A request about a resource. */
export abstract class ResourceAttributes extends message(
  "io.k8s.api.authorization.v1.ResourceAttributes",
  {
    /** The namespace. Empty: the resource has none, or all namespaces are meant. */
    namespace: string(1).optional(),
    /**
     * get, list, watch, create, update, patch, delete, deletecollection and others. * means all.
     */
    verb: string(2).optional(),
    /** The API group. * means all. */
    group: string(3).optional(),
    /** The version. * means all. */
    version: string(4).optional(),
    /** The resource, such as pods. * means all. */
    resource: string(5).optional(),
    /** The subresource, such as log. Empty: none. */
    subresource: string(6).optional(),
    /** The object's name. Empty: all. */
    name: string(7).optional(),
    /**
     * The field selector, for list, watch and deletecollection. It can only make an answer more
     * permissive.
     */
    fieldSelector: object(8, () => FieldSelectorAttributes).optional(),
    /**
     * The label selector, for list, watch and deletecollection. It can only make an answer more
     * permissive.
     */
    labelSelector: object(9, () => LabelSelectorAttributes).optional(),
  },
) {}

/** The field selector of a request. Exactly one of the two. */
export abstract class FieldSelectorAttributes extends message(
  "io.k8s.api.authorization.v1.FieldSelectorAttributes",
  {
    /** The selector as text. What cannot be read is ignored, which makes the question stricter. */
    rawSelector: string(1).optional(),
    /**
     * The selector's tests; all of them hold for the request. Tests that are not understood are
     * ignored.
     */
    requirements: list(2, () => FieldSelectorRequirement).optional(),
  },
) {}

/** The label selector of a request. Exactly one of the two. */
export abstract class LabelSelectorAttributes extends message(
  "io.k8s.api.authorization.v1.LabelSelectorAttributes",
  {
    /** The selector as text. What cannot be read is ignored, which makes the question stricter. */
    rawSelector: string(1).optional(),
    /**
     * The selector's tests; all of them hold for the request. Tests that are not understood are
     * ignored.
     */
    requirements: list(2, () => LabelSelectorRequirement).optional(),
  },
) {}

/** Whether someone may do something. */
export abstract class SubjectAccessReviewStatus extends message(
  "io.k8s.api.authorization.v1.SubjectAccessReviewStatus",
  {
    /** Whether it is allowed. */
    allowed: bool(1),
    /** Why, for people. */
    reason: string(2).optional(),
    /** What went wrong while deciding. There may be an answer all the same. */
    evaluationError: string(3).optional(),
    /**
     * Whether it is forbidden, so that nobody else can allow it. Missing with allowed false: nobody
     * had an opinion.
     */
    denied: bool(4).implicit().optional(),
  },
) {}

/** Asks whether you may do something. Not stored; kubectl auth can-i uses it. */
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
    /** What you might want to do. */
    spec: object(2, () => SelfSubjectAccessReviewSpec),
    /** Whether it is allowed. Filled in by the server. */
    status: object(3, () => SubjectAccessReviewStatus)
      .implicit()
      .optional(),
  },
) {}

/** What you might want to do. Exactly one of the two. */
export abstract class SelfSubjectAccessReviewSpec extends message(
  "io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
  {
    /** A request about a resource. */
    resourceAttributes: object(1, () => ResourceAttributes).optional(),
    /** A request that is not about a resource. */
    nonResourceAttributes: object(2, () => NonResourceAttributes).optional(),
  },
) {}

/**
 * Asks what you may do in a namespace. Not stored. For display: whoever must decide asks a
 * SubjectAccessReview.
 */
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
    /** The namespace that you ask about. */
    spec: object(2, () => SelfSubjectRulesReviewSpec),
    /** What you may do there. Filled in by the server. */
    status: object(3, () => SubjectRulesReviewStatus)
      .implicit()
      .optional(),
  },
) {}

/** Where you might want to do something. */
export abstract class SelfSubjectRulesReviewSpec extends message(
  "io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec",
  {
    /** The namespace. Required. */
    namespace: string(1).optional(),
  },
) {}

/** What someone may do. Order does not matter, and rules may overlap. */
export abstract class SubjectRulesReviewStatus extends message(
  "io.k8s.api.authorization.v1.SubjectRulesReviewStatus",
  {
    /** What may be done with resources. */
    resourceRules: list(1, () => ResourceRule),
    /** What may be done with other paths. */
    nonResourceRules: list(2, () => NonResourceRule),
    /** Whether there may be more rules that could not be listed. */
    incomplete: bool(3),
    /** What went wrong while listing. */
    evaluationError: string(4).optional(),
  },
) {}

/** Paths that are no resources, and what may be done with them. */
export abstract class NonResourceRule extends message(
  "io.k8s.api.authorization.v1.NonResourceRule",
  {
    /** HTTP methods in lower case. * means all. */
    verbs: list(1, string),
    /** The paths; * is allowed as the last step. */
    nonResourceURLs: list(2, string).optional(),
  },
) {}

/** Resources, and what may be done with them. */
export abstract class ResourceRule extends message("io.k8s.api.authorization.v1.ResourceRule", {
  /** What may be done: get, list, watch, create and others. * means all. */
  verbs: list(1, string),
  /** API groups of the resources. * means all. */
  apiGroups: list(2, string).optional(),
  /** The resources. * means all; before a slash it means the subresource of any. */
  resources: list(3, string).optional(),
  /** Names of single objects. Empty: all. */
  resourceNames: list(4, string).optional(),
}) {}

/** Asks whether someone may do something. Not stored. */
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
    /** Who might want to do what. */
    spec: object(2, () => SubjectAccessReviewSpec),
    /** Whether it is allowed. Filled in by the server. */
    status: object(3, () => SubjectAccessReviewStatus)
      .implicit()
      .optional(),
  },
) {}
