import { accessDenied, internalError } from "#machinery/status.ts";
import type { StatusError } from "#machinery/status.ts";
import type { ApiRequest } from "#client/transport.ts";
import type { RequestInfo, UserInfo } from "../pipeline/request.ts";
import type { Attributes, Authorizer, Decision } from "./authorizer.ts";
import { selectorsOfQuery } from "./selectors.ts";

const selectable = ["list", "watch", "deletecollection"];

/** What a request wants, for the authorizer. */
export function attributesOf(user: UserInfo, info: RequestInfo, request: ApiRequest): Attributes {
  const { isResource, verb, group, version, resource, subresource, namespace, name, path } = info;
  const selectors = selectable.includes(verb) ? selectorsOfQuery(request.query) : undefined;
  const attributes = { user, verb, isResource, path, selectors };
  return { ...attributes, group, version, resource, subresource, namespace, name };
}

/** Throws 403 unless the authorizer allows, and 500 where it could not find out. */
export async function requireAccess(
  authorizer: Authorizer,
  attributes: Attributes,
  observe?: (decision: Decision) => void,
): Promise<void> {
  const answer = authorizer.authorize(attributes);
  const decision = answer instanceof Promise ? await answer : answer;
  observe?.(decision);
  if (decision.decision === "allow") return;
  if (decision.error !== undefined) throw internalError(decision.error);
  throw denial(attributes, decision.reason);
}

/** `pods is forbidden: User "x" cannot list resource "pods" in API group "" at the cluster scope` */
export function denial(attributes: Attributes, reason: string): StatusError {
  const { user, verb, isResource, path, ...rest } = attributes;
  const asked = isResource ? { user: user.name, verb, ...rest } : { user: user.name, verb, path };
  return accessDenied(asked, reason);
}
