import type { Node, Pod, PodAffinityTerm, PodSpec } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";

/** What the pods of a case are like, besides their names. */
export interface PodTemplate {
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly spec?: Partial<Draft<PodSpec>>;
}

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";

const bothNamespaces = { namespaces: ["sched-1", "sched-0"] };
const everyTeamsNamespaces = { namespaceSelector: { matchLabels: { team: "devops" } } };

function term(
  color: string,
  topologyKey: string,
  where: Partial<Draft<PodAffinityTerm>>,
): Draft<PodAffinityTerm> {
  return { labelSelector: { matchLabels: { color } }, topologyKey, ...where };
}

type Kind = "podAffinity" | "podAntiAffinity";

function required(kind: Kind, color: string, podAffinityTerm: Draft<PodAffinityTerm>): PodTemplate {
  const terms = { requiredDuringSchedulingIgnoredDuringExecution: [podAffinityTerm] };
  return { labels: { color }, spec: { affinity: { [kind]: terms } } };
}

function preferred(
  kind: Kind,
  color: string,
  podAffinityTerm: Draft<PodAffinityTerm>,
): PodTemplate {
  const terms = {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }],
  };
  return { labels: { color }, spec: { affinity: { [kind]: terms } } };
}

function spread(whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway"): PodTemplate {
  const labels = { color: "blue" };
  const constraint = {
    maxSkew: 5,
    topologyKey: zone,
    whenUnsatisfiable,
    labelSelector: { matchLabels: labels },
  };
  return { labels, spec: { topologySpreadConstraints: [constraint] } };
}

export const podTemplates = {
  plain: {},
  labelled: { labels: { app: "scheduler-perf" } },
  low: { cpu: "900m", spec: { terminationGracePeriodSeconds: 0 } },
  high: { cpu: "3", spec: { priority: 10 } },
  tooLarge: { cpu: "9", spec: { priority: 10 } },
  affinity: required("podAffinity", "blue", term("blue", zone, bothNamespaces)),
  antiAffinity: required("podAntiAffinity", "green", term("green", hostname, bothNamespaces)),
  preferredAffinity: preferred("podAffinity", "red", term("red", hostname, bothNamespaces)),
  preferredAntiAffinity: preferred(
    "podAntiAffinity",
    "yellow",
    term("yellow", hostname, bothNamespaces),
  ),
  affinityByNamespaces: required("podAffinity", "blue", term("blue", zone, everyTeamsNamespaces)),
  antiAffinityByNamespaces: required(
    "podAntiAffinity",
    "green",
    term("green", hostname, everyTeamsNamespaces),
  ),
  preferredAffinityByNamespaces: preferred(
    "podAffinity",
    "red",
    term("red", hostname, everyTeamsNamespaces),
  ),
  preferredAntiAffinityByNamespaces: preferred(
    "podAntiAffinity",
    "green",
    term("green", hostname, everyTeamsNamespaces),
  ),
  nodeAffinity: {
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: zone, operator: "In", values: ["zone1", "zone2"] }] },
            ],
          },
        },
      },
    },
  },
  spread: spread("DoNotSchedule"),
  preferredSpread: spread("ScheduleAnyway"),
} satisfies Readonly<Record<string, PodTemplate>>;

export type PodTemplateName = keyof typeof podTemplates;

export function podDraft(name: string, namespace: string, template: PodTemplate): Draft<Pod> {
  const amounts = { cpu: template.cpu ?? "100m", memory: "500Mi" };
  return {
    metadata: { name, namespace, ...(template.labels && { labels: { ...template.labels } }) },
    spec: {
      ...structuredClone(template.spec),
      containers: [
        {
          name: "pause",
          image: "registry.k8s.io/pause:3.10.2",
          ports: [{ containerPort: 80 }],
          resources: { limits: { ...amounts }, requests: { ...amounts } },
        },
      ],
    },
  };
}

/** 4 CPUs, 32 GiB and 110 pods; one of the zones, if there are any. */
export function nodeDraft(name: string, inZone: string | undefined, podsMax = "110"): Draft<Node> {
  const amounts = { cpu: "4", memory: "32Gi", pods: podsMax };
  return {
    metadata: { name, labels: { [hostname]: name, ...(inZone && { [zone]: inZone }) } },
    status: {
      capacity: amounts,
      allocatable: { ...amounts },
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}
