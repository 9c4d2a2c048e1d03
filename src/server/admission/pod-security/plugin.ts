import { Namespace, Pod } from "#api/core/v1.ts";
import type { PodSpec } from "#api/core/v1.ts";
import { internalError, invalid } from "#machinery/status.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { objectAs, refusal } from "../refusal.ts";
import type { Annotations } from "./check.ts";
import { defaultConfiguration } from "./configuration.ts";
import type { PodSecurityConfiguration } from "./configuration.ts";
import { exemptWarning, namespaceWarnings } from "./namespace.ts";
import { isPrivileged, levelText, policyOf } from "./policy.ts";
import type { LevelVersion, Policy } from "./policy.ts";
import { detailsText, violations } from "./standards.ts";
import { isTemplateResource, templateOf } from "./templates.ts";

const annotationPrefix = "pod-security.kubernetes.io/";

/** Subresources of a pod that leave its spec alone; any other one brings a pod to check. */
const ignoredSubresources = new Set([
  "exec",
  "attach",
  "binding",
  "eviction",
  "log",
  "portforward",
  "proxy",
  "status",
]);

/**
 * Pods keep to the level that their namespace's labels name, or else the configuration's. What
 * makes pods is only warned of and audited: its pods are refused when they come.
 */
export function podSecurity(
  environment: AdmissionEnvironment,
  configuration: PodSecurityConfiguration = defaultConfiguration,
): AdmissionPlugin {
  return {
    name: "PodSecurity",
    async validate(request) {
      const { operation, subresource } = request;
      if (operation !== "CREATE" && operation !== "UPDATE") return;
      const group = request.resourceGroup;
      if (group === "" && request.resource === "namespaces") {
        if (!subresource) await validateNamespace(environment, configuration, request);
      } else if (group === "" && request.resource === "pods") {
        if (ignoredSubresources.has(subresource)) return;
        await validatePod(environment, configuration, request);
      } else if (!subresource && isTemplateResource(group, request.resource)) {
        await validateTemplate(environment, configuration, request);
      }
    },
  };
}

async function validateNamespace(
  environment: AdmissionEnvironment,
  configuration: PodSecurityConfiguration,
  request: AdmissionRequest,
): Promise<void> {
  const namespace = objectAs(request, Namespace);
  const next = policyOf(namespace.metadata.labels ?? {}, configuration.defaults);
  const old = request.oldObject as unknown as Namespace | undefined;
  const before = old && policyOf(old.metadata.labels ?? {}, configuration.defaults);
  if (next.errors.length > 0 && !(before && deepEqual(next.errors, before.errors))) {
    throw invalid({ group: "", kind: "Namespace" }, namespace.metadata.name, next.errors);
  }
  const warnings = before
    ? await namespaceWarnings(environment, configuration, namespace, {
        from: before.policy,
        to: next.policy,
      })
    : exemptWarning(configuration, namespace, next.policy);
  for (const warning of warnings) request.warn(warning);
}

async function validatePod(
  environment: AdmissionEnvironment,
  configuration: PodSecurityConfiguration,
  request: AdmissionRequest,
): Promise<void> {
  if (isExempt(configuration, request)) return;
  const namespace = await environment.client.find(Namespace, { name: request.namespace });
  if (!namespace) throw internalError(`failed to lookup namespace "${request.namespace}"`);
  const { policy, errors } = policyOf(namespace.metadata.labels ?? {}, configuration.defaults);
  if (errors.length === 0 && isPrivileged(policy)) {
    return annotate(request, "enforce-policy", "privileged:latest");
  }
  const pod = objectAs(request, Pod);
  if (request.operation === "UPDATE") {
    if (!hasNewImages(pod, request.oldObject as unknown as Pod)) return;
  }
  const checked = { spec: pod.spec, annotations: pod.metadata.annotations ?? {} };
  judge(configuration, request, { ...checked, policy, enforces: true });
}

async function validateTemplate(
  environment: AdmissionEnvironment,
  configuration: PodSecurityConfiguration,
  request: AdmissionRequest,
): Promise<void> {
  if (isExempt(configuration, request)) return;
  const namespace = await environment.client.find(Namespace, { name: request.namespace });
  if (!namespace) return;
  const { policy, errors } = policyOf(namespace.metadata.labels ?? {}, configuration.defaults);
  const isSilent = policy.warn.level === "privileged" && policy.audit.level === "privileged";
  if (errors.length === 0 && isSilent) return;
  const template = templateOf(request);
  if (!template?.spec) return;
  const annotations = template.metadata?.annotations ?? {};
  judge(configuration, request, { spec: template.spec, annotations, policy, enforces: false });
}

function isExempt({ exemptions }: PodSecurityConfiguration, request: AdmissionRequest): boolean {
  if (exemptions.namespaces.includes(request.namespace)) {
    annotate(request, "exempt", "namespace");
    return true;
  }
  if (exemptions.usernames.includes(request.user.name)) {
    annotate(request, "exempt", "user");
    return true;
  }
  return false;
}

/** Throws what is enforced; tells what is only warned of or audited. */
function judge(
  { exemptions }: PodSecurityConfiguration,
  request: AdmissionRequest,
  checked: {
    readonly spec: PodSpec;
    readonly annotations: Annotations;
    readonly policy: Policy;
    readonly enforces: boolean;
  },
): void {
  const { spec, annotations, policy, enforces } = checked;
  if (exemptions.runtimeClasses.includes(spec.runtimeClassName ?? "")) {
    return annotate(request, "exempt", "runtimeClass");
  }
  const problem = (wanted: LevelVersion) => {
    const found = violations(wanted, spec, annotations);
    return found.length > 0 && `PodSecurity "${levelText(wanted)}": ${detailsText(found)}`;
  };
  if (enforces) annotate(request, "enforce-policy", levelText(policy.enforce));
  const audited = problem(policy.audit);
  if (audited) annotate(request, "audit-violations", `would violate ${audited}`);
  const enforced = enforces && problem(policy.enforce);
  if (enforced) throw refusal(request, `violates ${enforced}`);
  const warned = problem(policy.warn);
  if (warned) request.warn(`would violate ${warned}`);
}

/** Of a pod that exists, only images and ephemeral containers may change in ways that matter. */
function hasNewImages({ spec }: Pod, { spec: old }: Pod): boolean {
  const images = (containers: readonly { readonly image?: string }[] = []) =>
    containers.map(({ image }) => image);
  if (!deepEqual(images(spec.containers), images(old.containers))) return true;
  if (!deepEqual(images(spec.initContainers), images(old.initContainers))) return true;
  return (spec.ephemeralContainers ?? []).some(
    ({ name, image }) =>
      old.ephemeralContainers?.find((other) => other.name === name)?.image !== image,
  );
}

function annotate(request: AdmissionRequest, key: string, value: string): void {
  request.annotate(annotationPrefix + key, value);
}
