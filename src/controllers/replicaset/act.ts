import type { ApiObject } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { createPod, deletePod } from "../common/pod-control.ts";
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
      return slowStart(plan.count, () =>
        createPod(podFromTemplate(keeper.template, owner.metadata.name), context),
      );
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
