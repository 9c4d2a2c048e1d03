import type { Condition } from "#api/meta/v1.ts";
import type { Eviction, PodDisruptionBudget } from "#api/policy/v1.ts";
import { Eviction as EvictionType, PodDisruptionBudget as BudgetType } from "#api/policy/v1.ts";
import { Pod } from "#api/core/v1.ts";
import type { DeleteOptions } from "#client/client.ts";
import {
  badRequest,
  disruptionBudgetBlocks,
  forbidden,
  internalError,
  success,
} from "#machinery/status.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { objectAnswer } from "../../common/answers.ts";
import { isDryRun } from "../../common/dry-run.ts";
import { selectorMatches } from "../../common/selector.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** Evictions not yet confirmed by the controller that a budget can remember. */
const disruptedPodsMax = 2000;
const budgetMessage = "Cannot evict pod as it would violate the pod's disruption budget.";

/** `pods/x/eviction`: a delete that asks the pod's disruption budget first. */
export function evictionSubresource(dependencies: ResourceDependencies): Subresource {
  return {
    kind: { group: "policy", version: "v1", kind: "Eviction" },
    verbs: ["create"],
    async handle(context) {
      const eviction = await dependencies.bodies.read(context, EvictionType);
      const { namespace, name } = context.info;
      if (eviction.metadata.name && eviction.metadata.name !== name) {
        throw badRequest("name in URL does not match name in Eviction object");
      }
      const dryRun = isDryRun(context) || (eviction.deleteOptions?.dryRun ?? []).includes("All");
      const pod = await dependencies.objects.get(Pod, { namespace, name });
      if (!budgetIsIrrelevant(pod)) await askBudget(dependencies, pod, dryRun);
      await evict(dependencies, pod, eviction, dryRun);
      return objectAnswer(201, success());
    },
  };
}

/** A pod that does not serve, or goes already, costs a budget nothing. */
function budgetIsIrrelevant({ metadata, status }: Pod): boolean {
  const serves = status.phase === "Running" || status.phase === "Unknown";
  return metadata.deletionTimestamp !== undefined || !serves;
}

async function askBudget(
  dependencies: ResourceDependencies,
  pod: Pod,
  dryRun: boolean,
): Promise<void> {
  const namespace = pod.metadata.namespace;
  const { items } = await dependencies.client.list(BudgetType, { namespace });
  const budgets = items.filter(
    ({ spec }) => spec.selector && selectorMatches(spec.selector, pod.metadata.labels ?? {}),
  );
  if (budgets.length > 1) {
    throw internalError(
      "This pod has more than one PodDisruptionBudget, " +
        "which the eviction subresource does not support.",
    );
  }
  const [budget] = budgets;
  if (!budget || mayGoUnhealthy(budget, pod)) return;
  const now = new Date(dependencies.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const reference = { namespace, name: budget.metadata.name };
  const take = (current: PodDisruptionBudget) => takeDisruption(current, pod.metadata.name, now);
  await dependencies.objects.update(BudgetType, reference, take, { dryRun });
}

/** A pod that is not ready holds up no budget that is met, or says that it never does. */
function mayGoUnhealthy({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const ready = pod.status.conditions?.some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
  if (ready) return false;
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const desired = status.desiredHealthy ?? 0;
  return desired > 0 && (status.currentHealthy ?? 0) >= desired;
}

/** Counts one disruption off the budget, or refuses. */
function takeDisruption(
  budget: Readonly<PodDisruptionBudget>,
  podName: string,
  now: string,
): PodDisruptionBudget {
  const { metadata, status } = budget;
  const resource = { group: "policy", resource: "poddisruptionbudgets" };
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw disruptionBudgetBlocks(
      budgetMessage,
      `The disruption budget ${metadata.name} is still being processed by the server.`,
    );
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed < 0) {
    throw forbidden(resource, metadata.name, "pdb disruptions allowed is negative");
  }
  if (Object.keys(status.disruptedPods ?? {}).length > disruptedPodsMax) {
    throw forbidden(
      resource,
      metadata.name,
      "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
    );
  }
  if (allowed === 0) {
    throw disruptionBudgetBlocks(
      budgetMessage,
      `The disruption budget ${metadata.name} needs ${status.desiredHealthy ?? 0} healthy pods ` +
        `and has ${status.currentHealthy ?? 0} currently`,
    );
  }
  const left = {
    ...status,
    disruptionsAllowed: allowed - 1,
    disruptedPods: { ...status.disruptedPods, [podName]: now },
  };
  if (allowed === 1) left.conditions = withoutRoom(budget, now);
  return { ...budget, status: left };
}

function withoutRoom({ metadata, status }: PodDisruptionBudget, now: string): Condition[] {
  const others = (status.conditions ?? []).filter(({ type }) => type !== "DisruptionAllowed");
  return [
    ...others,
    {
      type: "DisruptionAllowed",
      status: "False",
      reason: "InsufficientPods",
      message: "",
      lastTransitionTime: now,
      observedGeneration: metadata.generation ?? 0,
    },
  ];
}

async function evict(
  dependencies: ResourceDependencies,
  pod: Pod,
  eviction: Eviction,
  dryRun: boolean,
): Promise<void> {
  const { namespace, name } = pod.metadata;
  const now = new Date(dependencies.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  await dependencies.objects.update(
    Pod,
    { namespace, name },
    (current) => {
      const { metadata, status } = current;
      const others = (status.conditions ?? []).filter(({ type }) => type !== "DisruptionTarget");
      const target = {
        type: "DisruptionTarget",
        status: "True" as const,
        reason: "EvictionByEvictionAPI",
        message: "Eviction API: evicting",
        lastTransitionTime: now,
        observedGeneration: metadata.generation ?? 1,
      };
      return { ...current, status: { ...status, conditions: [...others, target] } };
    },
    { dryRun },
  );
  await dependencies.client.delete(Pod, { namespace, name }, deleteOptions(eviction, dryRun));
}

function deleteOptions({ deleteOptions: given }: Eviction, dryRun: boolean): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = given ?? {};
  const policy = propagationPolicy as DeleteOptions["propagationPolicy"];
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(policy !== undefined && { propagationPolicy: policy }),
    // Its resourceVersion was met when the pod was read; the mark above has changed it since.
    ...(preconditions?.uid !== undefined && { preconditions: { uid: preconditions.uid } }),
    dryRun,
  };
}
