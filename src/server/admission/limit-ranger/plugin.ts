import { LimitRange, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { Container, LimitRangeItem } from "#api/core/v1.ts";
import { podLimits, podRequests } from "#machinery/pod-resources.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";
import { limitProblems } from "./constraints.ts";
import type { Amounts } from "./constraints.ts";

const annotation = "kubernetes.io/limit-ranger";

/** A namespace's limits: defaults for containers that say nothing, bounds for all. */
export function limitRanger({ client }: AdmissionEnvironment): AdmissionPlugin {
  const limitsOf = async (request: AdmissionRequest): Promise<LimitRangeItem[]> => {
    const { items } = await client.list(LimitRange, { namespace: request.namespace });
    return items.flatMap((range) => range.spec.limits);
  };
  return {
    name: "LimitRanger",
    async mutate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "pods")) return;
      const items = await limitsOf(request);
      for (const item of items) {
        if (item.type === "Container") setDefaults(objectAs(request, Pod), item);
      }
    },
    async validate(request) {
      const amounts = await measured(request);
      if (!amounts) return;
      const problems: string[] = [];
      for (const item of await limitsOf(request)) {
        for (const { type, requests, limits } of amounts) {
          if (type === item.type) problems.push(...limitProblems(item, requests, limits));
        }
      }
      if (problems.length === 0) return;
      const distinct = [...new Set(problems)];
      throw refusal(
        request,
        distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`,
      );
    },
  };
}

interface Measured {
  readonly type: "Container" | "Pod" | "PersistentVolumeClaim";
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What limits apply to: each container and the pod as a whole, or the claim. */
async function measured(request: AdmissionRequest): Promise<Measured[] | undefined> {
  const { operation } = request;
  if (operation !== "CREATE" && operation !== "UPDATE") return undefined;
  if (isAbout(request, "", "persistentvolumeclaims")) {
    const { requests = {}, limits = {} } =
      objectAs(request, PersistentVolumeClaim).spec.resources ?? {};
    return [{ type: "PersistentVolumeClaim", requests, limits }];
  }
  const isPod =
    (operation === "CREATE" && isAbout(request, "", "pods")) ||
    (operation === "UPDATE" && isAbout(request, "", "pods", "resize"));
  if (!isPod) return undefined;
  const { spec } = objectAs(request, Pod);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return [
    ...containers.map(({ resources: { requests = {}, limits = {} } }) => ({
      type: "Container" as const,
      requests,
      limits,
    })),
    { type: "Pod", requests: podRequests(spec), limits: podLimits(spec) },
  ];
}

function setDefaults(pod: Pod, item: LimitRangeItem): void {
  const texts: string[] = [];
  const apply = (container: Container, word: string) => {
    const requests = missing(container.resources?.requests, requestDefaults(container, item));
    const limits = missing(container.resources?.limits, item.default);
    if (requests.length + limits.length === 0) return;
    container.resources = {
      ...container.resources,
      ...(requests.length > 0 && {
        requests: { ...container.resources?.requests, ...Object.fromEntries(requests) },
      }),
      ...(limits.length > 0 && {
        limits: { ...container.resources?.limits, ...Object.fromEntries(limits) },
      }),
    };
    const names = (entries: readonly [string, string][]) =>
      entries
        .map(([name]) => name)
        .sort()
        .join(", ");
    if (requests.length) texts.push(`${names(requests)} request for ${word} ${container.name}`);
    if (limits.length) texts.push(`${names(limits)} limit for ${word} ${container.name}`);
  };
  for (const container of pod.spec.containers) apply(container, "container");
  for (const container of pod.spec.initContainers ?? []) apply(container, "init container");
  if (texts.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${texts.join("; ")}`,
  };
}

/** A container's own limit is what it asks for, rather than the default. */
function requestDefaults(container: Container, item: LimitRangeItem): Amounts {
  const limits = container.resources?.limits ?? {};
  return Object.fromEntries(
    Object.entries(item.defaultRequest ?? {}).filter(([name]) => limits[name] === undefined),
  );
}

function missing(own: Amounts = {}, defaults: Amounts = {}): [string, string][] {
  return Object.entries(defaults).filter(([name]) => own[name] === undefined);
}
