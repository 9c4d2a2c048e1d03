import { bool, int32, list, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Says to which priority level a request belongs, and to which flow. */
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
    /** Which requests, and which level. */
    spec: object(2, () => FlowSchemaSpec),
    /** Whether its level exists. */
    status: object(3, () => FlowSchemaStatus).default({}),
  },
) {}

/** Which requests belong to which priority level. */
export abstract class FlowSchemaSpec extends message("io.k8s.api.flowcontrol.v1.FlowSchemaSpec", {
  /** The level. One that does not exist makes the schema be ignored. */
  priorityLevelConfiguration: object(1, () => PriorityLevelConfigurationReference),
  /** The schema with the lowest number that fits a request is taken. 1 to 10000. Default 1000. */
  matchingPrecedence: int32(2).always().implicit().optional(),
  /** How the requests are divided into flows. Missing: they are a single flow. */
  distinguisherMethod: object(3, () => FlowDistinguisherMethod).optional(),
  /** Which requests are meant; one that fits is enough. Empty: none. */
  rules: list(4, () => PolicyRulesWithSubjects).optional(),
}) {}

/** How the requests of a FlowSchema are divided into flows. */
export abstract class FlowDistinguisherMethod extends message(
  "io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod",
  {
    /** ByUser (a flow for each user) or ByNamespace (a flow for each namespace). */
    type: string(1),
  },
) {}

/** Requests: by one of the subjects, and fitting one of the rules. */
export abstract class PolicyRulesWithSubjects extends message(
  "io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects",
  {
    /** Who makes the requests. At least one. */
    subjects: list(1, () => Subject),
    /** Requests about resources. */
    resourceRules: list(2, () => ResourcePolicyRule).optional(),
    /** Other requests. */
    nonResourceRules: list(3, () => NonResourcePolicyRule).optional(),
  },
) {}

/** Requests that are not about resources. */
export abstract class NonResourcePolicyRule extends message(
  "io.k8s.api.flowcontrol.v1.NonResourcePolicyRule",
  {
    /** HTTP methods in lower case. * means all, and must stand alone. */
    verbs: list(1, string).set(),
    /** The paths; * is allowed as the last step, or alone for all. */
    nonResourceURLs: list(6, string).set(),
  },
) {}

/** Requests about resources: those that fit everything given here. */
export abstract class ResourcePolicyRule extends message(
  "io.k8s.api.flowcontrol.v1.ResourcePolicyRule",
  {
    /** What is done: get, list and others. * means all, and must stand alone. */
    verbs: list(1, string).set(),
    /** API groups of the resources. * means all, and must stand alone. */
    apiGroups: list(2, string).set(),
    /** The resources, such as pods or pods/log. * means all, and must stand alone. */
    resources: list(3, string).set(),
    /** Whether requests without a namespace are meant. Default false. */
    clusterScope: bool(4).implicit().optional(),
    /**
     * Namespaces that are meant. * means all, and must stand alone. Required unless clusterScope is
     * true.
     */
    namespaces: list(5, string).always().set().optional(),
  },
) {}

/** Someone who makes requests. Set the field that the kind names. */
export abstract class Subject extends message("io.k8s.api.flowcontrol.v1.Subject", {
  /** User, Group or ServiceAccount. */
  kind: string(1),
  /** A user, by name. */
  user: object(2, () => UserSubject).optional(),
  /** The users of a group. */
  group: object(3, () => GroupSubject).optional(),
  /** A ServiceAccount. */
  serviceAccount: object(4, () => ServiceAccountSubject).optional(),
}) {}

/** Users of a group. */
export abstract class GroupSubject extends message("io.k8s.api.flowcontrol.v1.GroupSubject", {
  /** The group's name, or * for all. */
  name: string(1),
}) {}

/** A ServiceAccount. */
export abstract class ServiceAccountSubject extends message(
  "io.k8s.api.flowcontrol.v1.ServiceAccountSubject",
  {
    /** Its namespace. */
    namespace: string(1),
    /** Its name, or * for all of the namespace. */
    name: string(2),
  },
) {}

/** A user. */
export abstract class UserSubject extends message("io.k8s.api.flowcontrol.v1.UserSubject", {
  /** The user's name, or * for all. */
  name: string(1),
}) {}

