import { ResourceQuota } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from "./validation.ts";

export const resourceQuotas: ResourceDefinition = defineResource<ResourceQuota>({
  type: ResourceQuota,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Request", (quota) => usageText(quota, (name) => !name.startsWith("limits."))),
    column("Limit", (quota) => usageText(quota, (name) => name.startsWith("limits."))),
    ageColumn(),
  ],
  prepareForCreate(quota) {
    quota.status = {};
  },
  prepareForUpdate(quota, old) {
    quota.status = old.status;
  },
  validate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  status: { validateUpdate: validateQuotaStatus },
});

/** "cpu: 1/4, pods: 2/10" */
function usageText({ status }: ResourceQuota, shown: (name: string) => boolean): string {
  return Object.entries(status.hard ?? {})
    .filter(([name]) => shown(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status.used?.[name] ?? "0"}/${hard}`)
    .join(", ");
}
