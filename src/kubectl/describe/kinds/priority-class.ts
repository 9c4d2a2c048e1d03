import { PriorityClass } from "#api/scheduling/v1.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatLabels } from "../metadata.ts";

export const priorityClass = describerFor(PriorityClass, async (object, context) => {
  const { writer } = context;
  writer.field(0, "Name", object.metadata.name);
  writer.field(0, "Value", object.value ?? 0);
  writer.field(0, "GlobalDefault", object.globalDefault ?? false);
  writer.field(0, "PreemptionPolicy", object.preemptionPolicy);
  writer.field(0, "Description", object.description ?? "");
  writer.field(0, "Annotations", formatLabels(object.metadata.annotations));
  await writeEvents(object, context);
});
