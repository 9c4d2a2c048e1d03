import type { Awaitable } from "#base/awaitable.ts";
import type { UserInfo } from "../pipeline/request.ts";
import type { Selectors } from "./selectors.ts";

/** What somebody wants to do. */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** For requests that are no resource's: "/healthz". */
  readonly path: string;
  /** Of list, watch and deletecollection: what a node may see depends on it. */
  readonly selectors?: Selectors | undefined;
}

export type Decision =
  | { readonly decision: "allow"; readonly reason: string }
  /** Final: no later authorizer is asked. */
  | { readonly decision: "deny"; readonly reason: string; readonly error?: string }
  /** An error: this authorizer could not find out. */
  | { readonly decision: "noOpinion"; readonly reason: string; readonly error?: string };

export interface Authorizer {
  authorize(attributes: Attributes): Awaitable<Decision>;
}

export const allow = (reason = ""): Decision => ({ decision: "allow", reason });
export const noOpinion = (reason = ""): Decision => ({ decision: "noOpinion", reason });
