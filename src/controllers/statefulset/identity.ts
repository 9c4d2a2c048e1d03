import type { StatefulSet } from "#api/apps/v1.ts";
import type { Pod, PodTemplateSpec } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { podFromTemplate } from "../common/pods.ts";
import { revisionLabel } from "../common/revisions.ts";
import { claimName } from "./claims.ts";

const podNameLabel = "statefulset.kubernetes.io/pod-name";
const podIndexLabel = "apps.kubernetes.io/pod-index";

/** A version of the pods: a revision's name, and its template. */
export interface Version {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

export function podName({ metadata }: StatefulSet, ordinal: number): string {
  return `${metadata.name}-${ordinal}`;
}

/** The number at the end of the pod's name; undefined where there is none. */
export function ordinalOf(pod: { metadata: { name: string } }): number | undefined {
  const digits = /-(0|[1-9]\d*)$/.exec(pod.metadata.name)?.[1];
  const ordinal = Number(digits);
  return ordinal <= 0x7fffffff ? ordinal : undefined;
}

/** The StatefulSet that a pod of this name would be of. */
export function setNameOf(podName: string): string | undefined {
  return /^(.*)-\d+$/.exec(podName)?.[1];
}

/** Labels are not enough: a pod of another name has no place in the set. */
export function isMember(set: StatefulSet, pod: Pod): boolean {
  return setNameOf(pod.metadata.name) === set.metadata.name;
}

export const firstOrdinal = ({ spec }: StatefulSet) => spec.ordinals?.start ?? 0;

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const first = firstOrdinal(set);
  return ordinal >= first && ordinal < first + set.spec.replicas;
}

export function versionOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[revisionLabel];
}

/** A pod to be made, under the name that is its for good. */
export type NewPod = Draft<Pod> & { readonly metadata: { readonly name: string } };

export function newPod(set: StatefulSet, version: Version, ordinal: number): NewPod {
  const name = podName(set, ordinal);
  const pod = podFromTemplate(version.template, set.metadata.name);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: {
        ...pod.metadata?.labels,
        ...identityLabels(name, ordinal),
        [revisionLabel]: version.name,
      },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      volumes: withClaims(set, ordinal, version.template.spec?.volumes),
    },
  };
}

function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [podNameLabel]: name, [podIndexLabel]: String(ordinal) };
}

/** Whether the pod says who it is, and mounts what is its. */
export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  return pod.metadata.labels?.[podNameLabel] === pod.metadata.name && hasClaims(set, pod);
}

export function hasClaims({ metadata, spec }: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal === undefined) return false;
  return (spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = pod.spec.volumes?.find(({ name }) => name === template.metadata.name);
    const wanted = claimName(metadata.name, template, ordinal);
    return volume?.persistentVolumeClaim?.claimName === wanted;
  });
}

/** The pod with the identity that it lacks. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  if (ordinal === undefined) return pod;
  const { metadata, spec } = pod;
  const labels = { ...metadata.labels, ...identityLabels(metadata.name, ordinal) };
  const repaired: Pod = { ...pod, metadata: { ...metadata, labels } };
  if (hasClaims(set, pod)) return repaired;
  return { ...repaired, spec: { ...spec, volumes: withClaims(set, ordinal, spec.volumes) } };
}

type Volumes = NonNullable<Pod["spec"]["volumes"]>;

/** A claim takes the place of the template's volume of the same name. */
function withClaims(
  { metadata, spec }: StatefulSet,
  ordinal: number,
  volumes: Volumes | undefined = [],
): Volumes {
  const templates = spec.volumeClaimTemplates ?? [];
  const names = new Set(templates.map((template) => template.metadata.name));
  const claims = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(metadata.name, template, ordinal) },
  }));
  return [...claims, ...volumes.filter(({ name }) => !names.has(name))];
}
