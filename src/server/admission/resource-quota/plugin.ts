import { ResourceQuota } from "#api/core/v1.ts";
import type { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { DeviceClass } from "#api/resource/v1.ts";
import { isConflict } from "#client/client.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { attributesClassesOf, isInScope, isTerminating } from "#machinery/quota/scopes.ts";
import { increase, isMeasured, unspecified, usageOf } from "#machinery/quota/usage.ts";
import type { Usage } from "#machinery/quota/usage.ts";
import { addQuantities, compareQuantities } from "#schema/quantity.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { listServed } from "../matching/served.ts";
import { refusal } from "../refusal.ts";

const attemptsMax = 10;

/**
 * Counts what is made against the namespace's quotas before it is made, so that two requests at
 * once cannot share the last of a resource. Giving back is the quota controller's work. Runs last:
 * what is refused after it would be counted for nothing.
 */
export function resourceQuota({ client, clock }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "ResourceQuota",
    async validate(request) {
      if (!request.namespace || !isCounted(request)) return;
      const { resourceGroup: group, resource, object, oldObject, namespace } = request;
      // Most namespaces have none.
      let quotas = await listServed(client, ResourceQuota, { namespace });
      if (quotas.length === 0) return;
      const surroundings = {
        now: clock.now(),
        ...(resource === "resourceclaims" && {
          deviceClasses: await listServed(client, DeviceClass),
        }),
      };
      const usage = usageOf(group, resource, object, surroundings);
      const delta = oldObject
        ? increase(usage, usageOf(group, resource, oldObject, surroundings))
        : usage;
      const done = new Set<string>();
      for (let attempt = 1; ; attempt++) {
        const updates = quotas
          .filter(({ metadata }) => !done.has(metadata.uid))
          .map((quota) => charged(quota, request, { usage, delta }))
          .filter((quota) => quota !== undefined);
        if (request.dryRun) return;
        try {
          // One after the other: what was counted before a conflict is not counted twice.
          for (const quota of updates) {
            await client.update(ResourceQuota, quota, { subresource: "status" });
            done.add(quota.metadata.uid);
          }
          return;
        } catch (error) {
          if (!isConflict(error) || attempt >= attemptsMax) throw error;
        }
        quotas = await listServed(client, ResourceQuota, { namespace });
      }
    },
  };
}

/** Changes count where they may take more: of pods, claims and services. */
function isCounted(request: AdmissionRequest): boolean {
  const { operation, resourceGroup: group, resource, subresource, object, oldObject } = request;
  if (!object || resource === "events") return false;
  if (operation === "CREATE") return subresource === "";
  if (operation !== "UPDATE" || group !== "") return false;
  switch (resource) {
    case "pods":
      if (subresource === "resize") return true;
      return (
        subresource === "" &&
        isTerminating(object as unknown as Pod) !== isTerminating(oldObject as unknown as Pod)
      );
    case "persistentvolumeclaims":
      return subresource === "" || (subresource === "status" && hasNewAllocation(request));
    case "services":
      return subresource === "";
    default:
      return false;
  }
}

function hasNewAllocation({ object, oldObject }: AdmissionRequest): boolean {
  const facts = (claim: PersistentVolumeClaim) => [
    claim.status.allocatedResources?.["storage"],
    attributesClassesOf(claim),
  ];
  const [claim, old] = [object, oldObject] as unknown as PersistentVolumeClaim[];
  return claim !== undefined && old !== undefined && !deepEqual(facts(claim), facts(old));
}

interface Charge {
  readonly usage: Usage;
  /** What an update takes beyond what the object has already. */
  readonly delta: Usage;
}

/** The quota with the charge on it; undefined when it is not concerned. Throws when exceeded. */
function charged(
  quota: ResourceQuota,
  request: AdmissionRequest,
  { usage, delta }: Charge,
): ResourceQuota | undefined {
  const { resourceGroup: group, resource, object, oldObject } = request;
  const { hard = {}, used = {} } = quota.status;
  const bounded = Object.keys(hard).filter((name) => isMeasured(group, resource, name));
  if (bounded.length === 0 || !isInScope(quota, group, resource, object)) return undefined;
  const { name } = quota.metadata;
  if (group === "" && resource === "pods") {
    const problem = unspecified((object as unknown as Pod).spec, bounded);
    if (problem) throw refusal(request, `failed quota: ${name}: ${problem}`);
  }
  if (bounded.some((each) => used[each] === undefined)) {
    const list = bounded.sort().join(",");
    throw refusal(request, `status unknown for quota: ${name}, resources: ${list}`);
  }
  const wasCounted = oldObject !== undefined && isInScope(quota, group, resource, oldObject);
  const requested = nonZero(wasCounted ? delta : usage);
  const concerned = Object.keys(requested)
    .filter((each) => hard[each] !== undefined)
    .sort();
  if (concerned.length === 0) return undefined;

  const total = (each: string) => addQuantities(used[each] ?? "0", requested[each] ?? "0");
  const exceeded = concerned.filter(
    (each) => compareQuantities(total(each), hard[each] ?? "0") > 0,
  );
  // What a controller reports has happened already.
  if (exceeded.length > 0 && request.subresource !== "status") {
    const show = (amounts: Usage) =>
      exceeded.map((each) => `${each}=${amounts[each] ?? "0"}`).join(",");
    throw refusal(
      request,
      `exceeded quota: ${name}, requested: ${show(requested)}, used: ${show(used)}, ` +
        `limited: ${show(hard)}`,
    );
  }
  const sums = Object.fromEntries(concerned.map((each) => [each, total(each)]));
  return { ...quota, status: { ...quota.status, used: { ...used, ...sums } } };
}

function nonZero(usage: Usage): Usage {
  return Object.fromEntries(
    Object.entries(usage).filter(([, amount]) => compareQuantities(amount, "0") !== 0),
  );
}
