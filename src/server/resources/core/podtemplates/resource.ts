import { PodTemplate } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { column, containerColumns, formatLabels, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { applyPodSpecDefaults } from "../pods/defaults.ts";
import { validatePodTemplateSpec } from "../pods/validation.ts";

export const podTemplates: ResourceDefinition = defineResource<PodTemplate>({
  type: PodTemplate,
  columns: [
    nameColumn(),
    ...containerColumns<PodTemplate>((object) => object.template?.spec?.containers).map((each) => ({
      ...each,
      priority: 0,
    })),
    column("Pod Labels", (object) => formatLabels(object.template?.metadata.labels)),
  ],
  hasGeneration: true,
  applyDefaults(object) {
    if (object.template?.spec) applyPodSpecDefaults(object.template.spec);
  },
  validate: (object) =>
    object.template ? validatePodTemplateSpec(object.template, "template") : [],
});
