import type { CompiledExpression } from "../settings/expressions.ts";

/** How a webhook is asked. */
export interface WebhookSettings {
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
  readonly timeoutMs: number;
  readonly version: "v1" | "v1beta1";
  readonly failurePolicy: "NoOpinion" | "Deny";
  /** A kubeconfig's path; undefined for the way that pods take. */
  readonly kubeconfig: string | undefined;
  readonly conditions: readonly CompiledExpression[];
}

/** One authorizer, in the order in which they are asked. */
export type AuthorizerSettings =
  | { readonly type: "Node" | "RBAC" | "AlwaysAllow" | "AlwaysDeny"; readonly name: string }
  | { readonly type: "Webhook"; readonly name: string; readonly webhook: WebhookSettings };

/** Of a server that nobody configures. */
export const usualAuthorizers: readonly AuthorizerSettings[] = [
  { type: "Node", name: "node" },
  { type: "RBAC", name: "rbac" },
];
