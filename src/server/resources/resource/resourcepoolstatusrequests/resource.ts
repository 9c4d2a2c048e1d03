import { ResourcePoolStatusRequest } from "#api/resource/v1alpha3.ts";
import type { Column, ResourceDefinition } from "../../../registry/resource.ts";
import { column, nameColumn, since } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validatePoolStatus, validatePools } from "./validation.ts";

type Request = ResourcePoolStatusRequest;
type Counted = "allocatedDevices" | "availableDevices" | "totalDevices" | "unavailableDevices";

/** Asks once how the pools of a driver are. */
export const resourcePoolStatusRequests: ResourceDefinition = defineResource<Request>({
  type: ResourcePoolStatusRequest,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn(),
    column("Driver", ({ spec }) => spec.driver),
    sumColumn("Total", "totalDevices"),
    sumColumn("Available", "availableDevices"),
    sumColumn("Allocated", "allocatedDevices"),
    sumColumn("Unavailable", "unavailableDevices"),
    column("Errors", (request) =>
      isCounted(request)
        ? String(poolsOf(request).filter((pool) => pool.validationError !== undefined).length)
        : "-",
    ),
    column("Pools", ({ status }) => status?.poolCount ?? 0, "integer"),
    column("Status", statusText),
    column("Completed", ({ status }, now) => {
      if (stateOf(status?.conditions) !== "Complete") return "<none>";
      const complete = status?.conditions?.find(({ type }) => type === "Complete");
      return since(complete?.lastTransitionTime, now);
    }),
  ],
  prepareForCreate(request) {
    delete request.status;
  },
  prepareForUpdate(request, old) {
    if (old.status === undefined) delete request.status;
    else request.status = old.status;
  },
  validateCreate: validatePools,
  validateUpdate: (request, old) => validatePools(request, old),
  status: { validateUpdate: validatePoolStatus },
});

const poolsOf = ({ status }: Request) => status?.pools ?? [];

/** Whichever comes first. */
function stateOf(conditions: NonNullable<Request["status"]>["conditions"]): string {
  const state = conditions?.find(
    ({ status, type }) => status === "True" && (type === "Complete" || type === "Failed"),
  );
  return state?.type ?? "Pending";
}

const isCounted = ({ status }: Request): boolean =>
  status !== undefined && stateOf(status.conditions) !== "Failed";

function sumColumn(name: string, field: Counted): Column<Request> {
  return column(name, (request) =>
    isCounted(request)
      ? String(poolsOf(request).reduce((sum, pool) => sum + (pool[field] ?? 0), 0))
      : "-",
  );
}

function statusText(request: Request): string {
  const state = stateOf(request.status?.conditions);
  const [listed, all] = [poolsOf(request).length, request.status?.poolCount ?? 0];
  return state === "Complete" && all > listed ? `Complete (${listed}/${all} pools)` : state;
}
