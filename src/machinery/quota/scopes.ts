import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
} from "#api/core/v1.ts";
import { podQosClass } from "../pod-resources.ts";

/** Whether the quota is about this object: quotas with scopes are about some pods or claims only. */
export function isInScope(
  { spec }: ResourceQuota,
  group: string,
  resource: string,
  object: unknown,
): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  switch (group ? "" : resource) {
    case "pods":
      return requirements.every((requirement) => matches(object as Pod, requirement));
    case "persistentvolumeclaims":
      return requirements.every((requirement) =>
        matchesClaim(object as PersistentVolumeClaim, requirement),
      );
    default:
      return false;
  }
}

/** By any of the classes that the claim has, had or shall have. */
function matchesClaim(
  claim: PersistentVolumeClaim,
  requirement: ScopedResourceSelectorRequirement,
): boolean {
  if (requirement.scopeName !== "VolumeAttributesClass") return false;
  const names = attributesClassesOf(claim);
  if (names.length === 0) return matchesName("", requirement);
  return names.some((name) => matchesName(name, requirement));
}

export function attributesClassesOf({ spec, status }: PersistentVolumeClaim): readonly string[] {
  return [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name): name is string => name !== undefined && name !== "");
}

function matches(pod: Pod, requirement: ScopedResourceSelectorRequirement): boolean {
  switch (requirement.scopeName) {
    case "Terminating":
      return isTerminating(pod);
    case "NotTerminating":
      return !isTerminating(pod);
    case "BestEffort":
      return podQosClass(pod) === "BestEffort";
    case "NotBestEffort":
      return podQosClass(pod) !== "BestEffort";
    case "CrossNamespacePodAffinity":
      return reachesOtherNamespaces(pod);
    case "PriorityClass":
      return matchesName(pod.spec.priorityClassName ?? "", requirement);
    default:
      return false;
  }
}

function matchesName(
  name: string,
  { operator, values = [] }: ScopedResourceSelectorRequirement,
): boolean {
  switch (operator) {
    case "Exists":
      return name !== "";
    case "DoesNotExist":
      return name === "";
    case "In":
      return values.includes(name);
    case "NotIn":
      return !values.includes(name);
    default:
      return false;
  }
}

export function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  return [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].some((affinity) =>
    [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        ({ podAffinityTerm }) => podAffinityTerm,
      ),
    ].some((term) => Boolean(term.namespaces?.length) || term.namespaceSelector !== undefined),
  );
}
