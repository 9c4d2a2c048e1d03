import type { AdmissionPlugin } from "#server/admission/admission.ts";
import { admissionPlugins } from "#server/admission/default.ts";
import { expressionEngine } from "#server/admission/policies/engine.ts";
import { rbacEscalationCheck } from "#server/admission/rbac-escalation/plugin.ts";
import { clusterAddressResolver } from "#server/webhook/service-resolver.ts";
import type { Authorization } from "#server/authz/authorization.ts";
import type { ServerParts } from "#server/server.ts";
import type { ControlPlaneOptions } from "./options.ts";

/** The plugins that a request passes, with what they ask. */
export function admissionOf(
  { clock, random, admission, webhookPost: post }: ControlPlaneOptions,
  { client, kinds }: ServerParts,
  { authorizer, rbac, rbacStore }: Authorization,
): AdmissionPlugin[] {
  const webhooks = post && { post, resolve: clusterAddressResolver(client) };
  const expressions = expressionEngine;
  const asked = { client, clock, random, authorizer, kinds, expressions };
  const environment = { ...asked, ...(webhooks && { webhooks }) };
  return [
    rbacEscalationCheck({ authorizer, rbac, source: rbacStore }),
    ...admissionPlugins(environment, admission),
  ];
}
