import { Pod } from "#api/core/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { StatusError } from "#machinery/status.ts";
import type { ReconcileContext } from "#component/context.ts";
import { podFromTemplate } from "../common/pods.ts";
import { slowStart } from "../common/slow-start.ts";
import type { Plan, ReplicaKeeper } from "./plan.ts";

/** Creates or deletes pods as planned, and says so in events. */
export async function act<T extends ApiObject>(
  plan: Plan,
  owner: T,
  keeper: ReplicaKeeper,
  context: ReconcileContext<T>,
): Promise<void> {
  switch (plan.kind) {
    case "none":
      return;
    case "create":
      return slowStart(plan.count, () => createPod(owner, keeper, context));
    case "delete": {
      const results = await Promise.allSettled(plan.pods.map((pod) => deletePod(pod, context)));
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      return;
    }
    default:
      plan satisfies never;
  }
}

async function createPod<T extends ApiObject>(
  owner: T,
  keeper: ReplicaKeeper,
  context: ReconcileContext<T>,
): Promise<void> {
  let pod: Pod;
  try {
    pod = await context.create(Pod, podFromTemplate(keeper.template, owner.metadata.name));
  } catch (error) {
    // A namespace on its way out takes no more pods, and needs none.
    if (isNamespaceTerminating(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    context.event("Warning", "FailedCreate", `Error creating: ${message}`);
    throw error;
  }
  context.event("Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
}

async function deletePod<T extends ApiObject>(
  pod: Pod,
  context: ReconcileContext<T>,
): Promise<void> {
  try {
    await context.delete(Pod, pod);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.event("Warning", "FailedDelete", `Error deleting: ${message}`);
    throw error;
  }
  context.event("Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
}

export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    (error.status.details?.causes ?? []).some(({ reason }) => reason === "NamespaceTerminating")
  );
}
