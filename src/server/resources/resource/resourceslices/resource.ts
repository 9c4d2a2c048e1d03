import { ResourceSlice } from "#api/resource/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validateResourceSlice } from "./validation.ts";

export function resourceSlices({ clock }: Pick<ResourceDependencies, "clock">): ResourceDefinition {
  return defineResource<ResourceSlice>({
    type: ResourceSlice,
    requiredMayBeEmpty: true,
    columns: [
      nameColumn(),
      column("Node", ({ spec }) => spec.nodeName ?? ""),
      column("Driver", ({ spec }) => spec.driver),
      column("Pool", ({ spec }) => spec.pool.name),
      ageColumn(),
    ],
    selectableFields: {
      "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
      "spec.driver": ({ spec }) => spec.driver,
    },
    applyDefaults({ spec }) {
      for (const device of spec?.devices ?? []) {
        for (const taint of device.taints ?? []) {
          taint.timeAdded ??= `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
        }
        for (const mapping of Object.values(device.nodeAllocatableResourceMappings ?? {})) {
          mapping.allocationMultiplier ??= "1";
        }
      }
    },
    validate: ({ spec }) => validateResourceSlice(spec),
    validateUpdate: ({ spec }, { spec: old }) => [
      ...immutable("spec.pool.name", spec.pool.name, old.pool.name),
      ...immutable("spec.driver", spec.driver, old.driver),
      ...immutable("spec.nodeName", spec.nodeName, old.nodeName),
    ],
    warnings: ({ spec: { driver } }) =>
      driver === driver.toLowerCase()
        ? []
        : [
            `spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains ` +
              "uppercase characters",
          ],
  });
}
