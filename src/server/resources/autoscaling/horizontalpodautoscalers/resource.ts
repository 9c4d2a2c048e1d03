import * as v1 from "#api/autoscaling/v1.ts";
import { HorizontalPodAutoscaler } from "#api/autoscaling/v2.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { Column, ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { fromStored, toStored } from "./conversion.ts";
import { applyAutoscalerDefaults } from "./defaults.ts";
import { formatMetrics } from "./columns.ts";
import {
  validateAutoscalerCreate,
  validateAutoscalerStatus,
  validateAutoscalerUpdate,
} from "./validation.ts";

const columns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn(),
  column("Reference", ({ spec: { scaleTargetRef } }) =>
    [scaleTargetRef.kind, scaleTargetRef.name].join("/"),
  ),
  column("Targets", ({ spec, status }) =>
    formatMetrics(spec.metrics ?? [], status?.currentMetrics ?? []),
  ),
  column("MinPods", ({ spec }) =>
    spec.minReplicas === undefined ? "<unset>" : String(spec.minReplicas),
  ),
  column("MaxPods", ({ spec }) => spec.maxReplicas),
  column("Replicas", ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
];

export const horizontalPodAutoscalers: ResourceDefinition = defineResource<HorizontalPodAutoscaler>(
  {
    type: HorizontalPodAutoscaler,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    columns,
    applyDefaults: applyAutoscalerDefaults,
    prepareForCreate(autoscaler) {
      autoscaler.status = { desiredReplicas: 0 };
    },
    prepareForUpdate: keepStatus,
    validateCreate: validateAutoscalerCreate,
    validateUpdate: validateAutoscalerUpdate,
    status: { validateUpdate: validateAutoscalerStatus },
  },
);

/** The same objects with one metric only; what else they say stands in annotations. */
export const horizontalPodAutoscalersV1: ResourceDefinition =
  defineResource<v1.HorizontalPodAutoscaler>({
    type: v1.HorizontalPodAutoscaler,
    requiredMayBeEmpty: true,
    storedAs: { type: HorizontalPodAutoscaler, toStored, fromStored },
    hasGeneration: false,
    columns: columns.map((each): Column<v1.HorizontalPodAutoscaler> => ({
      ...each,
      cell: (autoscaler, now) => each.cell(toStored(autoscaler), now),
    })),
    applyDefaults({ spec }) {
      if (spec) spec.minReplicas ??= 1;
    },
    prepareForCreate(autoscaler) {
      autoscaler.status = { currentReplicas: 0, desiredReplicas: 0 };
    },
    prepareForUpdate: keepStatus,
    validateCreate: (autoscaler) => validateAutoscalerCreate(toStored(autoscaler)),
    validateUpdate: (autoscaler, old): FieldError[] =>
      validateAutoscalerUpdate(toStored(autoscaler), toStored(old)),
    status: {
      validateUpdate: (autoscaler) => validateAutoscalerStatus(toStored(autoscaler)),
    },
  });

function keepStatus<S>(autoscaler: { status?: S }, old: Readonly<{ status?: S }>): void {
  if (old.status === undefined) delete autoscaler.status;
  else autoscaler.status = old.status;
}
