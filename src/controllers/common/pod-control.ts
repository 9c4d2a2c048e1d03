import { Pod } from "#api/core/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { StatusError } from "#machinery/status.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Draft } from "#schema/message.ts";

/** Creates a pod of the object of this pass, and says so in an event. */
export async function createPod<T extends ApiObject>(
  draft: Draft<Pod>,
  context: ReconcileContext<T>,
): Promise<void> {
  let pod: Pod;
  try {
    pod = await context.create(Pod, draft);
  } catch (error) {
    // A namespace on its way out takes no more pods, and needs none.
    if (isNamespaceTerminating(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    context.event("Warning", "FailedCreate", `Error creating: ${message}`);
    throw error;
  }
  context.event("Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
}

/** Deletes a pod of the object of this pass, and says so in an event. */
export async function deletePod<T extends ApiObject>(
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
