import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse, RequestBody } from "#client/transport.ts";
import { badRequest } from "#machinery/status.ts";
import type { RequestContext } from "../../pipeline/request.ts";
import type { Subresource } from "../../registry/resource.ts";
import type { ForwardedRequest, KubeletConnector, Target } from "../core/pods/kubelet-connector.ts";
import { takenOver } from "./answers.ts";

/** What a name in a proxy path means: `https:web:8443` is a scheme, a name and a port. */
export interface ProxyName {
  readonly scheme: "http" | "https";
  readonly name: string;
  /** A number or a port's name; empty when not given. */
  readonly port: string;
}

/** Throws 400 for what is none of `name`, `name:port`, `scheme:name:port`. */
export function parseProxyName(text: string, resource: string): ProxyName {
  const parts = text.split(":");
  const [first = "", second = "", third = ""] = parts;
  if (parts.length === 1 && first) return { scheme: "http", name: first, port: "" };
  if (parts.length === 2 && first) return { scheme: "http", name: first, port: second };
  if (parts.length === 3 && second && ["", "http", "https"].includes(first)) {
    return { scheme: first === "https" ? "https" : "http", name: second, port: third };
  }
  throw badRequest(`invalid ${resource} request ${JSON.stringify(text)}`);
}

/** `x/proxy`: passes a request on to whatever `locate` finds, and its answer back. */
export function proxySubresource(
  kind: string,
  connector: { readonly kubelet: KubeletConnector },
  locate: (context: RequestContext) => Promise<Target>,
): Subresource {
  return {
    kind: { group: "", version: "v1", kind },
    verbs: ["create", "delete", "get", "patch", "update"],
    async handle(context): Promise<ApiResponse> {
      const { request, info, connection, signal } = context;
      // Relative links of the page behind need the slash.
      if (!info.rest && !request.path.endsWith("/") && request.method === "GET") {
        const query = request.query.toString();
        const location = `${request.path}/${query ? `?${query}` : ""}`;
        return { status: 301, headers: { location }, body: { kind: "none" } };
      }
      const target = await locate(context);
      const forwarded: ForwardedRequest = {
        method: request.method,
        path: `/${info.rest.replace(/^\//, "")}`,
        query: request.query,
        headers: connection.upgrade ? request.headers : endToEnd(request.headers),
        body: connection.upgrade ? undefined : await bodyBytes(request.body),
      };
      if (!connection.upgrade) return connector.kubelet.fetch(target, forwarded, signal);
      await connector.kubelet.tunnel(connection.upgrade, target, forwarded, signal);
      return takenOver;
    },
  };
}

/** Headers that are about one connection, or prove who the client is to this server alone. */
const oneHop = new Set([
  "authorization",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function endToEnd(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !oneHop.has(name) && !name.startsWith("impersonate-"),
    ),
  );
}

async function bodyBytes(body: RequestBody): Promise<Bytes | undefined> {
  switch (body.kind) {
    case "none":
      return undefined;
    case "object":
      return utf8(JSON.stringify(body.object));
    case "bytes":
      return body.read();
    default:
      return body satisfies never;
  }
}
