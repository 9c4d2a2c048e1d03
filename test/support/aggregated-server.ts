import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";

/** Who asked, as the front proxy's headers say. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly headers: IncomingMessage["headers"];
}

export interface AggregatedServer extends AsyncDisposable {
  readonly port: number;
  /** Base64 of the PEM of who signed its certificate. */
  readonly caBundle: string;
  readonly requests: readonly ProxiedRequest[];
}

export interface AggregatedServerOptions {
  /** The name of its Service, which its certificate carries. */
  readonly dnsName: string;
  /** PEM: whose clients may say who asks. */
  readonly requestHeaderAuthority: string;
  readonly allowedNames: readonly string[];
  readonly port?: number;
}

/**
 * A server behind an APIService, which answers nobody but a front proxy. Upgraded connections are
 * echoed.
 */
export async function openAggregatedServer(
  options: AggregatedServerOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<AggregatedServer> {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "aggregated-ca", now });
  const issued = await issueCertificate(authority, {
    commonName: "aggregated",
    dnsNames: [options.dnsName],
    usages: "server",
    now,
  });
  const requests: ProxiedRequest[] = [];
  const server = createServer({
    cert: issued.certificatePem,
    key: issued.privateKeyPem,
    ca: options.requestHeaderAuthority,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const isKnown = (request: IncomingMessage): boolean => {
    const socket = request.socket as TLSSocket;
    if (!socket.authorized) return false;
    const { CN } = socket.getPeerCertificate().subject;
    if (!options.allowedNames.includes(String(CN))) return false;
    requests.push(described(request));
    return true;
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (isKnown(request)) answer(request, response);
    else response.writeHead(401).end("who are you?");
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    if (!isKnown(request)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      return;
    }
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n",
    );
    socket.pipe(socket);
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket));
  return {
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(authority.certificatePem).toString("base64"),
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function described(request: IncomingMessage): ProxiedRequest {
  const { method = "", url = "", headersDistinct: values, headers } = request;
  return {
    method,
    url,
    user: values["x-remote-user"]?.[0] ?? "",
    groups: values["x-remote-group"] ?? [],
    uid: values["x-remote-uid"]?.[0] ?? "",
    headers,
  };
}
