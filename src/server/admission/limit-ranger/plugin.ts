import { LimitRange, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { Container } from "#api/core/v1.ts";
import { podLimits, podRequests } from "#machinery/pod-resources.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, metadataOf, objectAs, refusal } from "../refusal.ts";
import { limitProblems } from "./constraints.ts";
import type { Amounts } from "./constraints.ts";

const annotation = "kubernetes.io/limit-ranger";

/** A namespace's limits: defaults for containers that say nothing, bounds for all. */
export function limitRanger({ client }: AdmissionEnvironment): AdmissionPlugin {
  const rangesOf = async ({ namespace }: AdmissionRequest): Promise<readonly LimitRange[]> =>
    (await client.list(LimitRange, { namespace })).items;
  return {
    name: "LimitRanger",
    async mutate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "pods")) return;
      for (const range of await rangesOf(request)) setDefaults(objectAs(request, Pod), range);
    },
    async validate(request) {
      // Whatever ends may still be changed: its finalizers must go.
      if (metadataOf(request.oldObject).deletionTimestamp) return;
      if (!isMeasured(request)) return;
      const ranges = await rangesOf(request);
      if (ranges.length === 0) return;
      const amounts = measured(request);
      for (const range of ranges) {
        const problems = new Set(
          range.spec.limits.flatMap((item) =>
            amounts
              .filter(({ type }) => type === item.type)
              .flatMap(({ requests, limits }) => limitProblems(item, requests, limits)),
          ),
        );
        const [first, ...others] = problems;
        if (first === undefined) continue;
        throw refusal(request, others.length === 0 ? first : `[${[...problems].join(", ")}]`);
      }
    },
  };
}

interface Measured {
  readonly type: "Container" | "Pod" | "PersistentVolumeClaim";
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** Limits apply to new pods, to pods that are resized, and to claims. */
function isMeasured(request: AdmissionRequest): boolean {
  const { operation } = request;
  if (operation !== "CREATE" && operation !== "UPDATE") return false;
  if (isAbout(request, "", "persistentvolumeclaims")) return true;
  return operation === "CREATE"
    ? isAbout(request, "", "pods")
    : isAbout(request, "", "pods", "resize");
}

/** What they apply to: each container and the pod as a whole, or the claim. */
function measured(request: AdmissionRequest): Measured[] {
  if (isAbout(request, "", "persistentvolumeclaims")) {
    const { requests = {}, limits = {} } =
      objectAs(request, PersistentVolumeClaim).spec.resources ?? {};
    return [{ type: "PersistentVolumeClaim", requests, limits }];
  }
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

/** What containers get that say nothing; of several items, the last one counts. */
function defaultsIn({ spec }: LimitRange): { requests: Amounts; limits: Amounts } {
  const items = spec.limits.filter(({ type }) => type === "Container");
  return {
    requests: Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)),
    limits: Object.assign({}, ...items.map((item) => item.default)),
  };
}

function setDefaults(pod: Pod, range: LimitRange): void {
  const defaults = defaultsIn(range);
  const texts: string[] = [];
  const apply = (container: Container, word: string) => {
    const requests = missing(
      container.resources?.requests,
      requestDefaults(container, defaults.requests),
    );
    const limits = missing(container.resources?.limits, defaults.limits);
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
function requestDefaults(container: Container, defaults: Amounts): Amounts {
  const limits = container.resources?.limits ?? {};
  return Object.fromEntries(
    Object.entries(defaults).filter(([name]) => limits[name] === undefined),
  );
}

function missing(own: Amounts = {}, defaults: Amounts = {}): [string, string][] {
  return Object.entries(defaults).filter(([name]) => own[name] === undefined);
}
