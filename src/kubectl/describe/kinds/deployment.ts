import { Deployment } from "#api/apps/v1.ts";
import type { ReplicaSet } from "#api/apps/v1.ts";
import { StatusError } from "#client/client.ts";
import { selectorOf } from "#machinery/labels/label-selector.ts";
import { writeConditionsWithReason } from "../conditions.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import { replicaSetsOf } from "../replica-sets-of.ts";
import type { DescribeWriter } from "../writer.ts";

export const deployment = describerFor(Deployment, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  writeName(writer, metadata);
  writer.field(0, "CreationTimestamp", formatTime(metadata.creationTimestamp));
  writeLabelsAndAnnotations(writer, metadata);
  writer.field(0, "Selector", selectorOf(spec.selector).toString());
  writeReplicas(writer, object);
  writer.field(0, "StrategyType", spec.strategy.type);
  writer.field(0, "MinReadySeconds", spec.minReadySeconds ?? 0);
  const { rollingUpdate } = spec.strategy;
  if (rollingUpdate) {
    const { maxUnavailable = "<nil>", maxSurge = "<nil>" } = rollingUpdate;
    const text = `${maxUnavailable} max unavailable, ${maxSurge} max surge`;
    writer.field(0, "RollingUpdateStrategy", text);
  }
  writePodTemplate(writer, spec.template);
  writeConditionsWithReason(writer, status.conditions);
  const replicaSets = await replicaSetsOf(object, context).catch((error: unknown) => {
    // Whoever may not read replica sets still gets the rest.
    if (!(error instanceof StatusError)) throw error;
    return { current: undefined, old: [] };
  });
  const current = replicaSets.current ? [replicaSets.current] : [];
  if (replicaSets.old.length > 0 || current.length > 0) {
    writer.field(0, "OldReplicaSets", formatReplicaSets(replicaSets.old));
    writer.field(0, "NewReplicaSet", formatReplicaSets(current));
  }
  await writeEvents(object, context);
});

function writeReplicas(writer: DescribeWriter, { spec, status }: Deployment): void {
  const { updatedReplicas, replicas, availableReplicas, unavailableReplicas } = status;
  const counts = [
    `${spec.replicas} desired`,
    `${updatedReplicas ?? 0} updated`,
    `${replicas ?? 0} total`,
    `${availableReplicas ?? 0} available`,
    `${unavailableReplicas ?? 0} unavailable`,
  ];
  writer.field(0, "Replicas", counts.join(" | "));
}

function formatReplicaSets(replicaSets: readonly ReplicaSet[]): string {
  const texts = replicaSets.map(({ metadata, spec, status }) => {
    return `${metadata.name} (${status?.replicas ?? 0}/${spec.replicas} replicas created)`;
  });
  return texts.join(", ") || "<none>";
}
