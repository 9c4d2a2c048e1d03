import type { Container, EphemeralContainer, Pod, PodSpec, Volume } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";

/** What a pod gets besides the defaults of its template. */
export function applyPodDefaults(pod: Draft<Pod>): void {
  const { spec } = pod;
  for (const container of allOf(spec)) requestWhatIsLimited(container.resources);
  requestWhatIsLimited(spec.resources);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    for (const container of allOf(spec)) {
      for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
    }
  }
  applyPodSpecDefaults(spec);
}

/** Defaults of a pod spec wherever it stands: in a pod or in a template. */
export function applyPodSpecDefaults(spec: Draft<PodSpec>): void {
  // The older name of the field is still written, with the same value.
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of allOf(spec)) applyContainerDefaults(container);
  for (const container of spec.ephemeralContainers ?? []) applyContainerDefaults(container);
  for (const volume of spec.volumes ?? []) applyVolumeDefaults(volume);
}

export function applyContainerDefaults(
  container: Draft<Container> | Draft<EphemeralContainer>,
): void {
  container.imagePullPolicy ??= pullPolicyFor(container.image ?? "");
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe?.httpGet) probe.httpGet.path ||= "/";
  }
}

/** `:latest`, said or implied, may change behind its name; any other tag should not. */
export function pullPolicyFor(image: string): "Always" | "IfNotPresent" {
  const [name = "", digest] = image.split("@");
  const lastPart = name.slice(name.lastIndexOf("/") + 1);
  const tag = lastPart.includes(":") ? lastPart.slice(lastPart.indexOf(":") + 1) : undefined;
  if (tag === undefined) return digest === undefined ? "Always" : "IfNotPresent";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function applyVolumeDefaults(volume: Draft<Volume>): void {
  const hasSource = Object.entries(volume).some(
    ([field, value]) => field !== "name" && value !== undefined,
  );
  if (!hasSource) volume.emptyDir = {};
  if (volume.image) volume.image.pullPolicy ||= pullPolicyFor(volume.image.reference ?? "");
}

function requestWhatIsLimited(resources: Draft<Container>["resources"]): void {
  if (!resources?.limits) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function allOf(spec: Draft<PodSpec>): Draft<Container>[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
}
