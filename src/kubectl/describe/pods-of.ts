import { Pod } from "#api/core/v1.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import { controllerOf } from "#client/object.ts";
import type { ApiObject } from "#client/object.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { listAll } from "./context.ts";
import type { DescribeContext } from "./context.ts";

/** How a controller's pods are doing, in one line. */
export async function podStatusesOf(
  owner: ApiObject,
  selector: LabelSelector | undefined,
  context: DescribeContext,
): Promise<string> {
  const pods = await listAll(context, Pod, {
    namespace: owner.metadata.namespace,
    labelSelector: selectorOf(selector).toString(),
  });
  const own = pods.filter((pod) => controllerOf(pod)?.uid === owner.metadata.uid);
  const count = (phase: string) => own.filter((pod) => pod.status.phase === phase).length;
  return (
    `${count("Running")} Running / ${count("Pending")} Waiting / ` +
    `${count("Succeeded")} Succeeded / ${count("Failed")} Failed`
  );
}
