import type { ApiResponse } from "#client/transport.ts";
import type { Bytes } from "#base/bytes.ts";
import type { Upgrade } from "../../../pipeline/request.ts";

/** Who answers: the kubelet of a node, or what listens at an address of the pod network. */
export type Target =
  | { readonly kind: "kubelet"; readonly node: string }
  /** An HTTP server in a pod, behind a service, or on a node. */
  | {
      readonly kind: "http";
      readonly scheme: "http" | "https";
      readonly host: string;
      readonly port: number;
    };

export interface ForwardedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Without those that belong to one connection, and without the client's credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes | undefined;
}

/**
 * The server's way to kubelets and to pods. It knows addresses and certificates; what may be
 * asked, and of whom, is decided before.
 */
export interface KubeletConnector {
  /**
   * Sends one request and streams the answer as it comes. Throws a status (503, 502) where nobody
   * answers; an error that the target answers with is an answer.
   */
  fetch(target: Target, request: ForwardedRequest, signal: AbortSignal): Promise<ApiResponse>;
  /**
   * Hands the client's raw connection over to the target: the same request there, then bytes both
   * ways until one side ends. The target's refusal is passed on to the client.
   */
  tunnel(
    upgrade: Upgrade,
    target: Target,
    request: ForwardedRequest,
    signal: AbortSignal,
  ): Promise<void>;
}
