import { RuntimeClass } from "#api/node/v1.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import { isDnsLabel } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { nonNegativeQuantity } from "../common/quantity.ts";
import { by, immutable, validateLabels } from "../common/validation.ts";
import { validateTolerations } from "../core/pods/validation-scheduling.ts";
import { defineResource } from "../define.ts";

export const runtimeClasses: ResourceDefinition = defineResource<RuntimeClass>({
  type: RuntimeClass,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  columns: [nameColumn(), column("Handler", ({ handler }) => handler), ageColumn()],
  validate: ({ handler, overhead, scheduling }) => [
    ...(handler ? by("handler", handler, isDnsLabel) : [requiredValue("handler")]),
    ...Object.entries(overhead?.podFixed ?? {}).flatMap(([name, amount]) =>
      nonNegativeQuantity(`overhead.limits[${name}]`, amount),
    ),
    ...validateLabels(scheduling?.nodeSelector, "scheduling.nodeSelector"),
    ...validateTolerations(scheduling?.tolerations ?? [], "scheduling.tolerations"),
  ],
  validateUpdate: ({ handler }, old) => immutable("handler", handler, old.handler),
});
