import { fromBase64, text } from "#base/bytes.ts";
import type { ApiRequest } from "#client/transport.ts";
import { unauthorized } from "#machinery/status.ts";

/** Browsers cannot set headers of a WebSocket: they send the token as a subprotocol. */
const protocolPrefix = "base64url.bearer.authorization.k8s.io.";

/**
 * The token of the Authorization header or the WebSocket's subprotocols. One that is written with
 * two spaces before it is none, and `warn` tells so.
 */
export function bearerTokenOf(
  request: ApiRequest,
  warn?: (message: string) => void,
): string | undefined {
  const [scheme, token, other] = request.headers["authorization"]?.trim().split(" ") ?? [];
  if (scheme?.toLowerCase() === "bearer") {
    if (token) return token;
    if (other) warn?.(extraSpace);
  }
  const protocols = request.headers["sec-websocket-protocol"]?.split(",") ?? [];
  const carrier = protocols.find((protocol) => protocol.trim().startsWith(protocolPrefix));
  if (!carrier) return undefined;
  const encoded = carrier.trim().slice(protocolPrefix.length);
  if (!/^[\w-]+$/.test(encoded)) throw unauthorized();
  return text(fromBase64(encoded.replace(/-/g, "+").replace(/_/g, "/")));
}

const extraSpace =
  "the provided Authorization header contains extra space before the bearer token, and is ignored";

/** The header without the token: the subprotocols that the handler may choose from. */
export function withoutBearerProtocol(protocols: string): string {
  return protocols
    .split(",")
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol && !protocol.startsWith(protocolPrefix))
    .join(", ");
}
