import { Agent as HttpAgent } from "#base/node/http.ts";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { failure, serviceUnavailable } from "#machinery/status.ts";
import { upgradeTarget } from "#streaming/node/target.ts";
import { tunnelUpgrade } from "#streaming/node/tunnel.ts";
import { forward, forwardedPath } from "../../node/forward.ts";
import type {
  ForwardedRequest,
  KubeletConnector,
  Target,
} from "../../resources/core/pods/kubelet-connector.ts";

/** Certificates are read as they are needed: they may be other ones for the next connection. */
export interface KubeletConnectorOptions {
  /** PEM of the CA that signs the kubelets' certificates. */
  readonly certificateAuthority: string;
  /** PEM: how the server proves itself to kubelets. */
  readonly clientCertificate: { readonly certificate: string; readonly key: string };
  /** Where a node's kubelet listens; undefined for a node that nobody knows. */
  addressOf(node: string): Endpoint | undefined | Promise<Endpoint | undefined>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Reaches kubelets with the server's certificate, and everything else as an anonymous client. */
export function createKubeletConnector(options: KubeletConnectorOptions): KubeletConnector {
  const kubeletTls = () => {
    const { certificate: cert, key } = options.clientCertificate;
    return { ca: options.certificateAuthority, cert, key };
  };
  // What serves in pods has certificates of its own making, if any; upstream does not check them.
  const podTls = { rejectUnauthorized: false };
  // The certificates are part of what a kept connection is found by.
  const kubelets = new HttpsAgent({ keepAlive: true });
  const secure = new HttpsAgent({ ...podTls, keepAlive: true });
  const plain = new HttpAgent({ keepAlive: true });

  const locate = async (target: Target): Promise<Endpoint & { scheme: "http" | "https" }> => {
    if (target.kind === "http") return target;
    const endpoint = await options.addressOf(target.node);
    if (!endpoint) {
      throw failure(500, "", `no preferred addresses found; known addresses: []`, {});
    }
    return { ...endpoint, scheme: "https" };
  };
  return {
    async fetch(target, request, signal) {
      const { scheme, host, port } = await locate(target);
      const isKubelet = target.kind === "kubelet";
      const agent = scheme === "http" ? plain : isKubelet ? kubelets : secure;
      const tls = isKubelet ? kubeletTls() : {};
      const sent = { ...requestOptions(request), ...tls, host, port, agent, signal };
      try {
        return await forward(scheme, sent, request.body);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw serviceUnavailable(`error trying to reach service: ${why}`);
      }
    },
    async tunnel(upgrade, target, request) {
      const { scheme, host, port } = await locate(target);
      const address = host.includes(":") ? `[${host}]` : host;
      const url = `${scheme}://${address}:${port}${forwardedPath(request)}`;
      const upstream = upgradeTarget(url, {
        tls: target.kind === "kubelet" ? kubeletTls() : podTls,
      });
      await tunnelUpgrade(
        upgrade.request as IncomingMessage,
        upgrade.socket as Duplex,
        upgrade.head as Buffer,
        upstream,
      );
    },
  };
}

function requestOptions(request: ForwardedRequest): RequestOptions {
  return { method: request.method, path: forwardedPath(request), headers: { ...request.headers } };
}
