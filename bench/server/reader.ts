import { Agent, get } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Target } from "./open.ts";

export const jsonType = "application/json";
export const protobufType = "application/vnd.kubernetes.protobuf";

export interface ReadResult {
  readonly ms: number;
  readonly bytes: number;
}

/** Reads from the server over connections that stay open, and throws away what it gets. */
export class Reader implements Disposable {
  readonly #agent: Agent;
  readonly #target: Target;

  constructor(target: Target) {
    const { authority: ca, certificate: cert, key } = target;
    this.#agent = new Agent({ keepAlive: true, ca, cert, key });
    this.#target = target;
  }

  /** From the request to the last byte of its answer. */
  async read(path: string, accept: string): Promise<ReadResult> {
    const from = performance.now();
    const response = await this.open(path, accept);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Uint8Array).length;
    return { ms: performance.now() - from, bytes };
  }

  open(path: string, accept: string): Promise<IncomingMessage> {
    const { port } = this.#target;
    const options = { host: "127.0.0.1", port, path, headers: { accept }, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const request = get(options, (response) => {
        if (response.statusCode === 200) resolve(response);
        else reject(new Error(`${path} was answered with ${response.statusCode}`));
      });
      request.on("error", reject);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
