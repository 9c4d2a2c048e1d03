import { PriorityClass } from "#api/scheduling/v1.ts";
import type { Client } from "#client/client.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { Draft } from "#schema/message.ts";

const systemClass = (name: string, value: number, description: string): Draft<PriorityClass> => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name },
  value,
  description,
  preemptionPolicy: "PreemptLowerPriority",
});

/** The classes that every cluster has; above all that users may define. */
export const systemPriorityClasses: readonly Draft<PriorityClass>[] = [
  systemClass(
    "system-node-critical",
    2_000_001_000,
    "Used for system critical pods that must not be moved from their current node.",
  ),
  systemClass(
    "system-cluster-critical",
    2_000_000_000,
    "Used for system critical pods that must run in the cluster, but can be moved to another " +
      "node if necessary.",
  ),
];

/** Makes those that are missing. */
export async function createSystemPriorityClasses(client: Client): Promise<void> {
  await Promise.all(
    systemPriorityClasses.map(async (draft) => {
      try {
        await client.create<PriorityClass>(PriorityClass, structuredClone(draft));
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
    }),
  );
}
