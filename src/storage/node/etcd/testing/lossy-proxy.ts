import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A TCP proxy that loses what passes it when told to, and cuts the connections then. */
export class LossyProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #loses: "nothing" | "requests" | "answers" = "nothing";

  private constructor(server: Server) {
    this.#server = server;
  }

  /** In front of "http://HOST:PORT". */
  static async start(endpoint: string): Promise<LossyProxy> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer();
    const proxy = new LossyProxy(server);
    server.on("connection", (client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      proxy.#forward(client, upstream, "requests");
      proxy.#forward(upstream, client, "answers");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on swallows what goes that way; cuts all connections after a while, and is well. */
  async lose(what: "requests" | "answers", forMs: number): Promise<void> {
    this.#loses = what;
    await pause(forMs);
    for (const socket of this.#sockets) socket.destroy();
    this.#loses = "nothing";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(from: Socket, to: Socket, way: "requests" | "answers"): void {
    this.#sockets.add(from);
    from.on("data", (chunk) => {
      if (this.#loses !== way) to.write(chunk);
    });
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on("error", () => to.destroy());
  }
}
