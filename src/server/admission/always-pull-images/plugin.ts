import { Pod } from "#api/core/v1.ts";
import { fieldErrorText, notSupported } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

const always = "Always";

/** Images are pulled with the pod's own secrets each time, so that nobody runs another's. */
export function alwaysPullImages(): AdmissionPlugin {
  return {
    name: "AlwaysPullImages",
    mutate(request) {
      if (!bringsImages(request)) return;
      const pod = objectAs(request, Pod);
      for (const { container } of containersOf(pod)) container.imagePullPolicy = always;
      for (const { image } of pod.spec.volumes ?? []) if (image) image.pullPolicy = always;
    },
    validate(request) {
      if (!bringsImages(request)) return;
      const [problem] = problemsOf(objectAs(request, Pod));
      if (problem) throw refusal(request, fieldErrorText(problem));
    },
  };
}

function bringsImages(request: AdmissionRequest): boolean {
  const { operation } = request;
  if (operation !== "CREATE" && operation !== "UPDATE") return false;
  if (!isAbout(request, "", "pods")) return false;
  if (operation === "CREATE") return true;
  const old = new Set(
    containersOf(request.oldObject as unknown as Pod).map(({ container }) => container.image),
  );
  return containersOf(objectAs(request, Pod)).some(({ container }) => !old.has(container.image));
}

function problemsOf(pod: Pod): FieldError[] {
  return [
    ...containersOf(pod).map(({ container, path }) => ({
      path: `${path}.imagePullPolicy`,
      policy: container.imagePullPolicy,
    })),
    ...(pod.spec.volumes ?? []).flatMap(({ image }, index) =>
      image ? [{ path: `spec.volumes[${index}].image.pullPolicy`, policy: image.pullPolicy }] : [],
    ),
  ]
    .filter(({ policy }) => policy !== always)
    .map(({ path, policy }) => notSupported(path, policy ?? "", [always]));
}

function containersOf({ spec }: Pod) {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((field) =>
    (spec[field] ?? []).map((container, index) => ({
      container,
      path: `spec.${field}[${index}]`,
    })),
  );
}
