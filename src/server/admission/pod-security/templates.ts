import type { PodTemplateSpec } from "#api/core/v1.ts";
import type { AdmissionRequest } from "../admission.ts";

interface WithTemplate {
  readonly spec?: { readonly template?: PodTemplateSpec };
}

/** Where a pod's template stands, in the kinds that make pods. */
const templates: Readonly<Record<string, (object: never) => PodTemplateSpec | undefined>> = {
  podtemplates: (object: { readonly template?: PodTemplateSpec }) => object.template,
  replicationcontrollers: inSpec,
  "replicasets.apps": inSpec,
  "deployments.apps": inSpec,
  "statefulsets.apps": inSpec,
  "daemonsets.apps": inSpec,
  "jobs.batch": inSpec,
  "cronjobs.batch": (object: { readonly spec?: { readonly jobTemplate?: WithTemplate } }) =>
    inSpec(object.spec?.jobTemplate ?? {}),
};

export function isTemplateResource(group: string, resource: string): boolean {
  return Object.hasOwn(templates, nameOf(group, resource));
}

export function templateOf(request: AdmissionRequest): PodTemplateSpec | undefined {
  const find = templates[nameOf(request.resourceGroup, request.resource)];
  return find?.(request.object as never);
}

function inSpec(object: WithTemplate): PodTemplateSpec | undefined {
  return object.spec?.template;
}

function nameOf(group: string, resource: string): string {
  return group ? `${resource}.${group}` : resource;
}
