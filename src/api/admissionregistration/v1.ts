import { bytes, int32, int64, list, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, LabelSelector, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

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
    spec: object(2, () => MutatingAdmissionPolicySpec).default({}),
  },
) {}

export abstract class MutatingAdmissionPolicySpec extends message(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec",
  {
    paramKind: object(1, () => ParamKind)
      .atomic()
      .optional(),
    matchConstraints: object(2, () => MatchResources)
      .atomic()
      .optional(),
    variables: list(3, () => Variable).optional(),
    mutations: list(4, () => Mutation).optional(),
    failurePolicy: string(5).default("Fail"),
    matchConditions: list(6, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
    reinvocationPolicy: string(7).optional(),
  },
) {}

export abstract class MatchCondition extends message(
  "io.k8s.api.admissionregistration.v1.MatchCondition",
  {
    name: string(1),
    expression: string(2),
  },
) {}

export abstract class MatchResources extends message(
  "io.k8s.api.admissionregistration.v1.MatchResources",
  {
    namespaceSelector: object(1, () => LabelSelector)
      .atomic()
      .default({}),
    objectSelector: object(2, () => LabelSelector)
      .atomic()
      .default({}),
    resourceRules: list(3, () => NamedRuleWithOperations).optional(),
    excludeResourceRules: list(4, () => NamedRuleWithOperations).optional(),
    matchPolicy: string(7).default("Equivalent"),
  },
) {}

export abstract class NamedRuleWithOperations extends message(
  "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations",
  {
    resourceNames: list(1, string).optional(),
    apiGroups: list(1, string).within(2, 2).optional(),
    operations: list(1, string).within(2).optional(),
    apiVersions: list(2, string).within(2, 2).optional(),
    resources: list(3, string).within(2, 2).optional(),
    scope: string(4).within(2, 2).default("*"),
  },
) {}

export abstract class Mutation extends message("io.k8s.api.admissionregistration.v1.Mutation", {
  patchType: string(2),
  applyConfiguration: object(3, () => ApplyConfiguration).optional(),
  jsonPatch: object(4, () => JSONPatch).optional(),
}) {}

export abstract class ApplyConfiguration extends message(
  "io.k8s.api.admissionregistration.v1.ApplyConfiguration",
  {
    expression: string(1).optional(),
  },
) {}

export abstract class JSONPatch extends message("io.k8s.api.admissionregistration.v1.JSONPatch", {
  expression: string(1).optional(),
}) {}

export abstract class ParamKind extends message("io.k8s.api.admissionregistration.v1.ParamKind", {
  apiVersion: string(1).optional(),
  kind: string(2).optional(),
}) {}

export abstract class Variable extends message("io.k8s.api.admissionregistration.v1.Variable", {
  name: string(1),
  expression: string(2),
}) {}

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
    spec: object(2, () => MutatingAdmissionPolicyBindingSpec).default({}),
  },
) {}

export abstract class MutatingAdmissionPolicyBindingSpec extends message(
  "io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec",
  {
    policyName: string(1).optional(),
    paramRef: object(2, () => ParamRef)
      .atomic()
      .optional(),
    matchResources: object(3, () => MatchResources)
      .atomic()
      .optional(),
  },
) {}

export abstract class ParamRef extends message("io.k8s.api.admissionregistration.v1.ParamRef", {
  name: string(1).optional(),
  namespace: string(2).optional(),
  selector: object(3, () => LabelSelector)
    .atomic()
    .optional(),
  parameterNotFoundAction: string(4).optional(),
}) {}

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
    webhooks: list(2, () => MutatingWebhook)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

