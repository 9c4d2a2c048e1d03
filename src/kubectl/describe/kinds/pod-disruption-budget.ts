import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeName } from "../metadata.ts";
import { selectorText } from "../pod-template.ts";

export const podDisruptionBudget = describerFor(PodDisruptionBudget, async (object, context) => {
  const { writer } = context;
  const { minAvailable, maxUnavailable, selector } = object.spec;
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods } = object.status;
  writeName(writer, object.metadata);
  if (minAvailable !== undefined) writer.field(0, "Min available", minAvailable);
  else if (maxUnavailable !== undefined) writer.field(0, "Max unavailable", maxUnavailable);
  writer.field(0, "Selector", selector ? selectorText(selector) : "<unset>");
  writer.row(0, "Status:");
  writer.field(2, "Allowed disruptions", disruptionsAllowed ?? 0);
  writer.field(2, "Current", currentHealthy ?? 0);
  writer.field(2, "Desired", desiredHealthy ?? 0);
  writer.field(2, "Total", expectedPods ?? 0);
  await writeEvents(object, context);
});
