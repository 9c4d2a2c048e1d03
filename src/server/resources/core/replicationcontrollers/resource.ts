import type { Draft } from "#schema/message.ts";
import { ReplicationController } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import {
  ageColumn,
  column,
  containerColumns,
  formatLabels,
  nameColumn,
  wideColumn,
} from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { applyPodSpecDefaults } from "../pods/defaults.ts";
import { validateReplicationController } from "./validation.ts";

export const replicationControllers: ResourceDefinition = defineResource<ReplicationController>({
  type: ReplicationController,
  columns: [
    nameColumn(),
    column("Desired", ({ spec }) => spec.replicas, "integer"),
    column("Current", ({ status }) => status?.replicas ?? 0, "integer"),
    column("Ready", ({ status }) => status?.readyReplicas ?? 0, "integer"),
    ageColumn(),
    ...containerColumns<ReplicationController>(({ spec }) => spec.template?.spec?.containers),
    wideColumn("Selector", ({ spec }) => formatLabels(spec.selector)),
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status?.replicas ?? 0) },
  applyDefaults,
  prepareForCreate(controller) {
    controller.status = { replicas: 0 };
  },
  prepareForUpdate(controller, old) {
    controller.status = old.status ?? { replicas: 0 };
  },
  validate: validateReplicationController,
  status: {},
  scale: {
    replicas: ({ spec }) => spec.replicas,
    setReplicas({ spec }, replicas) {
      spec.replicas = replicas;
    },
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) =>
      Object.entries(spec.selector ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(","),
  },
});

/** Selector and labels are those of the pods, where they are not given. */
function applyDefaults(controller: Draft<ReplicationController>): void {
  const { metadata, spec } = controller;
  const template = spec?.template;
  const labels = template?.metadata?.labels;
  if (spec && labels) {
    if (!Object.keys(spec.selector ?? {}).length) spec.selector = { ...labels };
    if (metadata && !Object.keys(metadata.labels ?? {}).length) metadata.labels = { ...labels };
  }
  if (template?.spec) applyPodSpecDefaults(template.spec);
}
