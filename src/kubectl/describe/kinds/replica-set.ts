import { ReplicaSet } from "#api/apps/v1.ts";
import { StatusError } from "#client/client.ts";
import { writeConditionsWithReason } from "../conditions.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeController, writeLabelsAndAnnotations, writeName } from "../metadata.ts";
import { selectorText, writePodTemplate } from "../pod-template.ts";
import { podStatusesOf } from "../pods-of.ts";

export const replicaSet = describerFor(ReplicaSet, async (object, context) => {
  const { writer } = context;
  const { metadata, spec, status } = object;
  const statuses = await podStatusesOf(object, spec.selector, context).catch((error: unknown) => {
    if (!(error instanceof StatusError)) throw error;
    return `error in fetching pods: ${error.message}`;
  });
  writeName(writer, metadata);
  writer.field(0, "Selector", selectorText(spec.selector));
  writeLabelsAndAnnotations(writer, metadata);
  writeController(writer, object);
  writer.field(0, "Replicas", `${status?.replicas ?? 0} current / ${spec.replicas} desired`);
  writer.field(0, "Pods Status", statuses);
  writePodTemplate(writer, spec.template ?? {});
  writeConditionsWithReason(writer, status?.conditions);
  await writeEvents(object, context);
});
