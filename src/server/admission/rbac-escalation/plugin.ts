import type { PolicyRule, RoleRef } from "#api/rbac/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { forbidden, notFound } from "#machinery/status.ts";
import { groups } from "../../authn/identity.ts";
import type { Attributes, Authorizer } from "../../authz/authorizer.ts";
import { escalationProblem } from "../../authz/rbac/escalation.ts";
import type { RbacAuthorizer } from "../../authz/rbac/rbac.ts";
import type { RbacSource } from "../../authz/rbac/source.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";

const rbacGroup = "rbac.authorization.k8s.io";
const everything: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/**
 * Nobody gives away rights that he lacks: writes of roles need the rights in them or the verb
 * `escalate`, writes of bindings the rights of the role or the verb `bind`. Upstream does this in
 * the storage of these kinds, where it cannot be switched off; neither should a server here.
 */
export function rbacEscalationCheck(options: {
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
  readonly source: RbacSource;
}): AdmissionPlugin {
  return {
    name: "RBACEscalation",
    async validate(request) {
      if (request.resourceGroup !== rbacGroup || request.subresource) return;
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (request.user.groups.includes(groups.masters)) return;
      const problem =
        request.resource === "roles" || request.resource === "clusterroles"
          ? await roleProblem(request, options)
          : await bindingProblem(request, options);
      if (problem)
        throw forbidden({ group: rbacGroup, resource: request.resource }, nameOf(request), problem);
    },
  };
}

interface RoleBody {
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly unknown[] };
}

async function roleProblem(
  request: AdmissionRequest,
  { authorizer, rbac }: { authorizer: Authorizer; rbac: RbacAuthorizer },
): Promise<string | undefined> {
  const role: RoleBody = request.object ?? {};
  const old: RoleBody | undefined = request.oldObject;
  if (
    old &&
    semanticEqual(role.rules, old.rules) &&
    semanticEqual(role.aggregationRule, old.aggregationRule)
  ) {
    return undefined;
  }
  const asked = attributes(request, "escalate", request.resource, nameOf(request));
  if ((await authorizer.authorize(asked)).decision === "allow") return undefined;
  const own = rbac.rulesFor(request.user, request.namespace);
  // An aggregated role may grow to anything.
  if (role.aggregationRule?.clusterRoleSelectors?.length) {
    if (escalationProblem(request.user, own, everything)) {
      return "must have cluster-admin privileges to use the aggregationRule";
    }
  }
  return escalationProblem(request.user, own, role.rules ?? []);
}

interface BindingBody {
  readonly roleRef?: RoleRef;
  readonly subjects?: readonly unknown[];
}

async function bindingProblem(
  request: AdmissionRequest,
  options: { authorizer: Authorizer; rbac: RbacAuthorizer; source: RbacSource },
): Promise<string | undefined> {
  const binding: BindingBody = request.object ?? {};
  const old: BindingBody | undefined = request.oldObject;
  if (
    old &&
    semanticEqual(binding.roleRef, old.roleRef) &&
    semanticEqual(binding.subjects, old.subjects)
  ) {
    return undefined;
  }
  const { roleRef } = binding;
  if (!roleRef) return undefined;
  const resource = roleRef.kind === "Role" ? "roles" : "clusterroles";
  const asked = attributes(request, "bind", resource, roleRef.name);
  if ((await options.authorizer.authorize(asked)).decision === "allow") return undefined;
  const rules = options.source.rulesOf(roleRef, request.namespace);
  // Upstream names the kind of the binding with the name of the role.
  if (!rules) throw notFound({ group: rbacGroup, resource: request.resource }, roleRef.name);
  const own = options.rbac.rulesFor(request.user, request.namespace);
  return escalationProblem(request.user, own, rules);
}

function attributes(
  { user, namespace, type }: AdmissionRequest,
  verb: string,
  resource: string,
  name: string,
): Attributes {
  const { version } = type.info;
  const asked = { user, verb, resource, namespace, name, version };
  return { ...asked, isResource: true, group: rbacGroup, subresource: "", path: "" };
}

function nameOf({ name, object }: AdmissionRequest): string {
  const metadata = object?.["metadata"] as { readonly name?: string } | undefined;
  return name || (metadata?.name ?? "");
}
