import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { socketDuplex } from "#streaming/node/socket.ts";
import type { ListenAddress, Listener, Network } from "../host.ts";

/** Rejects in the words of Go's net package. */
export const listen: Network["listen"] = (at, accept) =>
  new Promise<Listener>((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => accept(socketDuplex(socket)));
    server.once("error", (error) => reject(listenError(at, error)));
    server.listen(at.port, at.host, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => new Promise<void>((closed) => server.close(() => closed())),
      }),
    );
  });

const meanings: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
  EACCES: "bind: permission denied",
  EAFNOSUPPORT: "socket: address family not supported by protocol",
};

export function listenError({ host, port }: ListenAddress, error: NodeJS.ErrnoException): Error {
  const isV6 = host.includes(":");
  const family = isV6 ? "tcp6" : "tcp4";
  const meaning = meanings[error.code ?? ""] ?? error.message;
  return new Error(`listen ${family} ${isV6 ? `[${host}]` : host}:${port}: ${meaning}`);
}
