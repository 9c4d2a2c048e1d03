import { deepEqual } from "#machinery/deep-equal.ts";
import type { Draft } from "#schema/message.ts";
import { Deployment } from "#api/apps/v1.ts";
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
import { validateDeployment, validateDeploymentUpdate } from "./validation.ts";

export const deployments: ResourceDefinition = defineResource<Deployment>({
  type: Deployment,
  columns: [
    nameColumn(),
    column("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`),
    column("Up-to-date", ({ status }) => status.updatedReplicas ?? 0),
    column("Available", ({ status }) => status.availableReplicas ?? 0),
    ageColumn(),
    ...containerColumns<Deployment>(({ spec }) => spec.template.spec?.containers),
    wideColumn("Selector", ({ spec }) => formatSelector(spec.selector)),
  ],
  applyDefaults,
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  prepareForUpdate(deployment, old) {
    deployment.status = old.status;
  },
  // Rollouts hand annotations on, so that they count like the spec.
  isNewGeneration: ({ metadata }, { metadata: old }) =>
    !deepEqual(metadata.annotations ?? {}, old.annotations ?? {}),
  warnings: ({ spec }, old) =>
    !old && spec.template.spec ? podSpecWarnings(spec.template.spec, "spec.template.spec") : [],
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  status: {},
  scale: {
    replicas: ({ spec }) => spec.replicas,
    setReplicas({ spec }, replicas) {
      spec.replicas = replicas;
    },
    statusReplicas: ({ status }) => status.replicas ?? 0,
    selector: ({ spec }) => selectorText(spec.selector),
  },
});

function applyDefaults({ spec }: Draft<Deployment>): void {
  if (spec?.strategy?.type === "RollingUpdate") {
    const rollingUpdate = (spec.strategy.rollingUpdate ??= {});
    rollingUpdate.maxUnavailable ??= "25%";
    rollingUpdate.maxSurge ??= "25%";
  }
  if (spec?.template?.spec) applyPodSpecDefaults(spec.template.spec);
}
