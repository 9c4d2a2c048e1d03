import type { Draft } from "#schema/message.ts";
import { DaemonSet } from "#api/apps/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import {
  ageColumn,
  column,
  containerColumns,
  formatLabels,
  formatSelector,
  nameColumn,
  wideColumn,
} from "../common/columns.ts";
import { immutable, nonNegative, sameValue } from "../common/validation.ts";
import { applyPodSpecDefaults } from "../core/pods/defaults.ts";
import { defineResource } from "../define.ts";
import { validateWorkloadSelector, validateWorkloadTemplate } from "./common.ts";
import { validateShare } from "./deployments/validation.ts";

const noPods = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

export const daemonSets: ResourceDefinition = defineResource<DaemonSet>({
  type: DaemonSet,
  columns: [
    nameColumn(),
    column("Desired", ({ status }) => status?.desiredNumberScheduled ?? 0, "integer"),
    column("Current", ({ status }) => status?.currentNumberScheduled ?? 0, "integer"),
    column("Ready", ({ status }) => status?.numberReady ?? 0, "integer"),
    column("Up-to-date", ({ status }) => status?.updatedNumberScheduled ?? 0, "integer"),
    column("Available", ({ status }) => status?.numberAvailable ?? 0, "integer"),
    column("Node Selector", ({ spec }) => formatLabels(spec.template.spec?.nodeSelector)),
    ageColumn(),
    ...containerColumns<DaemonSet>(({ spec }) => spec.template.spec?.containers),
    wideColumn("Selector", ({ spec }) => formatSelector(spec.selector)),
  ],
  applyDefaults,
  prepareForCreate(set) {
    set.status = { ...noPods };
    markTemplate(set, 1);
  },
  prepareForUpdate(set, old) {
    set.status = old.status ?? { ...noPods };
    const known = Number(old.metadata.annotations?.[templateGeneration] ?? 1);
    const isSame = sameValue(set.spec.template, old.spec.template);
    markTemplate(set, isSame ? known : known + 1);
  },
  validate,
  validateUpdate: ({ spec }, old) => immutable("spec.selector", spec.selector, old.spec.selector),
  status: {},
});

/** An older version of the kind counted the changes of the template; clients still see it. */
const templateGeneration = "deprecated.daemonset.template.generation";

function markTemplate({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [templateGeneration]: String(generation) };
}

function applyDefaults({ spec }: Draft<DaemonSet>): void {
  if (spec.updateStrategy?.type === "RollingUpdate") {
    const rolling = (spec.updateStrategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
}

function validate({ spec }: DaemonSet): FieldError[] {
  const path = "spec.updateStrategy.rollingUpdate";
  const { maxUnavailable, maxSurge } = spec.updateStrategy.rollingUpdate ?? {};
  const errors = [
    ...validateWorkloadSelector(spec.selector, "empty selector is invalid for daemonset"),
    ...validateWorkloadTemplate(
      spec.template,
      spec.selector,
      "activeDeadlineSeconds in DaemonSet is not Supported",
    ),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
    ...validateShare(`${path}.maxUnavailable`, maxUnavailable),
    ...validateShare(`${path}.maxSurge`, maxSurge),
  ];
  const none = (share: number | string | undefined) => share === 0 || share === "0%";
  if (none(maxUnavailable) && none(maxSurge)) {
    errors.push(requiredValue(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  }
  return errors;
}
