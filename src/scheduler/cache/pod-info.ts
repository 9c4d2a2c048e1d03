import type { Pod } from "#api/core/v1.ts";
import { affinityTermsOf, noTerms } from "./affinity-term.ts";
import type { AffinityTerms, Labels } from "./affinity-term.ts";
import { Interned } from "./interned.ts";
import { podShape, shapeKey } from "./pod-shape.ts";
import type { PodShape } from "./pod-shape.ts";

/** What selectors ask of a pod. */
export interface PodLabels {
  readonly namespace: string;
  readonly labels: Labels;
  /** On its way out: spreading does not count it any more. */
  readonly isLeaving: boolean;
}

/** A pod with what the plugins need of it, computed once. */
export interface PodInfo extends PodShape {
  readonly pod: Pod;
  readonly key: string;
  /** The same object for pods that are the same to a node, if they come from one `PodInfos`. */
  readonly shape: PodShape;
  /** The same object for pods that are the same to selectors, likewise. */
  readonly labels: PodLabels;
  readonly terms: AffinityTerms;
  readonly priority: number;
  /** Undefined as long as no kubelet has taken it up. */
  readonly startedAt: number | undefined;
}

/** How many of each are kept: a cluster's workloads are far fewer than its pods. */
const keptMax = 4096;

/** Looks at pods, and finds that most are like others. */
export class PodInfos {
  readonly #shapes = new Interned<PodShape>(keptMax);
  readonly #labels = new Interned<PodLabels>(keptMax);
  readonly #terms = new Interned<AffinityTerms>(keptMax);

  of(pod: Pod): PodInfo {
    const { namespace, labels, deletionTimestamp } = pod.metadata;
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
    const shape = this.#shapes.get(shapeKey(pod), () => podShape(pod));
    const labelsKey = JSON.stringify([namespace, labels, deletionTimestamp !== undefined]);
    return infoOf(
      pod,
      shape,
      this.#labels.get(labelsKey, () => podLabels(pod)),
      podAffinity || podAntiAffinity
        ? this.#terms.get(termsKey(pod), () => affinityTermsOf(pod))
        : noTerms,
    );
  }
}

/** As `PodInfos` has it, for a pod that is looked at on its own. */
export function podInfo(pod: Pod): PodInfo {
  return infoOf(pod, podShape(pod), podLabels(pod), affinityTermsOf(pod));
}

export function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

export function podLabels({ metadata }: Pod): PodLabels {
  const { namespace = "", labels = {}, deletionTimestamp } = metadata;
  return { namespace, labels, isLeaving: deletionTimestamp !== undefined };
}

/** Whether nothing that anybody counts is different. */
export function isSameToAll(left: PodInfo, right: PodInfo): boolean {
  return (
    left.shape === right.shape &&
    left.labels === right.labels &&
    left.terms === right.terms &&
    left.startedAt === right.startedAt
  );
}

function infoOf(pod: Pod, shape: PodShape, labels: PodLabels, terms: AffinityTerms): PodInfo {
  const { requests, scoreRequests, hostPorts, images } = shape;
  return {
    pod,
    key: podKey(pod),
    shape,
    labels,
    terms,
    requests,
    scoreRequests,
    hostPorts,
    images,
    priority: pod.spec.priority ?? 0,
    startedAt: pod.status.startTime ? Date.parse(pod.status.startTime) : undefined,
  };
}

/** Terms speak of their owner's namespace, and with label keys of its labels. */
function termsKey({ metadata, spec }: Pod): string {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return JSON.stringify([metadata.namespace, podAffinity, podAntiAffinity]);
}
