import type { Job, JobSpec } from "#api/batch/v1.ts";
import type { Container, PodSpec, PodTemplateSpec } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { immutable } from "../common/validation.ts";

/** A Job has its pods' template once and for all, unless it is suspended and none of them runs. */
export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const { spec } = job;
  const same = (field: keyof JobSpec & string) =>
    immutable(`spec.${field}`, spec[field], old.spec[field]);
  return [
    ...validateCompletions(job, old),
    ...same("selector"),
    ...validateTemplate(job, old),
    ...same("completionMode"),
    ...same("podFailurePolicy"),
    ...same("backoffLimitPerIndex"),
    ...same("managedBy"),
    ...same("successPolicy"),
  ];
}

/** An Indexed Job may grow and shrink, together with its parallelism. */
function validateCompletions({ spec }: Job, old: Job): FieldError[] {
  const { completionMode, completions, parallelism } = spec;
  const path = "spec.completions";
  if (completionMode !== "Indexed") return immutable(path, completions, old.spec.completions);
  if (completions === undefined || completions === old.spec.completions) return [];
  if (completions === parallelism) return [];
  return [invalid(path, completions, "can only be modified in tandem with spec.parallelism")];
}

function validateTemplate({ spec }: Job, old: Job): FieldError[] {
  const { template } = spec;
  if (!isAtRest(old)) return immutable("spec.template", template, old.spec.template);
  const movable = withScheduling(old.spec.template, template);
  const expected = movable.spec && withResources(movable.spec, template.spec);
  // Upstream looks at no more than the pods' spec here: labels and annotations may change too.
  return immutable("spec.template.spec", template.spec, expected);
}

/** Suspended, and no pod of it runs. */
function isAtRest({ spec, status }: Job): boolean {
  const isSuspended = status.conditions?.some(
    ({ type, status }) => type === "Suspended" && status === "True",
  );
  const rests = status.startTime === undefined || isSuspended === true;
  return spec.suspend && rests && (status.active ?? 0) === 0;
}

/** The old template with what the new one says of where pods go. */
function withScheduling(old: PodTemplateSpec, { spec: wanted }: PodTemplateSpec): PodTemplateSpec {
  if (!old.spec) return old;
  const spec = { ...old.spec };
  for (const field of ["affinity", "nodeSelector", "schedulingGates", "tolerations"] as const) {
    delete spec[field];
  }
  const { nodeAffinity: _old, ...others } = old.spec.affinity ?? {};
  const nodeAffinity = wanted?.affinity?.nodeAffinity;
  const affinity = { ...others, ...(nodeAffinity && { nodeAffinity }) };
  const isGiven = wanted?.affinity !== undefined || Object.keys(affinity).length > 0;
  return {
    ...old,
    spec: {
      ...spec,
      ...(isGiven && { affinity }),
      ...(wanted?.nodeSelector && { nodeSelector: wanted.nodeSelector }),
      ...(wanted?.schedulingGates && { schedulingGates: wanted.schedulingGates }),
      ...(wanted?.tolerations && { tolerations: wanted.tolerations }),
    },
  };
}

function withResources(old: PodSpec, wanted: PodSpec | undefined): PodSpec {
  const replace = (containers: readonly Container[], by: readonly Container[] | undefined) =>
    containers.map((container, at) => {
      const other = by?.length === containers.length ? by[at] : undefined;
      if (other?.name !== container.name) return container;
      const { resources: _old, ...rest } = container;
      return { ...rest, resources: other.resources };
    });
  const { initContainers } = old;
  return {
    ...old,
    containers: replace(old.containers, wanted?.containers),
    ...(initContainers && { initContainers: replace(initContainers, wanted?.initContainers) }),
  };
}
