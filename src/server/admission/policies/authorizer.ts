import { authorizerType, authorizerValue } from "#machinery/cel/cel.ts";
import { requestResourceType, requestResourceValue } from "#machinery/cel/cel.ts";
import type { AuthorizationQuestion } from "#machinery/cel/cel.ts";
import { serviceAccountGroups, serviceAccountUserName } from "../../authn/identity.ts";
import type { Attributes } from "../../authz/authorizer.ts";
import type { AdmissionRequest } from "../admission.ts";
import { namespaceOf } from "../matching/rules.ts";
import type { AuthorizationLibrary, Checks } from "./expressions.ts";

type User = AdmissionRequest["user"];

/** The variables `authorizer` and `authorizer.requestResource`. */
export const authorizationLibrary: AuthorizationLibrary = {
  authorizerType,
  resourceCheckType: requestResourceType,
  authorizer: (checks, user) => authorizerValue((question) => ask(checks, user, question)),
  resourceCheck: (checks, request) =>
    requestResourceValue((question) => ask(checks, request.user, question), {
      group: request.resourceGroup,
      resource: request.resource,
      subresource: request.subresource,
      namespace: namespaceOf(request),
      name: request.name,
    }),
};

/** An answer that is not there yet is a no for now: the evaluation is repeated once it is. */
function ask(checks: Checks, user: User, question: AuthorizationQuestion) {
  const decision = checks.ask(attributesOf(user, question));
  return { allowed: decision?.decision === "allow", reason: decision?.reason ?? "" };
}

function attributesOf(user: User, question: AuthorizationQuestion): Attributes {
  const { verb, path, serviceAccount, group = "", resource = "", subresource = "" } = question;
  const { namespace = "", name = "", fieldSelector } = question;
  const isResource = path === undefined;
  return {
    user: serviceAccount ? accountOf(serviceAccount) : user,
    verb,
    isResource,
    group,
    version: isResource ? "*" : "",
    resource,
    subresource,
    namespace,
    name,
    path: path ?? "",
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}

function accountOf({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): User {
  return {
    name: serviceAccountUserName(namespace, name),
    groups: serviceAccountGroups(namespace),
  };
}
