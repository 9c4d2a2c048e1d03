import type { FunctionDeclaration, Library } from "#machinery/cel/cel.ts";
import { declare, method } from "#machinery/cel/signature.ts";
import { opaqueType } from "#machinery/cel/types.ts";
import type { Type } from "#machinery/cel/types.ts";
import { ErrorValue, OpaqueValue } from "#machinery/cel/values.ts";
import type { Result } from "#machinery/cel/values.ts";
import { isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import { serviceAccountGroups, serviceAccountUserName } from "../../authn/identity.ts";
import type { Attributes, Decision } from "../../authz/authorizer.ts";
import type { AdmissionRequest } from "../admission.ts";
import { namespaceOf } from "../matching/rules.ts";
import type { AuthorizationLibrary, Checks } from "./expressions.ts";

const prefix = "kubernetes.authorization";
const types = {
  authorizer: opaqueType(`${prefix}.Authorizer`),
  pathCheck: opaqueType(`${prefix}.PathCheck`),
  groupCheck: opaqueType(`${prefix}.GroupCheck`),
  resourceCheck: opaqueType(`${prefix}.ResourceCheck`),
  decision: opaqueType(`${prefix}.Decision`),
};

/** What is asked, and of whom: equal to nothing but itself. */
abstract class Asking extends OpaqueValue {
  readonly checks: Checks;
  readonly attributes: Attributes;

  constructor(checks: Checks, attributes: Attributes) {
    super();
    this.checks = checks;
    this.attributes = attributes;
  }

  override equals(other: OpaqueValue): boolean {
    return this === other;
  }
}

class AuthorizerValue extends Asking {
  override readonly type: Type = types.authorizer;
}
class PathCheck extends Asking {
  override readonly type: Type = types.pathCheck;
}
class GroupCheck extends Asking {
  override readonly type: Type = types.groupCheck;
}
class ResourceCheck extends Asking {
  override readonly type: Type = types.resourceCheck;
}

class DecisionValue extends OpaqueValue {
  override readonly type: Type = types.decision;
  readonly decision: Decision;

  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }

  override equals(other: OpaqueValue): boolean {
    return this === other;
  }
}

function withPath({ checks, attributes }: AuthorizerValue, path: string): Result {
  if (path.trim() === "") return new ErrorValue("path must not be empty");
  return new PathCheck(checks, { ...attributes, isResource: false, path });
}

function withGroup({ checks, attributes }: AuthorizerValue, group: string): Result {
  return new GroupCheck(checks, { ...attributes, isResource: true, group, version: "*" });
}

function asServiceAccount(authorizer: AuthorizerValue, namespace: string, name: string): Result {
  if (isDnsSubdomain(name).length > 0) return new ErrorValue("Invalid service account name");
  if (isDnsLabel(namespace).length > 0) return new ErrorValue("Invalid service account namespace");
  const user = {
    name: serviceAccountUserName(namespace, name),
    groups: serviceAccountGroups(namespace),
  };
  return new AuthorizerValue(authorizer.checks, { ...authorizer.attributes, user });
}

function withResource({ checks, attributes }: GroupCheck, resource: string): Result {
  if (resource.trim() === "") return new ErrorValue("resource must not be empty");
  return new ResourceCheck(checks, { ...attributes, resource });
}

type Detail = "subresource" | "namespace" | "name" | "fieldSelector" | "labelSelector";

const withDetail =
  (detail: Detail) =>
  ({ checks, attributes }: ResourceCheck, value: string): Result =>
    new ResourceCheck(checks, { ...attributes, [detail]: value });

function check({ checks, attributes }: PathCheck | ResourceCheck, verb: string): Result {
  const decision = checks.ask({ ...attributes, verb });
  return decision
    ? new DecisionValue(decision)
    : new ErrorValue("the authorizer has not answered yet");
}

const named = (text: string) =>
  text.replace(/\b(Authorizer|PathCheck|GroupCheck|ResourceCheck|Decision)\b/g, `${prefix}.$1`);

const detail = (name: Detail): FunctionDeclaration =>
  declare(
    name,
    method(
      `resourcecheck_${name.toLowerCase()}`,
      named("ResourceCheck, string -> ResourceCheck"),
      withDetail(name),
    ),
  );

const library: Library = {
  functions: [
    declare("path", method("authorizer_path", named("Authorizer, string -> PathCheck"), withPath)),
    declare(
      "group",
      method("authorizer_group", named("Authorizer, string -> GroupCheck"), withGroup),
    ),
    declare(
      "serviceAccount",
      method(
        "authorizer_serviceaccount",
        named("Authorizer, string, string -> Authorizer"),
        asServiceAccount,
      ),
    ),
    declare(
      "resource",
      method("groupcheck_resource", named("GroupCheck, string -> ResourceCheck"), withResource),
    ),
    ...(["subresource", "namespace", "name", "fieldSelector", "labelSelector"] as const).map(
      detail,
    ),
    declare(
      "check",
      method("pathcheck_check", named("PathCheck, string -> Decision"), check),
      method("resourcecheck_check", named("ResourceCheck, string -> Decision"), check),
    ),
    declare(
      "allowed",
      method(
        "decision_allowed",
        named("Decision -> bool"),
        ({ decision }: DecisionValue) => decision.decision === "allow",
      ),
    ),
    declare(
      "reason",
      method(
        "decision_reason",
        named("Decision -> string"),
        ({ decision }: DecisionValue) => decision.reason,
      ),
    ),
    // An authorizer that fails fails the request; a decision is never about that.
    declare(
      "errored",
      method("decision_errored", named("Decision -> bool"), () => false),
    ),
    declare(
      "error",
      method("decision_error", named("Decision -> string"), () => ""),
    ),
  ],
};

/** The functions of `authorizer`, and its values. */
export const authorizationLibrary: AuthorizationLibrary & { readonly library: Library } = {
  library,
  authorizerType: types.authorizer,
  resourceCheckType: types.resourceCheck,
  authorizer: (checks, user) => new AuthorizerValue(checks, attributesOf(user)),
  resourceCheck: (checks, request) =>
    new ResourceCheck(checks, {
      ...attributesOf(request.user),
      isResource: true,
      group: request.resourceGroup,
      version: "*",
      resource: request.resource,
      subresource: request.subresource,
      namespace: namespaceOf(request),
      name: request.name,
    }),
};

function attributesOf(user: AdmissionRequest["user"]): Attributes {
  return {
    user,
    verb: "",
    isResource: false,
    group: "",
    version: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    path: "",
  };
}
