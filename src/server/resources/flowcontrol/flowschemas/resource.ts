import { FlowSchema } from "#api/flowcontrol/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateFlowSchema, validateFlowSchemaStatus } from "./validation.ts";

const defaultPrecedence = 1000;

/** Says which requests belong together, and to which level of priority. */
export const flowSchemas: ResourceDefinition = defineResource<FlowSchema>({
  type: FlowSchema,
  requiredMayBeEmpty: true,
  columns: [
    nameColumn(),
    column("PriorityLevel", ({ spec }) => spec.priorityLevelConfiguration.name),
    column("MatchingPrecedence", ({ spec }) => spec.matchingPrecedence ?? 0),
    column("DistinguisherMethod", ({ spec }) => spec.distinguisherMethod?.type ?? "<none>"),
    ageColumn(),
    column("MissingPL", ({ status }) => {
      const dangling = status.conditions?.find(({ type }) => type === "Dangling");
      return dangling?.status ?? "?";
    }),
  ],
  applyDefaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= defaultPrecedence;
  },
  prepareForCreate(flowSchema) {
    flowSchema.status = {};
  },
  prepareForUpdate(flowSchema, old) {
    flowSchema.status = old.status;
  },
  validate: validateFlowSchema,
  status: { validateUpdate: validateFlowSchemaStatus },
});
