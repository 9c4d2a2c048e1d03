import type { DaemonSet } from "#api/apps/v1.ts";
import type { Affinity, Node, Pod, PodSpec, Toleration } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { matchesNodeAffinity } from "#machinery/scheduling/node-affinity.ts";
import { untolerated } from "#machinery/scheduling/taints.ts";
import { podFromTemplate } from "../common/pods.ts";
import { revisionLabel } from "../common/revisions.ts";

/** An older version of the kind counted the changes of the template; clients still see it. */
const generationAnnotation = "deprecated.daemonset.template.generation";
const generationLabel = "pod-template-generation";

/** A daemon stays on a node that is in trouble: it may be what helps. */
const troubles = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
] as const;
/** For daemons on the host's network, which may be what brings the pods' network. */
const networkTrouble = ["node.kubernetes.io/network-unavailable", "NoSchedule"] as const;

export function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const own = spec?.tolerations ?? [];
  const all = spec?.hostNetwork ? [...troubles, networkTrouble] : troubles;
  const added = all.map(([key, effect]) => ({ key, operator: "Exists", effect }) as const);
  const isAdded = (toleration: Toleration) =>
    added.some(
      ({ key, operator, effect }) =>
        toleration.key === key &&
        toleration.operator === operator &&
        toleration.effect === effect &&
        !toleration.value,
    );
  return [...own.filter((toleration) => !isAdded(toleration)), ...added];
}

/** Whether a pod is to be on the node: made there, kept there if it is there already, or neither. */
export function placementOn(node: Node, { spec }: DaemonSet): "run" | "stay" | "leave" {
  const pod = spec.template.spec;
  if (pod?.nodeName && pod.nodeName !== node.metadata.name) return "leave";
  if (pod && !matchesNodeAffinity({ spec: pod }, node)) return "leave";
  const tolerations = tolerationsOf(pod);
  const { taints } = node.spec;
  if (!untolerated(taints, tolerations, ["NoSchedule", "NoExecute"])) return "run";
  return untolerated(taints, tolerations, ["NoExecute"]) ? "leave" : "stay";
}

/** A pod for the node, which the scheduler takes there. */
export function podFor(daemonSet: DaemonSet, node: string, hash: string): Draft<Pod> {
  const { template } = daemonSet.spec;
  const pod = podFromTemplate(template, daemonSet.metadata.name);
  const generation = daemonSet.metadata.annotations?.[generationAnnotation];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata?.labels,
        ...(isNumber(generation) && { [generationLabel]: generation }),
        [revisionLabel]: hash,
      },
    },
    spec: {
      ...pod.spec,
      tolerations: tolerationsOf(template.spec),
      affinity: { ...pod.spec.affinity, nodeAffinity: nodeAffinityFor(node, template.spec) },
    },
  };
}

/** Whatever the template requires of nodes was asked already: this node it is. */
function nodeAffinityFor(node: string, spec: PodSpec | undefined): Affinity["nodeAffinity"] {
  const name = { key: "metadata.name", operator: "In" as const, values: [node] };
  return {
    ...spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [name] }],
    },
  };
}

/** The node that the pod is on, or is meant for; undefined where nobody can tell. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const names = (required?.nodeSelectorTerms ?? [])
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key, operator }) => key === "metadata.name" && operator === "In")?.values;
  return names?.length === 1 ? names[0] : undefined;
}

export function isUpdated({ metadata }: Pod, daemonSet: DaemonSet, hash: string): boolean {
  const generation = daemonSet.metadata.annotations?.[generationAnnotation];
  return (
    metadata.labels?.[revisionLabel] === hash ||
    (isNumber(generation) && metadata.labels?.[generationLabel] === generation)
  );
}

const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^-?\d+$/.test(text);
