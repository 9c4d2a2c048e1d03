import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import type { APIService, APIServiceSpec } from "#api/apiregistration/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { Draft } from "#schema/message.ts";
import { builtInPriority, otherPriority } from "../discovery/priorities.ts";

/** Says that the server keeps an APIService itself, and since when on. */
export const managedLabel = "kube-aggregator.kubernetes.io/automanaged";

/** Once when the server starts, for what is built in; all the time, for what may come and go. */
export type Management = "onstart" | "true";

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** The APIServices that stand for what this server answers itself, by name. */
export function localApiServices(
  builtIn: readonly GroupVersion[],
  definitions: readonly CustomResourceDefinition[],
): Map<string, Draft<APIService>> {
  const wanted = new Map<string, Draft<APIService>>();
  for (const { group, version } of builtIn) {
    // The group that APIServices are in themselves is not to be passed on to anybody.
    if (group === "apiregistration.k8s.io") continue;
    const priority = builtInPriority(group, version);
    if (priority) add(wanted, { group, version }, priority, "onstart");
  }
  for (const { spec } of definitions) {
    for (const { name: version, served } of spec.versions) {
      const { group } = spec;
      if (served) add(wanted, { group, version }, otherPriority, "true");
    }
  }
  return wanted;
}

function add(
  wanted: Map<string, Draft<APIService>>,
  { group, version }: GroupVersion,
  priority: { readonly group: number; readonly version: number },
  management: Management,
): void {
  const name = `${version}.${group}`;
  if (wanted.has(name)) return;
  wanted.set(name, {
    metadata: { name, labels: { [managedLabel]: management } },
    spec: {
      ...(group && { group }),
      version,
      groupPriorityMinimum: priority.group,
      versionPriority: priority.version,
    },
  });
}

/** What is to be done about one APIService. */
export type Registration = "leave" | "create" | "update" | "delete";

/**
 * What an administrator changed or deleted of the built-in ones stays so until the next start;
 * what stands for custom resources is put right again. APIServices without the label are never
 * touched.
 */
export function decideRegistration(
  wanted: Draft<APIService> | undefined,
  current: APIService | undefined,
  known: { readonly wasSynced: boolean; readonly wasThereAtStart: boolean },
): Registration {
  const wants = managementOf(wanted);
  if (!current) {
    return !wanted || (wants === "onstart" && known.wasSynced) ? "leave" : "create";
  }
  const has = managementOf(current);
  if (!has || (wants === "onstart" && known.wasSynced)) return "leave";
  if (has === "onstart" && (known.wasSynced || !known.wasThereAtStart)) return "leave";
  if (!wanted) return "delete";
  return isSame(wanted.spec, current.spec) ? "leave" : "update";
}

function managementOf(apiService: Draft<APIService> | undefined): Management | undefined {
  const label = apiService?.metadata?.labels?.[managedLabel];
  return label === "onstart" || label === "true" ? label : undefined;
}

function isSame(wanted: Draft<APIServiceSpec>, current: APIServiceSpec): boolean {
  const plain = (spec: object) =>
    Object.fromEntries(Object.entries(spec).filter(([, value]) => value));
  return deepEqual(plain(wanted), plain(current));
}
