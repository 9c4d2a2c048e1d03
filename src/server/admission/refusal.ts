import type { ObjectMeta } from "#api/meta/v1.ts";
import { forbidden } from "#machinery/status.ts";
import type { StatusError } from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import type { AdmissionRequest } from "./admission.ts";

/** `pods "web-" is forbidden: …`: an object whose name is not generated yet has its prefix. */
export function refusal(request: AdmissionRequest, why: string): StatusError {
  const { resourceGroup: group, resource } = request;
  return forbidden({ group, resource }, displayName(request), why);
}

/** The name of what is written, or "" before it is generated. */
export function objectName(request: AdmissionRequest): string {
  return request.name || (metadataOf(request.object).name ?? "");
}

export function metadataOf(
  object: Readonly<Record<string, unknown>> | undefined,
): Readonly<Partial<ObjectMeta>> {
  return object?.["metadata"] ?? {};
}

/** Whether the request is about this resource itself, or this subresource of it. */
export function isAbout(
  request: AdmissionRequest,
  group: string,
  resource: string,
  subresource = "",
): boolean {
  return (
    request.resource === resource &&
    request.subresource === subresource &&
    request.resourceGroup === group
  );
}

/** The object as its type has it: the registry decoded it as that. */
export function objectAs<T>(request: AdmissionRequest, _type: KindType<T>): T {
  return request.object as T;
}

function displayName(request: AdmissionRequest): string {
  const { generateName } = metadataOf(request.object);
  return objectName(request) || generateName || "Unknown";
}
