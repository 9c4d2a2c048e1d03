import type { Draft } from "#schema/message.ts";
import { StatefulSet } from "#api/apps/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid } from "#machinery/validation/field-error.ts";
import { isDnsLabel } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import {
  ageColumn,
  column,
  containerColumns,
  nameColumn,
  selectorText,
} from "../common/columns.ts";
import { by, nonNegative, oneOf, sameValue } from "../common/validation.ts";
import { validateClaimSpec } from "../core/persistentvolumeclaims/validation.ts";
import { applyPodSpecDefaults } from "../core/pods/defaults.ts";
import { defineResource } from "../define.ts";
import { validateWorkloadSelector, validateWorkloadTemplate } from "./common.ts";

export const statefulSets: ResourceDefinition = defineResource<StatefulSet>({
  type: StatefulSet,
  nameRule: "dnsLabel",
  columns: [
    nameColumn(),
    column("Ready", ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`),
    ageColumn(),
    ...containerColumns<StatefulSet>(({ spec }) => spec.template.spec?.containers),
  ],
  applyDefaults,
  prepareForCreate(set) {
    set.status = { replicas: 0, availableReplicas: 0 };
  },
  prepareForUpdate(set, old) {
    set.status = old.status ?? { replicas: 0 };
  },
  validate,
  // Names that were let in before may stay: they cannot be changed.
  validateCreate: ({ spec }) =>
    spec.serviceName ? by("spec.serviceName", spec.serviceName, isDnsLabel) : [],
  validateUpdate,
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

function applyDefaults({ spec }: Draft<StatefulSet>): void {
  if (spec.updateStrategy?.type === "RollingUpdate") {
    const rolling = (spec.updateStrategy.rollingUpdate ??= {});
    rolling.partition ??= 0;
  }
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  retention.whenDeleted ||= "Retain";
  retention.whenScaled ||= "Retain";
  if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
  for (const claim of spec.volumeClaimTemplates ?? []) claim.status = { phase: "Pending" };
}

function validate({ spec }: StatefulSet): FieldError[] {
  const { updateStrategy, persistentVolumeClaimRetentionPolicy: retention = {} } = spec;
  const errors = [
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.ordinals.start", spec.ordinals?.start),
    ...validateWorkloadSelector(spec.selector, "empty selector is invalid for statefulset"),
    ...validateWorkloadTemplate(
      withClaimVolumes(spec),
      spec.selector,
      "activeDeadlineSeconds in StatefulSet is not Supported",
    ),
    ...nonNegative(
      "spec.updateStrategy.rollingUpdate.partition",
      updateStrategy.rollingUpdate?.partition,
    ),
  ];
  if (updateStrategy.type === "OnDelete" && updateStrategy.rollingUpdate) {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    errors.push(invalid("spec.updateStrategy.rollingUpdate", updateStrategy.rollingUpdate, detail));
  }
  for (const field of ["whenDeleted", "whenScaled"] as const) {
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    errors.push(...oneOf(path, retention[field] || undefined, ["Retain", "Delete"]));
  }
  for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    errors.push(...validateClaimSpec(claim.spec, `spec.volumeClaimTemplates[${index}].spec`));
  }
  return errors;
}

/** A claim's template is a volume of the pods, under the same name: containers may mount it. */
function withClaimVolumes({ template, volumeClaimTemplates = [] }: StatefulSet["spec"]) {
  if (!template.spec || volumeClaimTemplates.length === 0) return template;
  const claims = volumeClaimTemplates.map(({ metadata }) => {
    const { name = "" } = metadata as { name?: string };
    return { name, persistentVolumeClaim: { claimName: name } };
  });
  const names = new Set(claims.map(({ name }) => name));
  const others = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...template, spec: { ...template.spec, volumes: [...claims, ...others] } };
}

const mutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

function validateUpdate({ spec }: StatefulSet, old: Readonly<StatefulSet>): FieldError[] {
  const without = (whole: StatefulSet["spec"]) => {
    const rest: Partial<StatefulSet["spec"]> = { ...whole };
    for (const field of mutable) delete rest[field];
    return rest;
  };
  if (sameValue(without(spec), without(old.spec))) return [];
  const names = mutable.map((field) => `'${field}'`);
  const detail =
    `updates to statefulset spec for fields other than ${names.slice(0, -1).join(", ")} and ` +
    `${names.at(-1)} are forbidden`;
  return [forbidden("spec", detail)];
}
