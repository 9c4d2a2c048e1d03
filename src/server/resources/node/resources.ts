import { RuntimeClass } from "#api/node/v1.ts";
import { isDnsLabel } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { by, immutable } from "../common/validation.ts";
import { defineResource } from "../define.ts";

export const runtimeClasses: ResourceDefinition = defineResource<RuntimeClass>({
  type: RuntimeClass,
  columns: [nameColumn(), column("Handler", ({ handler }) => handler), ageColumn()],
  validate: ({ handler }) => by("handler", handler, isDnsLabel),
  validateUpdate: ({ handler }, old) => immutable("handler", handler, old.handler),
});
