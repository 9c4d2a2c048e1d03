import { ReplicationController } from "#api/core/v1.ts";
import { writeConditionsWithReason } from "../conditions.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatLabels, writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { writePodTemplate } from "../pod-template.ts";
import { podStatusesOf } from "../pods-of.ts";

export const replicationController = describerFor(
  ReplicationController,
  async (object, context) => {
    const { writer } = context;
    const { metadata, spec, status } = object;
    const statuses = await podStatusesOf(object, { matchLabels: spec.selector ?? {} }, context);
    writeName(writer, metadata);
    writer.field(0, "Selector", formatLabels(spec.selector));
    writeLabelsAndAnnotations(writer, metadata);
    writer.field(0, "Replicas", `${status?.replicas ?? 0} current / ${spec.replicas} desired`);
    writer.field(0, "Pods Status", statuses);
    writePodTemplate(writer, spec.template);
    writeConditionsWithReason(writer, status?.conditions);
    await writeEvents(object, context);
  },
);
