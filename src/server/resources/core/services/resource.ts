import { Service } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { isDryRun } from "../../common/dry-run.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { serviceColumns } from "./columns.ts";
import { applyServiceDefaults } from "./defaults.ts";
import { serviceProxy } from "./proxy.ts";
import { applyFamilies, dropUnneeded, keepAllocated, matchClusterIPs } from "./strategy.ts";
import { validateService, validateServiceUpdate } from "./validation.ts";

export function services(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<Service>({
    type: Service,
    nameRule: "dnsLabel",
    allowCreateOnUpdate: true,
    hasGeneration: false,
    columns: serviceColumns,
    selectableFields: {
      "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
      "spec.type": ({ spec }) => spec.type,
    },
    applyDefaults: applyServiceDefaults,
    async prepareForCreate(service, context) {
      service.status = { loadBalancer: {} };
      matchClusterIPs(service, undefined);
      applyFamilies(service);
      await allocateIfValid(dependencies, service, isDryRun(context));
    },
    async prepareForUpdate(service, old, context) {
      service.status = old.status;
      keepAllocated(service, old);
      dropUnneeded(service, old);
      matchClusterIPs(service, old);
      applyFamilies(service);
      if (validateServiceUpdate(service, old).length) return;
      await allocateIfValid(dependencies, service, isDryRun(context));
    },
    validate: validateService,
    validateUpdate: validateServiceUpdate,
    status: {},
    subresources: { proxy: serviceProxy(dependencies) },
    afterDelete: (service) => dependencies.services.release(service),
    rollback: (service) => dependencies.services.rollback(service),
  });
}

/** What is not valid is refused right after, and must not reserve anything. */
async function allocateIfValid(
  dependencies: ResourceDependencies,
  service: Service,
  dryRun: boolean,
): Promise<void> {
  if (validateService(service).length) return;
  await dependencies.services.allocate(service, { dryRun });
}
