import { ControllerRevision } from "#api/apps/v1.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { immutable, nonNegative } from "../common/validation.ts";
import { defineResource } from "../define.ts";

export const controllerRevisions: ResourceDefinition = defineResource<ControllerRevision>({
  type: ControllerRevision,
  requiredMayBeEmpty: true,
  columns: [
    nameColumn(),
    column("Controller", ({ metadata }) => {
      const owner = metadata.ownerReferences?.find((reference) => reference.controller);
      if (!owner) return "<none>";
      const [group] = owner.apiVersion.includes("/") ? owner.apiVersion.split("/") : [""];
      const kind = owner.kind.toLowerCase();
      return `${group ? `${kind}.${group}` : kind}/${owner.name}`;
    }),
    column("Revision", ({ revision }) => revision),
    ageColumn(),
  ],
  validate: ({ data, revision }) => [
    ...(data === undefined ? [requiredValue("data", "data is mandatory")] : []),
    ...nonNegative("revision", revision),
  ],
  validateUpdate: ({ data }, old) => immutable("data", data, old.data),
});
