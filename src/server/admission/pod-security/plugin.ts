import { Namespace, Pod } from "#api/core/v1.ts";
import type { PodSpec } from "#api/core/v1.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { metadataOf, objectAs, refusal } from "../refusal.ts";
import { violations } from "./checks.ts";
import type { Level } from "./checks.ts";

type Mode = "enforce" | "audit" | "warn";

const labelPrefix = "pod-security.kubernetes.io/";
const levels: readonly string[] = ["privileged", "baseline", "restricted"];

/** Where a pod's template stands, in the kinds that make pods. Those are warned of only. */
const templates: Readonly<Record<string, (object: never) => PodSpec | undefined>> = {
  podtemplates: (object: { template?: { spec?: PodSpec } }) => object.template?.spec,
  replicationcontrollers: inSpec,
  "replicasets.apps": inSpec,
  "deployments.apps": inSpec,
  "statefulsets.apps": inSpec,
  "daemonsets.apps": inSpec,
  "jobs.batch": inSpec,
  "cronjobs.batch": (object: { spec?: { jobTemplate?: WithTemplate } }) =>
    inSpec(object.spec?.jobTemplate ?? {}),
};

interface WithTemplate {
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}

function inSpec(object: WithTemplate): PodSpec | undefined {
  return object.spec?.template?.spec;
}

/** Pods keep to the level that their namespace's labels name; the default is no restriction. */
export function podSecurity({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "PodSecurity",
    async validate(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (!request.namespace) return;
      const isPod = isPodRequest(request);
      const spec = isPod ? objectAs(request, Pod).spec : templateOf(request);
      if (!spec) return;
      const namespace = await client.find(Namespace, { name: request.namespace });
      const labels = namespace?.metadata.labels ?? {};
      const annotations = isPod ? (metadataOf(request.object).annotations ?? {}) : {};
      const check = (mode: Mode) => {
        const { level, version } = levelOf(labels, mode);
        const texts = level === "privileged" ? [] : violations(level, spec, annotations);
        return texts.length > 0
          ? `violate${mode === "enforce" ? "s" : ""} PodSecurity "${level}:${version}": ${texts.join(", ")}`
          : undefined;
      };
      const enforced = isPod ? check("enforce") : undefined;
      if (enforced) throw refusal(request, enforced);
      const warned = check("warn");
      if (warned) request.warn(`would ${warned}`);
    },
  };
}

function isPodRequest(request: AdmissionRequest): boolean {
  if (request.resource !== "pods" || request.type.info.group !== "") return false;
  if (request.subresource === "ephemeralcontainers" || request.subresource === "resize")
    return true;
  if (request.subresource) return false;
  // Of a pod that exists, only images may change, which no check looks at.
  return request.operation === "CREATE";
}

function templateOf(request: AdmissionRequest): PodSpec | undefined {
  if (request.subresource) return undefined;
  const { group } = request.type.info;
  const find = templates[group ? `${request.resource}.${group}` : request.resource];
  return find?.(request.object as never);
}

function levelOf(
  labels: Readonly<Record<string, string>>,
  mode: Mode,
): { level: Level | "privileged"; version: string } {
  const name = labels[labelPrefix + mode] ?? "privileged";
  // A label that names no level must not let everything through.
  const level = levels.includes(name) ? (name as Level | "privileged") : "restricted";
  const version = labels[`${labelPrefix}${mode}-version`] ?? "latest";
  return { level, version };
}
