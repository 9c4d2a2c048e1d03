/** Where a version of a group stands among others: the highest comes first. */
export interface VersionPriority {
  readonly group: number;
  readonly version: number;
}

/** Of groups that are not built in, and of their versions. */
export const otherPriority: VersionPriority = { group: 1000, version: 100 };

/** By how much the group counts, and each of its versions. */
const builtIn: Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>> = {
  "": [18_000, { v1: 1 }],
  // Always first of the named groups; it stands for no APIService of its own.
  "apiregistration.k8s.io": [20_001, { v1: 15 }],
  apps: [17_800, { v1: 15 }],
  "events.k8s.io": [17_750, { v1: 15, v1beta1: 5 }],
  "authentication.k8s.io": [17_700, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  "authorization.k8s.io": [17_600, { v1: 15 }],
  autoscaling: [17_500, { v2: 30, v1: 15 }],
  batch: [17_400, { v1: 15, v1beta1: 9 }],
  "certificates.k8s.io": [17_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  "networking.k8s.io": [17_200, { v1: 15, v1beta1: 9 }],
  policy: [17_100, { v1: 15, v1beta1: 9 }],
  "rbac.authorization.k8s.io": [17_000, { v1: 15 }],
  "storage.k8s.io": [16_800, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  "admissionregistration.k8s.io": [16_700, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  "apiextensions.k8s.io": [16_700, { v1: 15 }],
  "scheduling.k8s.io": [16_600, { v1: 15, v1alpha2: 2 }],
  "coordination.k8s.io": [16_500, { v1: 15, v1beta1: 13, v1alpha2: 12 }],
  "node.k8s.io": [16_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  "discovery.k8s.io": [16_200, { v1: 15, v1beta1: 12 }],
  "resource.k8s.io": [16_200, { v1: 21, v1beta2: 15, v1beta1: 9, v1alpha3: 1 }],
  "flowcontrol.apiserver.k8s.io": [16_100, { v1: 21, v1beta3: 18, v1beta2: 15, v1beta1: 12 }],
  "internal.apiserver.k8s.io": [16_000, { v1alpha1: 9 }],
  "storagemigration.k8s.io": [15_800, { v1beta1: 9 }],
};

/** Undefined for what is not built in. */
export function builtInPriority(group: string, version: string): VersionPriority | undefined {
  const [groupPriority, versions] = builtIn[group] ?? [];
  const versionPriority = versions?.[version];
  if (groupPriority === undefined || versionPriority === undefined) return undefined;
  return { group: groupPriority, version: versionPriority };
}

/** A version that is not in the list counts like one that somebody added. */
export function priorityOf(group: string, version: string): VersionPriority {
  const known = builtInPriority(group, version);
  return known ?? { ...otherPriority, group: builtIn[group]?.[0] ?? otherPriority.group };
}