export abstract class MutatingWebhook extends message(
  "io.k8s.api.admissionregistration.v1.MutatingWebhook",
  {
    name: string(1),
    clientConfig: object(2, () => WebhookClientConfig),
    rules: list(3, () => RuleWithOperations).optional(),
    failurePolicy: string(4).default("Fail"),
    namespaceSelector: object(5, () => LabelSelector)
      .atomic()
      .default({}),
    sideEffects: string(6),
    timeoutSeconds: int32(7).default(10),
    admissionReviewVersions: list(8, string),
    matchPolicy: string(9).default("Equivalent"),
    reinvocationPolicy: string(10).default("Never"),
    objectSelector: object(11, () => LabelSelector)
      .atomic()
      .default({}),
    matchConditions: list(12, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

export abstract class RuleWithOperations extends message(
  "io.k8s.api.admissionregistration.v1.RuleWithOperations",
  {
    operations: list(1, string).optional(),
    apiGroups: list(1, string).within(2).optional(),
    apiVersions: list(2, string).within(2).optional(),
    resources: list(3, string).within(2).optional(),
    scope: string(4).within(2).default("*"),
  },
) {}

export abstract class WebhookClientConfig extends message(
  "io.k8s.api.admissionregistration.v1.WebhookClientConfig",
  {
    service: object(1, () => ServiceReference).optional(),
    caBundle: bytes(2).optional(),
    url: string(3).optional(),
  },
) {}

export abstract class ServiceReference extends message(
  "io.k8s.api.admissionregistration.v1.ServiceReference",
  {
    namespace: string(1),
    name: string(2),
    path: string(3).optional(),
    port: int32(4).default(443),
  },
) {}

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
    spec: object(2, () => ValidatingAdmissionPolicySpec).default({}),
    status: object(3, () => ValidatingAdmissionPolicyStatus).default({}),
  },
) {}

export abstract class ValidatingAdmissionPolicySpec extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec",
  {
    paramKind: object(1, () => ParamKind)
      .atomic()
      .optional(),
    matchConstraints: object(2, () => MatchResources)
      .atomic()
      .optional(),
    validations: list(3, () => Validation).optional(),
    failurePolicy: string(4).default("Fail"),
    auditAnnotations: list(5, () => AuditAnnotation).optional(),
    matchConditions: list(6, () => MatchCondition)
      .mapBy("name")
      .merge("name")
      .optional(),
    variables: list(7, () => Variable)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

export abstract class AuditAnnotation extends message(
  "io.k8s.api.admissionregistration.v1.AuditAnnotation",
  {
    key: string(1),
    valueExpression: string(2),
  },
) {}

export abstract class Validation extends message("io.k8s.api.admissionregistration.v1.Validation", {
  expression: string(1),
  message: string(2).optional(),
  reason: string(3).optional(),
  messageExpression: string(4).optional(),
}) {}

export abstract class ValidatingAdmissionPolicyStatus extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus",
  {
    observedGeneration: int64(1).optional(),
    typeChecking: object(2, () => TypeChecking).optional(),
    conditions: list(3, () => Condition)
      .mapBy("type")
      .optional(),
  },
) {}

export abstract class TypeChecking extends message(
  "io.k8s.api.admissionregistration.v1.TypeChecking",
  {
    expressionWarnings: list(1, () => ExpressionWarning).optional(),
  },
) {}

export abstract class ExpressionWarning extends message(
  "io.k8s.api.admissionregistration.v1.ExpressionWarning",
  {
    fieldRef: string(2),
    warning: string(3),
  },
) {}

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
    spec: object(2, () => ValidatingAdmissionPolicyBindingSpec),
  },
) {}

export abstract class ValidatingAdmissionPolicyBindingSpec extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec",
  {
    policyName: string(1),
    paramRef: object(2, () => ParamRef)
      .atomic()
      .optional(),
    matchResources: object(3, () => MatchResources)
      .atomic()
      .optional(),
    validationActions: list(4, string).set(),
  },
) {}

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
    webhooks: list(2, () => ValidatingWebhook)
      .mapBy("name")
      .merge("name")
      .optional(),
  },
) {}

export abstract class ValidatingWebhook extends message(
  "io.k8s.api.admissionregistration.v1.ValidatingWebhook",
  {
    name: string(1),
    clientConfig: object(2, () => WebhookClientConfig),
    rules: list(3, () => RuleWithOperations).optional(),
    failurePolicy: string(4).default("Fail"),
    namespaceSelector: object(5, () => LabelSelector)
      .atomic()
      .default({}),
    sideEffects: string(6),
    timeoutSeconds: int32(7).default(10),
    admissionReviewVersions: list(8, string),
    matchPolicy: string(9).default("Equivalent"),
    objectSelector: object(10, () => LabelSelector)
      .atomic()
      .default({}),
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
