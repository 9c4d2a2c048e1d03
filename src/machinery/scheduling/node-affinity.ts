import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "#api/core/v1.ts";

/** Whether the pod's nodeSelector and required node affinity let it onto the node. */
export function matchesNodeAffinity(pod: { readonly spec: PodSpec }, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) {
    if (labels[key] !== value) return false;
  }
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  // Terms are alternatives; a selector without terms matches nothing.
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((rule) => matchesRule(rule, node.metadata.labels?.[rule.key])) &&
    matchFields.every((rule) =>
      matchesRule(rule, rule.key === "metadata.name" ? node.metadata.name : undefined),
    )
  );
}

function matchesRule(rule: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = rule.values ?? [];
  switch (rule.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return compareWhole(value, values[0], (left, right) => left > right);
    case "Lt":
      return compareWhole(value, values[0], (left, right) => left < right);
    default:
      return rule.operator satisfies never;
  }
}

function compareWhole(
  left: string | undefined,
  right: string | undefined,
  test: (left: number, right: number) => boolean,
): boolean {
  const whole = /^-?\d+$/;
  if (left === undefined || right === undefined) return false;
  return whole.test(left) && whole.test(right) && test(Number(left), Number(right));
}
