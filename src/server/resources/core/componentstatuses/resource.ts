import { ComponentStatus } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** What the control plane consists of, and how each part is. Read only, and deprecated upstream. */
export function componentStatuses({ components }: ResourceDependencies): ResourceDefinition {
  return defineResource<ComponentStatus>({
    type: ComponentStatus,
    verbs: ["get", "list"],
    columns: [
      nameColumn(),
      column("Status", (component) => {
        const healthy = healthOf(component);
        if (!healthy) return "Unknown";
        return healthy.status === "True" ? "Healthy" : "Unhealthy";
      }),
      column("Message", (component) => healthOf(component)?.message ?? ""),
      column("Error", (component) => healthOf(component)?.error ?? ""),
    ],
    computed: {
      list: async () =>
        (await components.health()).map(({ name, problem }) => ({
          apiVersion: "v1",
          kind: "ComponentStatus",
          // Such an object is never stored: it has a name and nothing else.
          metadata: { name } as ComponentStatus["metadata"],
          conditions: [
            {
              type: "Healthy",
              status: problem === undefined ? "True" : "False",
              message: problem ?? "ok",
            },
          ],
        })),
    },
  });
}

function healthOf({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === "Healthy");
}
