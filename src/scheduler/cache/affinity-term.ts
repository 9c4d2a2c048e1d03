import type { LabelSelector } from "#api/meta/v1.ts";
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from "#api/core/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { PodLabels } from "./pod-info.ts";

export type Labels = Readonly<Record<string, string>>;

/** An affinity term with what its owner's namespace makes of it. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly selector: LabelSelector | undefined;
  /** Of preferences: how much, negative for those to keep apart. Required terms have 1. */
  readonly weight: number;
  /** Equal for terms that mean the same. */
  readonly signature: string;
}

/** All that a pod says about where other pods are. */
export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
}

export const noTerms: AffinityTerms = { required: [], requiredAnti: [], preferred: [] };

export function affinityTermsOf(pod: Pod): AffinityTerms {
  const { podAffinity: near, podAntiAffinity: far } = pod.spec.affinity ?? {};
  if (!near && !far) return noTerms;
  const required = (terms: readonly PodAffinityTerm[] | undefined) =>
    (terms ?? []).map((term) => termOf(term, pod, 1));
  const preferred = (terms: readonly WeightedPodAffinityTerm[] | undefined, sign: 1 | -1) =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, pod, sign * weight));
  return {
    required: required(near?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: required(far?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: [
      ...preferred(near?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...preferred(far?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
  };
}

/** Whether a pod in a namespace with these labels is among those that the term speaks of. */
export function matchesTerm(
  term: AffinityTerm,
  { namespace, labels }: Pick<PodLabels, "namespace" | "labels">,
  namespaceLabels?: Labels,
): boolean {
  const inNamespace =
    term.namespaces.has(namespace) ||
    matchesLabelSelector(term.namespaceSelector, namespaceLabels ?? {});
  return inNamespace && matchesLabelSelector(term.selector, labels);
}

type Namespaces = readonly { metadata: { name: string; labels?: Labels | undefined } }[];

/** What terms were resolved to, as long as the namespaces are the same. */
const resolved = new WeakMap<AffinityTerm, { namespaces: Namespaces; term: AffinityTerm }>();

/** The same term with its selector of namespaces resolved to the namespaces there are. */
export function withNamespaces(term: AffinityTerm, all: () => Namespaces): AffinityTerm {
  const { namespaceSelector } = term;
  if (!namespaceSelector || selectsAll(namespaceSelector)) return term;
  const namespaces = all();
  const before = resolved.get(term);
  if (before?.namespaces === namespaces) return before.term;
  const selected = namespaces
    .filter(({ metadata }) => matchesLabelSelector(namespaceSelector, metadata.labels ?? {}))
    .map(({ metadata }) => metadata.name);
  const now = signed({
    ...term,
    namespaces: new Set([...term.namespaces, ...selected]),
    namespaceSelector: undefined,
  });
  resolved.set(term, { namespaces, term: now });
  return now;
}

function termOf(term: PodAffinityTerm, owner: Pod, weight: number): AffinityTerm {
  const { topologyKey, labelSelector, namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && !namespaceSelector;
  return signed({
    topologyKey,
    namespaces: new Set(own ? [owner.metadata.namespace ?? ""] : namespaces),
    namespaceSelector,
    selector: labelSelector,
    weight,
  });
}

function signed(term: Omit<AffinityTerm, "signature">): AffinityTerm {
  const { topologyKey, namespaces, namespaceSelector, selector, weight } = term;
  const parts = [topologyKey, [...namespaces].sort(), namespaceSelector, selector, weight];
  return { ...term, signature: JSON.stringify(parts) };
}

function selectsAll(selector: LabelSelector): boolean {
  return !selector.matchExpressions?.length && !Object.keys(selector.matchLabels ?? {}).length;
}
