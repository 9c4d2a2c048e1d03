import type { Node, NodeSelector, Pod } from "#api/core/v1.ts";
import { matchesNodeAffinity, matchesTerm } from "#machinery/scheduling/node-affinity.ts";
import { normalizeToMax } from "../framework.ts";
import type { Plugin, Refusal } from "../framework.ts";
import type { NodeAffinityArgs } from "../profile/arguments.ts";

const mismatch = "node(s) didn't match Pod's node affinity/selector";
const enforcedMismatch = "node(s) didn't match scheduler-enforced node affinity";

/** Places pods by the labels of nodes: nodeSelector, required and preferred node affinity. */
export function nodeAffinity({ addedAffinity }: NodeAffinityArgs): Plugin {
  const refuse = (reason: string): Refusal => ({
    plugin: "NodeAffinity",
    reasons: [reason],
    unresolvable: true,
  });
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isAllowed = (node: Node) => !added || matchesSelector(added, node);
  const fits = (pod: Pod, node: Node) => isAllowed(node) && matchesNodeAffinity(pod, node);
  const preferredOf = (pod: Pod) => [
    ...(addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
  return {
    name: "NodeAffinity",
    weight: 2,

    preFilter(pod) {
      const nodeNames = namedNodes(pod.pod);
      if (!nodeNames) return undefined;
      return nodeNames.size > 0 ? { nodeNames } : refuse("pod affinity terms conflict");
    },

    filter({ pod }, { node }) {
      if (!isAllowed(node)) return refuse(enforcedMismatch);
      return matchesNodeAffinity(pod, node) ? undefined : refuse(mismatch);
    },

    score({ pod }, { node }) {
      let sum = 0;
      for (const { weight, preference } of preferredOf(pod)) {
        if (matchesTerm(preference, node)) sum += weight;
      }
      return sum;
    },

    normalize: (scores) => normalizeToMax(scores, false),

    mayFitAfter(event, pod) {
      switch (event.kind) {
        case "NodeAdded":
          return fits(pod, event.node);
        case "NodeUpdated":
          return fits(pod, event.node) && !matchesNodeAffinity(pod, event.before);
        default:
          return false;
      }
    },
  };
}

/** Terms are alternatives; a selector without terms matches nothing. */
function matchesSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** The nodes that the pod asks for by name; undefined when any may do. */
function namedNodes(pod: Pod): ReadonlySet<string> | undefined {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const names = new Set<string>();
  if (!required || required.nodeSelectorTerms.length === 0) return undefined;
  for (const { matchFields = [] } of required.nodeSelectorTerms) {
    const lists = matchFields
      .filter(({ key, operator }) => key === "metadata.name" && operator === "In")
      .map(({ values = [] }) => values);
    const [first, ...others] = lists;
    if (!first) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return names;
}
