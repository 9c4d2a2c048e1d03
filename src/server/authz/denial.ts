import { accessDenied } from "#machinery/status.ts";
import type { StatusError } from "#machinery/status.ts";
import type { ApiRequest } from "#client/transport.ts";
import type { RequestInfo, UserInfo } from "../pipeline/request.ts";
import type { Attributes, Authorizer } from "./authorizer.ts";

/** What a request wants, for the authorizer. */
export function attributesOf(user: UserInfo, info: RequestInfo, request: ApiRequest): Attributes {
  const { isResource, verb, group, version, resource, subresource, namespace, name, path } = info;
  const fieldSelector = request.query.get("fieldSelector") ?? undefined;
  const attributes = { user, verb, isResource, path, fieldSelector };
  return { ...attributes, group, version, resource, subresource, namespace, name };
}

/** Throws 403 unless the authorizer allows. */
export async function requireAccess(authorizer: Authorizer, attributes: Attributes): Promise<void> {
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision !== "allow") throw denial(attributes, reason);
}

/** `pods is forbidden: User "x" cannot list resource "pods" in API group "" at the cluster scope` */
export function denial(attributes: Attributes, reason: string): StatusError {
  const { user, verb, isResource, path, ...rest } = attributes;
  const asked = isResource ? { user: user.name, verb, ...rest } : { user: user.name, verb, path };
  return accessDenied(asked, reason);
}
