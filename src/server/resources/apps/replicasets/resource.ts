import { ReplicaSet } from "#api/apps/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import {
  ageColumn,
  column,
  containerColumns,
  formatSelector,
  nameColumn,
  selectorText,
  wideColumn,
} from "../../common/columns.ts";
import { applyPodSpecDefaults } from "../../core/pods/defaults.ts";
import { podSpecWarnings } from "../../core/pods/warnings.ts";
import { defineResource } from "../../define.ts";
import { validateReplicaSet, validateReplicaSetUpdate } from "./validation.ts";

export const replicaSets: ResourceDefinition = defineResource<ReplicaSet>({
  type: ReplicaSet,
  columns: [
    nameColumn(),
    column("Desired", ({ spec }) => spec.replicas, "integer"),
    column("Current", ({ status }) => status?.replicas ?? 0, "integer"),
    column("Ready", ({ status }) => status?.readyReplicas ?? 0, "integer"),
    ageColumn(),
    ...containerColumns<ReplicaSet>(({ spec }) => spec.template?.spec?.containers),
    wideColumn("Selector", ({ spec }) => formatSelector(spec.selector)),
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status?.replicas ?? 0) },
  applyDefaults({ spec }) {
    if (spec?.template?.spec) applyPodSpecDefaults(spec.template.spec);
  },
  prepareForCreate(replicaSet) {
    replicaSet.status = { replicas: 0 };
  },
  prepareForUpdate(replicaSet, old) {
    replicaSet.status = old.status ?? { replicas: 0 };
  },
  warnings: ({ spec }, old) =>
    !old && spec.template?.spec ? podSpecWarnings(spec.template.spec, "spec.template.spec") : [],
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  status: {},
  scale: {
    replicas: ({ spec }) => spec.replicas,
    setReplicas({ spec }, replicas) {
      spec.replicas = replicas;
    },
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => selectorText(spec.selector),
  },
});
