import { bytes, int32, int64, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Changes objects by CEL expressions as they are written. It has an effect only where a
 * MutatingAdmissionPolicyBinding refers to it.
 */
export abstract class MutatingAdmissionPolicy extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingAdmissionPolicy",
    resource: "mutatingadmissionpolicies",
    singular: "mutatingadmissionpolicy",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which requests, and which changes. */
    spec: object(2, () => MutatingAdmissionPolicySpec).default({}),
  },
) {}

/** Which requests are judged, and how objects are changed. */
export abstract class MutatingAdmissionPolicySpec extends message(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec",
  {
    /** The kind of the objects with parameters. Missing: there are none, and params is null. */
    paramKind: object(1, () => ParamKind)
      .atomic()
      .optional(),
    /** Which requests are meant. Required. */
    matchConstraints: object(2, () => MatchResources)
      .atomic()
      .optional(),
    /** Named expressions for use in the others, as variables.NAME. Each may use those before it. */
    variables: list(3, () => Variable).optional(),
    /** The changes, made in this order, each on the outcome of the one before. */
    mutations: list(4, () => Mutation).optional(),
    /**
     * What a faulty policy or expression means: Fail (default) refuses the request, Ignore skips
     * it.
     */
    failurePolicy: string(5).explicit().default("Fail"),
    /**
     * CEL conditions that must all be true for a request to be judged. If one is false, the rest
     * goes on without it; if one fails, failurePolicy decides. At most 64.
     */
    matchConditions: list(6, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
    /**
     * Whether the policy is asked again when others changed the object after it: Never, or
     * IfNeeded.
     */
    reinvocationPolicy: string(7).optional(),
  },
) {}

/** A condition that a request must fulfil to be judged. */
export abstract class MatchCondition extends message(
  "io.k8s.api.admissionregistration.v1.MatchCondition",
  {
    /** A qualified name, unique in the list. */
    name: string(1),
    /**
     * CEL expression that returns true or false. It knows object, oldObject, request, authorizer
     * and authorizer.requestResource.
     */
    expression: string(2),
  },
) {}

/** Which requests are meant: those that fit everything given here. */
export abstract class MatchResources extends message(
  "io.k8s.api.admissionregistration.v1.MatchResources",
  {
    /**
     * Namespaces, by label, whose requests are meant. A request about a namespace is judged by that
     * namespace's labels; one about another object of the whole cluster always counts. Empty
     * (default): all.
     */
    namespaceSelector: object(1, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /**
     * Objects, by label, that are meant. The new or the old object must fit; an object without
     * labels fits only the empty selector. Whoever writes an object can avoid it by its labels.
     * Empty (default): all.
     */
    objectSelector: object(2, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /** Operations and resources that are meant; one that fits is enough. */
    resourceRules: list(3, () => NamedRuleWithOperations).optional(),
    /** Operations and resources that are not meant, even if they are in resourceRules. */
    excludeResourceRules: list(4, () => NamedRuleWithOperations).optional(),
    /**
     * How rules are compared: Equivalent (default) also with requests to other versions of a listed
     * resource, which are converted; Exact with the version of the request alone.
     */
    matchPolicy: string(7).explicit().default("Equivalent"),
  },
) {}

/** Operations and resources, possibly of certain names. */
export abstract class NamedRuleWithOperations extends message(
  "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations",
  {
    /** Names of the objects. Missing or empty: all. */
    resourceNames: list(1, string).optional(),
    /**
     * API groups of the resources. Empty text is the core group; * means all, and must stand alone.
     */
    apiGroups: list(1, string).within(2, 2).optional(),
    /** What is done: CREATE, UPDATE, DELETE and CONNECT. * means all, and must stand alone. */
    operations: list(1, string).within(2).optional(),
    /** Versions of the resources. * means all, and must stand alone. */
    apiVersions: list(2, string).within(2, 2).optional(),
    /**
     * The resources: pods, pods/log for a subresource, pods/* for all subresources of one, * for
     * all resources without subresources. A star before the slash means any resource.
     */
    resources: list(3, string).within(2, 2).optional(),
    /**
     * Cluster (objects of the whole cluster), Namespaced, or * (default) for both. Namespaces
     * themselves are of the cluster.
     */
    scope: string(4).explicit().within(2, 2).default("*"),
  },
) {}

/** One change. */
export abstract class Mutation extends message("io.k8s.api.admissionregistration.v1.Mutation", {
  /** ApplyConfiguration or JSONPatch: which of the two is given. Required. */
  patchType: string(2),
  /** Fields to set, for ApplyConfiguration. */
  applyConfiguration: object(3, () => ApplyConfiguration).optional(),
  /** A JSON patch, for JSONPatch. */
  jsonPatch: object(4, () => JSONPatch).optional(),
}) {}

/** A change, made as server-side apply would make it. */
export abstract class ApplyConfiguration extends message(
  "io.k8s.api.admissionregistration.v1.ApplyConfiguration",
  {
    /**
     * CEL expression that returns the fields to set, as Object{...}. Atomic lists, maps and structs
     * cannot be changed by it.
     */
    expression: string(1).optional(),
  },
) {}

/** A change, made as a JSON patch. */
export abstract class JSONPatch extends message("io.k8s.api.admissionregistration.v1.JSONPatch", {
  /** CEL expression that returns a list of JSONPatch{op, path, from, value}. */
  expression: string(1).optional(),
}) {}

/** The kind of objects with parameters. */
export abstract class ParamKind extends message("io.k8s.api.admissionregistration.v1.ParamKind", {
  /** The kind's API version: GROUP/VERSION. Required. */
  apiVersion: string(1).optional(),
  /** The kind. Required. */
  kind: string(2).optional(),
}) {}

/** A named expression. */
export abstract class Variable extends message("io.k8s.api.admissionregistration.v1.Variable", {
  /** An identifier of CEL, unique in the policy. */
  name: string(1),
  /** CEL expression for the value. It is evaluated when it is first used. */
  expression: string(2),
}) {}

/** Puts a MutatingAdmissionPolicy into effect, with parameters. */
export abstract class MutatingAdmissionPolicyBinding extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingAdmissionPolicyBinding",
    resource: "mutatingadmissionpolicybindings",
    singular: "mutatingadmissionpolicybinding",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which policy, with what, for which requests. */
    spec: object(2, () => MutatingAdmissionPolicyBindingSpec).default({}),
  },
) {}

/** Which policy is in effect, with what, for which requests. */
export abstract class MutatingAdmissionPolicyBindingSpec extends message(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec",
  {
    /**
     * The MutatingAdmissionPolicy. Required. A binding to a policy that does not exist has no
     * effect.
     */
    policyName: string(1).optional(),
    /**
     * The objects with parameters. Required if the policy has a paramKind, not allowed otherwise.
     */
    paramRef: object(2, () => ParamRef)
      .atomic()
      .optional(),
    /** Narrows the policy's matchConstraints. Missing: all of them. */
    matchResources: object(3, () => MatchResources)
      .atomic()
      .optional(),
  },
) {}

/**
 * Which objects hold the parameters. Exactly one of name and selector; with several objects the
 * policy is applied with each.
 */
export abstract class ParamRef extends message("io.k8s.api.admissionregistration.v1.ParamRef", {
  /** The object's name. */
  name: string(1).optional(),
  /**
   * The object's namespace. Missing: that of the object being judged. Not allowed for kinds without
   * namespaces.
   */
  namespace: string(2).optional(),
  /** Labels of the objects. Empty: all of the namespace. */
  selector: object(3, () => LabelSelector)
    .atomic()
    .optional(),
  /**
   * What to do if there is no such object: Allow the request, or Deny it (then failurePolicy
   * decides). Required.
   */
  parameterNotFoundAction: string(4).explicit().optional(),
}) {}

/** Webhooks that may change objects as they are written. */
export abstract class MutatingWebhookConfiguration extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingWebhookConfiguration",
    resource: "mutatingwebhookconfigurations",
    singular: "mutatingwebhookconfiguration",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The webhooks. They are called one after the other. */
    webhooks: list(2, () => MutatingWebhook)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

/** A webhook that may change objects, and when it is called. */
export abstract class MutatingWebhook extends message(
  "io.k8s.api.admissionregistration.v1.MutatingWebhook",
  {
    /** Its full name, of at least three labels: imagepolicy.example.com. Unique in the list. */
    name: string(1),
    /** How to reach it. Required. */
    clientConfig: object(2, () => WebhookClientConfig),
    /**
     * Operations and resources for which it is called; one that fits is enough. Never called for
     * webhook configurations and admission policies themselves.
     */
    rules: list(3, () => RuleWithOperations).optional(),
    /**
     * What an error of the webhook means, a timeout too: Fail (default) refuses the request, Ignore
     * goes on as if the webhook were not there.
     */
    failurePolicy: string(4).explicit().default("Fail"),
    /**
     * Namespaces, by label, whose requests are meant. A request about a namespace is judged by that
     * namespace's labels; one about another object of the whole cluster always counts. Empty
     * (default): all.
     */
    namespaceSelector: object(5, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /** Whether it does more than answer: None, or NoneOnDryRun if it heeds dryRun. Required. */
    sideEffects: string(6).explicit(),
    /** Seconds after which the call has failed: 1 to 30. Default 10. */
    timeoutSeconds: int32(7).default(10),
    /**
     * Versions of AdmissionReview that it understands, the preferred first. The first that the API
     * server knows is sent.
     */
    admissionReviewVersions: list(8, string),
    /**
     * How rules are compared: Equivalent (default) also with requests to other versions of a listed
     * resource, which are converted; Exact with the version of the request alone.
     */
    matchPolicy: string(9).explicit().default("Equivalent"),
    /**
     * Whether it is called again when others changed the object after it: Never (default), or
     * IfNeeded. It must then bear being called twice.
     */
    reinvocationPolicy: string(10).explicit().default("Never"),
    /**
     * Objects, by label, that are meant. The new or the old object must fit; an object without
     * labels fits only the empty selector. Whoever writes an object can avoid it by its labels.
     * Empty (default): all.
     */
    objectSelector: object(11, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /**
     * CEL conditions that must all be true for a request to be judged. If one is false, the rest
     * goes on without it; if one fails, failurePolicy decides. At most 64.
     */
    matchConditions: list(12, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

/** Operations and resources. */
export abstract class RuleWithOperations extends message(
  "io.k8s.api.admissionregistration.v1.RuleWithOperations",
  {
    /** What is done: CREATE, UPDATE, DELETE and CONNECT. * means all, and must stand alone. */
    operations: list(1, string).optional(),
    /**
     * API groups of the resources. Empty text is the core group; * means all, and must stand alone.
     */
    apiGroups: list(1, string).within(2).optional(),
    /** Versions of the resources. * means all, and must stand alone. */
    apiVersions: list(2, string).within(2).optional(),
    /**
     * The resources: pods, pods/log for a subresource, pods/* for all subresources of one, * for
     * all resources without subresources. A star before the slash means any resource.
     */
    resources: list(3, string).within(2).optional(),
    /**
     * Cluster (objects of the whole cluster), Namespaced, or * (default) for both. Namespaces
     * themselves are of the cluster.
     */
    scope: string(4).explicit().within(2).default("*"),
  },
) {}

/** How to reach a webhook: a Service or a URL. TLS is always used. */
export abstract class WebhookClientConfig extends message(
  "io.k8s.api.admissionregistration.v1.WebhookClientConfig",
  {
    /** The Service in the cluster to call. Either this or url. */
    service: object(1, () => ServiceReference).optional(),
    /**
     * PEM certificates of the authorities that may sign the server's certificate, in base64.
     * Missing: those that the API server trusts.
     */
    caBundle: bytes(2).optional(),
    /** The address, beginning with https://. No user, query or fragment. Either this or service. */
    url: string(3).explicit().optional(),
  },
) {}

/** A Service to call. */
export abstract class ServiceReference extends message(
  "io.k8s.api.admissionregistration.v1.ServiceReference",
  {
    /** The Service's namespace. */
    namespace: string(1),
    /** The Service's name. */
    name: string(2),
    /** The path to call. Default: /. */
    path: string(3).explicit().optional(),
    /** The Service's port. Default 443. */
    port: int32(4).default(443),
  },
) {}

/**
 * Refuses objects by CEL expressions as they are written. It has an effect only where a
 * ValidatingAdmissionPolicyBinding refers to it.
 */
export abstract class ValidatingAdmissionPolicy extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingAdmissionPolicy",
    resource: "validatingadmissionpolicies",
    singular: "validatingadmissionpolicy",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which requests, and what must hold. */
    spec: object(2, () => ValidatingAdmissionPolicySpec).default({}),
    /** What was found wrong with the policy itself. */
    status: object(3, () => ValidatingAdmissionPolicyStatus).default({}),
  },
) {}

/**
 * Which requests are judged, and what must hold. At least one of validations and auditAnnotations.
 */
export abstract class ValidatingAdmissionPolicySpec extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec",
  {
    /** The kind of the objects with parameters. Missing: there are none, and params is null. */
    paramKind: object(1, () => ParamKind)
      .atomic()
      .optional(),
    /** Which requests are meant. Required. */
    matchConstraints: object(2, () => MatchResources)
      .atomic()
      .optional(),
    /** What must hold. */
    validations: list(3, () => Validation).optional(),
    /**
     * What a faulty policy or expression means: Fail (default) does as validationActions says,
     * Ignore skips it.
     */
    failurePolicy: string(4).explicit().default("Fail"),
    /** Notes to add to the audit log. At most 20. */
    auditAnnotations: list(5, () => AuditAnnotation).optional(),
    /**
     * CEL conditions that must all be true for a request to be judged. If one is false, the rest
     * goes on without it; if one fails, failurePolicy decides. At most 64.
     */
    matchConditions: list(6, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
    /** Named expressions for use in the others, as variables.NAME. Each may use those before it. */
    variables: list(7, () => Variable)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

/** A note to add to the audit log. */
export abstract class AuditAnnotation extends message(
  "io.k8s.api.admissionregistration.v1.AuditAnnotation",
  {
    /**
     * The note's key, below the policy's name. A qualified name of at most 63 characters, unique in
     * the policy.
     */
    key: string(1),
    /** CEL expression for the note: a string, or null for none. At most 5 kB. */
    valueExpression: string(2),
  },
) {}

/** Something that must hold. */
export abstract class Validation extends message("io.k8s.api.admissionregistration.v1.Validation", {
  /**
   * CEL expression that returns true if all is well. It knows object, oldObject, request, params,
   * namespaceObject, variables and authorizer.
   */
  expression: string(1),
  /**
   * What to say if it does not hold: a single line. Default: failed expression, and the expression.
   */
  message: string(2).optional(),
  /**
   * Which error the client gets: Unauthorized (401), Forbidden (403), RequestEntityTooLarge (413)
   * or Invalid (422, default).
   */
  reason: string(3).explicit().optional(),
  /** CEL expression for the message. It wins over message, unless it fails or returns nothing. */
  messageExpression: string(4).optional(),
}) {}

/** What was found wrong with a policy. */
export abstract class ValidatingAdmissionPolicyStatus extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus",
  {
    /** The generation of the policy that was checked. */
    observedGeneration: int64(1).implicit().optional(),
    /** Problems of types in expressions. Present once the check was made. */
    typeChecking: object(2, () => TypeChecking).optional(),
    /** Statements about the policy. */
    conditions: list(3, () => Condition)
      .mapBy("type")
      .optional(),
  },
) {}

/** Outcome of a check of expressions against the types they are used with. */
export abstract class TypeChecking extends message(
  "io.k8s.api.admissionregistration.v1.TypeChecking",
  {
    /** The problems. They do not keep the policy from being used. */
    expressionWarnings: list(1, () => ExpressionWarning).optional(),
  },
) {}

/** A problem found in an expression. */
export abstract class ExpressionWarning extends message(
  "io.k8s.api.admissionregistration.v1.ExpressionWarning",
  {
    /** Path of the expression: spec.validations[0].expression. */
    fieldRef: string(2),
    /** What is wrong with it, for people, for each type that it was checked with. */
    warning: string(3),
  },
) {}

/** Puts a ValidatingAdmissionPolicy into effect, with parameters. */
export abstract class ValidatingAdmissionPolicyBinding extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingAdmissionPolicyBinding",
    resource: "validatingadmissionpolicybindings",
    singular: "validatingadmissionpolicybinding",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Which policy, with what, for which requests, to which effect. */
    spec: object(2, () => ValidatingAdmissionPolicyBindingSpec),
  },
) {}

/** Which policy is in effect, with what, for which requests, to which effect. */
export abstract class ValidatingAdmissionPolicyBindingSpec extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec",
  {
    /**
     * The ValidatingAdmissionPolicy. Required. A binding to a policy that does not exist has no
     * effect.
     */
    policyName: string(1),
    /**
     * The objects with parameters. Required if the policy has a paramKind, not allowed otherwise.
     */
    paramRef: object(2, () => ParamRef)
      .atomic()
      .optional(),
    /** Narrows the policy's matchConstraints. Missing: all of them. */
    matchResources: object(3, () => MatchResources)
      .atomic()
      .optional(),
    /**
     * What to do if something does not hold, one or more:
     * - Deny: refuse the request.
     * - Warn: let it pass with a warning to the client. Not together with Deny.
     * - Audit: note it in the audit log.
     */
    validationActions: list(4, string).set(),
  },
) {}

/** Webhooks that may refuse requests. */
export abstract class ValidatingWebhookConfiguration extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingWebhookConfiguration",
    resource: "validatingwebhookconfigurations",
    singular: "validatingwebhookconfiguration",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The webhooks. They are called all at once. */
    webhooks: list(2, () => ValidatingWebhook)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

/** A webhook that may refuse requests, and when it is called. */
export abstract class ValidatingWebhook extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingWebhook",
  {
    /** Its full name, of at least three labels: imagepolicy.example.com. Unique in the list. */
    name: string(1),
    /** How to reach it. Required. */
    clientConfig: object(2, () => WebhookClientConfig),
    /**
     * Operations and resources for which it is called; one that fits is enough. Never called for
     * webhook configurations and admission policies themselves.
     */
    rules: list(3, () => RuleWithOperations).optional(),
    /**
     * What an error of the webhook means, a timeout too: Fail (default) refuses the request, Ignore
     * goes on as if the webhook were not there.
     */
    failurePolicy: string(4).explicit().default("Fail"),
    /**
     * Namespaces, by label, whose requests are meant. A request about a namespace is judged by that
     * namespace's labels; one about another object of the whole cluster always counts. Empty
     * (default): all.
     */
    namespaceSelector: object(5, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /** Whether it does more than answer: None, or NoneOnDryRun if it heeds dryRun. Required. */
    sideEffects: string(6).explicit(),
    /** Seconds after which the call has failed: 1 to 30. Default 10. */
    timeoutSeconds: int32(7).default(10),
    /**
     * Versions of AdmissionReview that it understands, the preferred first. The first that the API
     * server knows is sent.
     */
    admissionReviewVersions: list(8, string),
    /**
     * How rules are compared: Equivalent (default) also with requests to other versions of a listed
     * resource, which are converted; Exact with the version of the request alone.
     */
    matchPolicy: string(9).explicit().default("Equivalent"),
    /**
     * Objects, by label, that are meant. The new or the old object must fit; an object without
     * labels fits only the empty selector. Whoever writes an object can avoid it by its labels.
     * Empty (default): all.
     */
    objectSelector: object(10, () => LabelSelector)
      .explicit()
      .atomic()
      .default({}),
    /**
     * CEL conditions that must all be true for a request to be judged. If one is false, the rest
     * goes on without it; if one fails, failurePolicy decides. At most 64.
     */
    matchConditions: list(11, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

export abstract class MutatingAdmissionPolicyBindingList extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingList",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingAdmissionPolicyBindingList",
  },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => MutatingAdmissionPolicyBinding),
  },
) {}

export abstract class MutatingAdmissionPolicyList extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyList",
  { group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingAdmissionPolicyList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => MutatingAdmissionPolicy),
  },
) {}

export abstract class MutatingWebhookConfigurationList extends kind(
  "io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "MutatingWebhookConfigurationList",
  },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => MutatingWebhookConfiguration),
  },
) {}

export abstract class ValidatingAdmissionPolicyBindingList extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingList",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingAdmissionPolicyBindingList",
  },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ValidatingAdmissionPolicyBinding),
  },
) {}

export abstract class ValidatingAdmissionPolicyList extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyList",
  { group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingAdmissionPolicyList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ValidatingAdmissionPolicy),
  },
) {}

export abstract class ValidatingWebhookConfigurationList extends kind(
  "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList",
  {
    group: "admissionregistration.k8s.io",
    version: "v1",
    kind: "ValidatingWebhookConfigurationList",
  },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ValidatingWebhookConfiguration),
  },
) {}
