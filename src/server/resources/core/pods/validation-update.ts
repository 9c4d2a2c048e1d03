import type { Container, Pod, PodSpec, Toleration } from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid } from "#machinery/validation/field-error.ts";
import { sameValue } from "../../common/validation.ts";

/** What an update of a pod may change, as upstream lists it. */
const mutableFields = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

export function validatePodUpdate(pod: Pod, old: Readonly<Pod>): FieldError[] {
  const { spec } = pod;
  const before = old.spec;
  if (spec.containers.length !== before.containers.length) {
    return [forbidden("spec.containers", "pod updates may not add or remove containers")];
  }
  if ((spec.initContainers?.length ?? 0) !== (before.initContainers?.length ?? 0)) {
    return [forbidden("spec.initContainers", "pod updates may not add or remove containers")];
  }
  const errors = [
    ...validateDeadline(spec, before),
    ...validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []),
    ...validateGates(spec, before),
  ];
  if (errors.length) return errors;
  const changed = changedFields(withoutMutable(spec, before), before);
  if (changed.length) {
    const detail = `pod updates may not change fields other than ${mutableFields}\n${changed.join("\n")}`;
    errors.push(forbidden("spec", detail));
  }
  return errors;
}

function validateDeadline(spec: PodSpec, before: PodSpec): FieldError[] {
  const path = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: was } = before;
  if (was === undefined || now === was) return [];
  if (now === undefined) {
    return [invalid(path, null, "must not update from a positive integer to nil value")];
  }
  return now < was ? [] : [invalid(path, now, `must be less than or equal to previous value`)];
}

function validateAddedTolerations(
  now: readonly Toleration[],
  before: readonly Toleration[],
): FieldError[] {
  const withoutSeconds = ({ tolerationSeconds: _seconds, ...rest }: Toleration) => rest;
  const kept = before.every((old) =>
    now.some((one) => sameValue(withoutSeconds(one), withoutSeconds(old))),
  );
  const detail = "existing toleration can not be modified except its tolerationSeconds";
  return kept ? [] : [forbidden("spec.tolerations", detail)];
}

function validateGates(spec: PodSpec, before: PodSpec): FieldError[] {
  const known = new Set((before.schedulingGates ?? []).map((gate) => gate.name));
  return (spec.schedulingGates ?? [])
    .filter((gate) => !known.has(gate.name))
    .map((gate) => {
      const detail = `only deletion is allowed, but found new scheduling gate '${gate.name}'`;
      return forbidden("spec.schedulingGates", detail);
    });
}

/** The new spec with everything that may change put back, to compare the rest. */
function withoutMutable(spec: PodSpec, before: PodSpec): PodSpec {
  const images = (now: readonly Container[], was: readonly Container[]) =>
    now.map((container, index) => ({ ...container, image: was[index]?.image ?? "" }));
  const munged: PodSpec = {
    ...spec,
    containers: images(spec.containers, before.containers),
    ...(spec.initContainers && {
      initContainers: images(spec.initContainers, before.initContainers ?? []),
    }),
  };
  putBack(munged, before, "activeDeadlineSeconds");
  putBack(munged, before, "tolerations");
  putBack(munged, before, "schedulingGates");
  if (before.terminationGracePeriodSeconds < 0 && spec.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  }
  // A pod that is held back may still be told where to go, more narrowly.
  if (before.schedulingGates?.length) {
    if (containsAll(spec.nodeSelector ?? {}, before.nodeSelector ?? {})) {
      putBack(munged, before, "nodeSelector");
    }
    if (!before.affinity?.nodeAffinity) putBack(munged, before, "affinity");
  }
  return munged;
}

function putBack(spec: PodSpec, before: PodSpec, key: keyof PodSpec): void {
  Object.assign(spec, { [key]: before[key] });
}

function containsAll(now: Record<string, string>, before: Record<string, string>): boolean {
  return Object.entries(before).every(([key, value]) => now[key] === value);
}

function changedFields(now: PodSpec, before: PodSpec): string[] {
  const left: Record<string, unknown> = { ...before };
  const right: Record<string, unknown> = { ...now };
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => !sameValue(left[key], right[key]))
    .map((key) => `  ${key}: ${show(left[key])} -> ${show(right[key])}`);
}

const show = (value: unknown): string => JSON.stringify(value) ?? "unset";

/** `pods/x/ephemeralcontainers`: they are only ever added. */
export function validateEphemeralUpdate(pod: Pod, old: Readonly<Pod>): FieldError[] {
  const path = "spec.ephemeralContainers";
  const now = new Map((pod.spec.ephemeralContainers ?? []).map((one) => [one.name, one]));
  return (old.spec.ephemeralContainers ?? []).flatMap((before) => {
    const name = JSON.stringify(before.name);
    const current = now.get(before.name);
    if (!current)
      return [forbidden(path, `existing ephemeral containers ${name} may not be removed\n`)];
    if (sameValue(current, before)) return [];
    return [forbidden(path, `existing ephemeral containers ${name} may not be changed\n`)];
  });
}

/** `pods/x/resize`: CPU and memory of containers, within the pod's class of service. */
export function validateResize(pod: Pod, old: Readonly<Pod>): FieldError[] {
  const errors: FieldError[] = [];
  const qos = podQosClass(pod);
  if (qos !== (old.status.qosClass ?? podQosClass(old))) {
    const detail = "Pod QOS Class may not change as a result of resizing";
    errors.push(invalid("spec", qos, detail));
  }
  const steady = (containers: readonly Container[] = []) =>
    containers.map(({ resources, resizePolicy: _policy, ...container }) => ({
      ...container,
      limits: withoutComputing(resources.limits),
      requests: withoutComputing(resources.requests),
    }));
  const comparable = (spec: PodSpec) => ({
    ...spec,
    containers: steady(spec.containers),
    initContainers: steady(spec.initContainers),
  });
  if (!sameValue(comparable(pod.spec), comparable(old.spec))) {
    errors.push(forbidden("spec", "only cpu and memory resources are mutable"));
  }
  return errors;
}

function withoutComputing(amounts: Record<string, string> = {}): Record<string, string> {
  const { cpu: _cpu, memory: _memory, ...others } = amounts;
  return others;
}

/** `pods/x/status`: what has ended does not run again. */
export function validatePodStatusUpdate(pod: Pod, old: Readonly<Pod>): FieldError[] {
  const errors: FieldError[] = [];
  if (pod.spec.restartPolicy === "Always") return errors;
  for (const [index, before] of (old.status.containerStatuses ?? []).entries()) {
    const { terminated } = before.state;
    if (!terminated) continue;
    if (terminated.exitCode !== 0 && pod.spec.restartPolicy === "OnFailure") continue;
    const now = pod.status.containerStatuses?.find(({ name }) => name === before.name);
    if (now && !now.state.terminated) {
      const path = `status.containerStatuses[${index}].state`;
      errors.push(forbidden(path, "may not be transitioned to non-terminated state"));
    }
  }
  return errors;
}
