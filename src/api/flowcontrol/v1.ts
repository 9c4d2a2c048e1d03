import { bool, int32, list, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class FlowSchema extends kind(
  "io.k8s.api.flowcontrol.v1.FlowSchema",
  {
    group: "flowcontrol.apiserver.k8s.io",
    version: "v1",
    kind: "FlowSchema",
    resource: "flowschemas",
    singular: "flowschema",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => FlowSchemaSpec),
    status: object(3, () => FlowSchemaStatus).default({}),
  },
) {}

export abstract class FlowSchemaSpec extends message("io.k8s.api.flowcontrol.v1.FlowSchemaSpec", {
  priorityLevelConfiguration: object(1, () => PriorityLevelConfigurationReference),
  matchingPrecedence: int32(2).optional(),
  distinguisherMethod: object(3, () => FlowDistinguisherMethod).optional(),
  rules: list(4, () => PolicyRulesWithSubjects).optional(),
}) {}

export abstract class FlowDistinguisherMethod extends message(
  "io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod",
  {
    type: string(1),
  },
) {}

export abstract class PolicyRulesWithSubjects extends message(
  "io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects",
  {
    subjects: list(1, () => Subject),
    resourceRules: list(2, () => ResourcePolicyRule).optional(),
    nonResourceRules: list(3, () => NonResourcePolicyRule).optional(),
  },
) {}

export abstract class NonResourcePolicyRule extends message(
  "io.k8s.api.flowcontrol.v1.NonResourcePolicyRule",
  {
    verbs: list(1, string).set(),
    nonResourceURLs: list(6, string).set(),
  },
) {}

export abstract class ResourcePolicyRule extends message(
  "io.k8s.api.flowcontrol.v1.ResourcePolicyRule",
  {
    verbs: list(1, string).set(),
    apiGroups: list(2, string).set(),
    resources: list(3, string).set(),
    clusterScope: bool(4).optional(),
    namespaces: list(5, string).set().optional(),
  },
) {}

export abstract class Subject extends message("io.k8s.api.flowcontrol.v1.Subject", {
  kind: string(1),
  user: object(2, () => UserSubject).optional(),
  group: object(3, () => GroupSubject).optional(),
  serviceAccount: object(4, () => ServiceAccountSubject).optional(),
}) {}

export abstract class GroupSubject extends message("io.k8s.api.flowcontrol.v1.GroupSubject", {
  name: string(1),
}) {}

export abstract class ServiceAccountSubject extends message(
  "io.k8s.api.flowcontrol.v1.ServiceAccountSubject",
  {
    namespace: string(1),
    name: string(2),
  },
) {}

export abstract class UserSubject extends message("io.k8s.api.flowcontrol.v1.UserSubject", {
  name: string(1),
}) {}

export abstract class PriorityLevelConfigurationReference extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference",
  {
    name: string(1),
  },
) {}

export abstract class FlowSchemaStatus extends message(
  "io.k8s.api.flowcontrol.v1.FlowSchemaStatus",
  {
    conditions: list(1, () => FlowSchemaCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class FlowSchemaCondition extends message(
  "io.k8s.api.flowcontrol.v1.FlowSchemaCondition",
  {
    type: string(1).optional(),
    status: string(2).optional(),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

export abstract class PriorityLevelConfiguration extends kind(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration",
  {
    group: "flowcontrol.apiserver.k8s.io",
    version: "v1",
    kind: "PriorityLevelConfiguration",
    resource: "prioritylevelconfigurations",
    singular: "prioritylevelconfiguration",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => PriorityLevelConfigurationSpec),
    status: object(3, () => PriorityLevelConfigurationStatus).default({}),
  },
) {}

export abstract class PriorityLevelConfigurationSpec extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec",
  {
    type: string(1),
    limited: object(2, () => LimitedPriorityLevelConfiguration).optional(),
    exempt: object(3, () => ExemptPriorityLevelConfiguration).optional(),
  },
) {}

export abstract class ExemptPriorityLevelConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: int32(1).optional(),
    lendablePercent: int32(2).optional(),
  },
) {}

export abstract class LimitedPriorityLevelConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration",
  {
    nominalConcurrencyShares: int32(1).optional(),
    limitResponse: object(2, () => LimitResponse).optional(),
    lendablePercent: int32(3).optional(),
    borrowingLimitPercent: int32(4).optional(),
  },
) {}

export abstract class LimitResponse extends message("io.k8s.api.flowcontrol.v1.LimitResponse", {
  type: string(1),
  queuing: object(2, () => QueuingConfiguration).optional(),
}) {}

export abstract class QueuingConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.QueuingConfiguration",
  {
    queues: int32(1).optional(),
    handSize: int32(2).optional(),
    queueLengthLimit: int32(3).optional(),
  },
) {}

export abstract class PriorityLevelConfigurationStatus extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus",
  {
    conditions: list(1, () => PriorityLevelConfigurationCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class PriorityLevelConfigurationCondition extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition",
  {
    type: string(1).optional(),
    status: string(2).optional(),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

export abstract class FlowSchemaList extends kind(
  "io.k8s.api.flowcontrol.v1.FlowSchemaList",
  { group: "flowcontrol.apiserver.k8s.io", version: "v1", kind: "FlowSchemaList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => FlowSchema),
  },
) {}

export abstract class PriorityLevelConfigurationList extends kind(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationList",
  { group: "flowcontrol.apiserver.k8s.io", version: "v1", kind: "PriorityLevelConfigurationList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PriorityLevelConfiguration),
  },
) {}
