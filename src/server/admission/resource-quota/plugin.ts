import { ResourceQuota } from "#api/core/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { isConflict } from "#client/client.ts";
import { addQuantities, compareQuantities } from "#schema/quantity.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { listServed } from "../matching/served.ts";
import { refusal } from "../refusal.ts";
import { isInScope } from "./scopes.ts";
import { increase, unspecified, usageOf } from "./usage.ts";
import type { Usage } from "./usage.ts";

const attemptsMax = 10;

/**
 * Counts what is made against the namespace's quotas before it is made, so that two requests at
 * once cannot share the last of a resource. Giving back is the quota controller's work. Runs last:
 * what is refused after it would be counted for nothing.
 */
export function resourceQuota({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "ResourceQuota",
    async validate(request) {
      const charge = chargeOf(request);
      if (!charge) return;
      for (let attempt = 1; ; attempt++) {
        const { namespace } = request;
        const quotas = await listServed(client, ResourceQuota, { namespace });
        const updates = quotas
          .map((quota) => charged(quota, request, charge))
          .filter((quota) => quota !== undefined);
        if (request.dryRun) return;
        try {
          // One after the other: what was counted before a conflict is not counted twice.
          for (const quota of updates) {
            await client.update(ResourceQuota, quota, { subresource: "status" });
            charge.done.add(quota.metadata.uid);
          }
          return;
        } catch (error) {
          if (!isConflict(error) || attempt >= attemptsMax) throw error;
        }
      }
    },
  };
}

interface Charge {
  readonly isPod: boolean;
  readonly usage: Usage;
  /** Quotas that have been charged already, by uid. */
  readonly done: Set<string>;
}

function chargeOf(request: AdmissionRequest): Charge | undefined {
  const { operation, namespace, resource, subresource, object, oldObject } = request;
  const group = request.resourceGroup;
  if (!namespace || !object) return undefined;
  if (operation !== "CREATE" && operation !== "UPDATE") return undefined;
  const isPod = resource === "pods" && group === "";
  if (subresource && !(isPod && subresource === "resize")) return undefined;
  if (resource === "events") return undefined;
  const after = usageOf(group, resource, object);
  const usage =
    operation === "CREATE" ? after : increase(after, usageOf(group, resource, oldObject));
  return Object.keys(usage).length > 0 ? { isPod, usage, done: new Set() } : undefined;
}

/** The quota with the charge on it; undefined when it is not concerned. Throws when exceeded. */
function charged(
  quota: ResourceQuota,
  request: AdmissionRequest,
  { isPod, usage, done }: Charge,
): ResourceQuota | undefined {
  if (done.has(quota.metadata.uid) || !isInScope(quota, isPod, request.object)) return undefined;
  const bounded = Object.keys(quota.spec.hard ?? {});
  const name = quota.metadata.name;
  if (isPod && request.operation === "CREATE") {
    const problem = unspecified((request.object as unknown as Pod).spec, bounded);
    if (problem) throw refusal(request, `failed quota: ${name}: ${problem}`);
  }
  const concerned = bounded.filter((resource) => usage[resource] !== undefined).sort();
  if (concerned.length === 0) return undefined;

  const { hard = {}, used = {} } = quota.status;
  const unknown = concerned.filter(
    (resource) => hard[resource] === undefined || used[resource] === undefined,
  );
  if (unknown.length > 0) {
    const list = unknown.join(",");
    throw refusal(request, `status unknown for quota: ${name}, resources: ${list}`);
  }
  const total = (resource: string) => addQuantities(used[resource] ?? "0", usage[resource] ?? "0");
  const exceeded = concerned.filter(
    (resource) => compareQuantities(total(resource), hard[resource] ?? "0") > 0,
  );
  if (exceeded.length > 0) {
    const show = (amounts: Usage) =>
      exceeded.map((resource) => `${resource}=${amounts[resource] ?? "0"}`).join(",");
    throw refusal(
      request,
      `exceeded quota: ${name}, requested: ${show(usage)}, used: ${show(used)}, ` +
        `limited: ${show(hard)}`,
    );
  }
  const sums = Object.fromEntries(concerned.map((resource) => [resource, total(resource)]));
  return { ...quota, status: { ...quota.status, used: { ...used, ...sums } } };
}