/** Names a priority level. */
export abstract class PriorityLevelConfigurationReference extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference",
  {
    /** The PriorityLevelConfiguration. */
    name: string(1),
  },
) {}

/** What is known of a FlowSchema. */
export abstract class FlowSchemaStatus extends message(
  "io.k8s.api.flowcontrol.v1.FlowSchemaStatus",
  {
    /** Dangling: whether its priority level is missing. */
    conditions: list(1, () => FlowSchemaCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** A statement about a FlowSchema. */
export abstract class FlowSchemaCondition extends message(
  "io.k8s.api.flowcontrol.v1.FlowSchemaCondition",
  {
    /** Dangling: its priority level does not exist. */
    type: string(1).optional(),
    /** True, False or Unknown. */
    status: string(2).optional(),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
    message: string(5).optional(),
  },
) {}

/** A level of priority: how many requests may be served at once, and how others wait. */
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
    /** How its requests are limited. */
    spec: object(2, () => PriorityLevelConfigurationSpec),
    /** What is known of it. */
    status: object(3, () => PriorityLevelConfigurationStatus).default({}),
  },
) {}

/** How a level's requests are limited. */
export abstract class PriorityLevelConfigurationSpec extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec",
  {
    /** Limited, or Exempt: never limited. */
    type: string(1),
    /** Details, for Limited. */
    limited: object(2, () => LimitedPriorityLevelConfiguration).optional(),
    /** Details, for Exempt. */
    exempt: object(3, () => ExemptPriorityLevelConfiguration).optional(),
  },
) {}

/** A level whose requests never wait. */
export abstract class ExemptPriorityLevelConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration",
  {
    /**
     * Its share of the server's seats, compared with other levels' shares. It does not limit the
     * level itself; others can borrow what is left. Default 0.
     */
    nominalConcurrencyShares: int32(1).optional(),
    /** How much of its seats other levels may borrow, in percent: 0 to 100. Default 0. */
    lendablePercent: int32(2).optional(),
  },
) {}

/** A level whose requests are limited in number. */
export abstract class LimitedPriorityLevelConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration",
  {
    /**
     * Its share of the server's seats, compared with other levels' shares. Default 30. 0: it can
     * only borrow.
     */
    nominalConcurrencyShares: int32(1).optional(),
    /** What to do with requests beyond the limit. */
    limitResponse: object(2, () => LimitResponse)
      .implicit()
      .optional(),
    /** How much of its seats other levels may borrow, in percent: 0 to 100. Default 0. */
    lendablePercent: int32(3).optional(),
    /** How much it may borrow, in percent of its own seats. Missing: no limit. */
    borrowingLimitPercent: int32(4).optional(),
  },
) {}

/** What to do with requests for which there is no seat. */
export abstract class LimitResponse extends message("io.k8s.api.flowcontrol.v1.LimitResponse", {
  /** Queue lets them wait, Reject refuses them with 429. */
  type: string(1),
  /** How they wait, for Queue. */
  queuing: object(2, () => QueuingConfiguration).optional(),
}) {}

/** How requests wait. */
export abstract class QueuingConfiguration extends message(
  "io.k8s.api.flowcontrol.v1.QueuingConfiguration",
  {
    /** How many queues there are. More of them separate flows better. Default 64. */
    queues: int32(1).always().implicit().optional(),
    /**
     * How many queues are tried for a flow; the request waits in the shortest. Not more than
     * queues. Default 8.
     */
    handSize: int32(2).always().implicit().optional(),
    /** How many requests may wait in a queue; more are refused. Default 50. */
    queueLengthLimit: int32(3).always().implicit().optional(),
  },
) {}

/** What is known of a priority level. */
export abstract class PriorityLevelConfigurationStatus extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus",
  {
    /** Statements about it. */
    conditions: list(1, () => PriorityLevelConfigurationCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** A statement about a priority level. */
export abstract class PriorityLevelConfigurationCondition extends message(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition",
  {
    /** What it is about. */
    type: string(1).optional(),
    /** True, False or Unknown. */
    status: string(2).optional(),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
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
