import type { FlowSchema, PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";

type FlowSchemaSpec = FlowSchema["spec"];
type Level = PriorityLevelConfiguration["spec"];
type Rules = NonNullable<FlowSchemaSpec["rules"]>;
type Subjects = Rules[number]["subjects"];

const anything: Omit<Rules[number], "subjects"> = {
  resourceRules: [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] },
  ],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};

const groups = (...names: string[]): Subjects =>
  names.map((name) => ({ kind: "Group", group: { name } }));
const users = (...names: string[]): Subjects =>
  names.map((name) => ({ kind: "User", user: { name } }));
const systemAccounts: Subjects = [
  { kind: "ServiceAccount", serviceAccount: { namespace: "kube-system", name: "*" } },
];
const everybody = groups("system:unauthenticated", "system:authenticated");

function schema(
  level: string,
  matchingPrecedence: number,
  by: "ByUser" | "ByNamespace" | undefined,
  rules: Rules,
): FlowSchemaSpec {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(by && { distinguisherMethod: { type: by } }),
    rules,
  };
}

const everything = (subjects: Subjects): Rules => [{ subjects, ...anything }];

/** What the server cannot be without: these come back as they were, whatever somebody does. */
export const mandatoryFlowSchemas: Readonly<Record<string, FlowSchemaSpec>> = {
  exempt: schema("exempt", 1, undefined, everything(groups("system:masters"))),
  "catch-all": schema("catch-all", 10_000, "ByUser", everything(everybody)),
};

export const suggestedFlowSchemas: Readonly<Record<string, FlowSchemaSpec>> = {
  probes: schema("exempt", 2, undefined, [
    {
      subjects: everybody,
      nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }],
    },
  ]),
  "system-leader-election": schema("leader-election", 100, "ByUser", [
    {
      subjects: [
        ...users("system:kube-controller-manager", "system:kube-scheduler"),
        ...systemAccounts,
      ],
      resourceRules: [
        {
          verbs: ["get", "create", "update"],
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          namespaces: ["*"],
        },
      ],
    },
  ]),
  "system-node-high": schema("node-high", 400, "ByUser", [
    {
      subjects: groups("system:nodes"),
      resourceRules: [
        {
          verbs: ["*"],
          apiGroups: [""],
          resources: ["nodes", "nodes/status"],
          clusterScope: true,
          namespaces: ["*"],
        },
        {
          verbs: ["*"],
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          namespaces: ["*"],
        },
      ],
    },
  ]),
  "system-nodes": schema("system", 500, "ByUser", everything(groups("system:nodes"))),
  "kube-controller-manager": schema(
    "workload-high",
    800,
    "ByNamespace",
    everything(users("system:kube-controller-manager")),
  ),
  "kube-scheduler": schema(
    "workload-high",
    800,
    "ByNamespace",
    everything(users("system:kube-scheduler")),
  ),
  "kube-system-service-accounts": schema(
    "workload-high",
    900,
    "ByNamespace",
    everything(systemAccounts),
  ),
  "service-accounts": schema(
    "workload-low",
    9000,
    "ByUser",
    everything(groups("system:serviceaccounts")),
  ),
  "global-default": schema("global-default", 9900, "ByUser", everything(everybody)),
};

function queued(
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): Level {
  const queuing = { queues, handSize, queueLengthLimit: 50 };
  return {
    type: "Limited",
    limited: {
      nominalConcurrencyShares,
      lendablePercent,
      limitResponse: { type: "Queue", queuing },
    },
  };
}

export const mandatoryLevels: Readonly<Record<string, Level>> = {
  exempt: { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  "catch-all": {
    type: "Limited",
    limited: {
      nominalConcurrencyShares: 5,
      lendablePercent: 0,
      limitResponse: { type: "Reject" },
    },
  },
};

export const suggestedLevels: Readonly<Record<string, Level>> = {
  "node-high": queued(40, 25, 64, 6),
  system: queued(30, 33, 64, 6),
  "leader-election": queued(10, 0, 16, 4),
  "workload-high": queued(40, 50, 128, 6),
  "workload-low": queued(100, 90, 128, 6),
  "global-default": queued(20, 50, 128, 6),
};
