import { APIService } from "#api/apiregistration/v1.ts";
import type { Clock } from "#base/clock.ts";
import { availableOf, localCondition, withCondition } from "../../../aggregation/conditions.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { completeApiService } from "./defaults.ts";
import { validateApiService } from "./validation.ts";

export const apiServices = ({ clock }: { readonly clock: Clock }) =>
  defineResource<APIService>({
    type: APIService,
    nameRule: "pathSegment",
    columns: [
      nameColumn(),
      {
        ...column<APIService>("Service", ({ spec }) =>
          spec.service ? `${spec.service.namespace}/${spec.service.name}` : "Local",
        ),
        description: "The reference to the service that hosts this API endpoint.",
      },
      {
        ...column<APIService>("Available", availability),
        description: "Whether this service is available.",
      },
      ageColumn(),
    ],
    hasGeneration: false,
    applyDefaults: completeApiService,
    prepareForCreate(apiService) {
      // What this server answers itself needs no check.
      apiService.status = apiService.spec.service
        ? {}
        : { conditions: withCondition(undefined, localCondition, clock.now()) };
    },
    prepareForUpdate(apiService, old) {
      apiService.status = old.status;
    },
    validate: validateApiService,
    status: {},
    allowUnconditionalUpdate: false,
  });

function availability({ status }: APIService): string {
  const condition = availableOf(status.conditions);
  if (!condition) return "Unknown";
  const { reason } = condition;
  return condition.status !== "True" && reason
    ? `${condition.status} (${reason})`
    : condition.status;
}
