import { request as httpRequest } from "#base/node/http.ts";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Bytes } from "#base/bytes.ts";

const attemptsMax = 4;

/**
 * Sends one request and resolves with the answer's head, for whatever goes out of this process. A
 * kept connection may have been closed by the other side just now: reads are sent again.
 */
export async function exchange(
  scheme: "http" | "https",
  options: RequestOptions,
  body: Uint8Array | undefined,
): Promise<IncomingMessage> {
  const isRead = options.method === "GET" || options.method === "HEAD";
  for (let attempt = 1; ; attempt++) {
    const outgoing = (scheme === "http" ? httpRequest : httpsRequest)(options);
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once("response", resolve);
        outgoing.once("error", reject);
        outgoing.once("upgrade", (_response, socket) => {
          socket.destroy();
          reject(new Error("the server switched protocols where an answer was expected"));
        });
        outgoing.setSocketKeepAlive(true, 30_000);
        outgoing.end(body);
      });
    } catch (error) {
      const isLost = error instanceof Error && "code" in error && error.code === "ECONNRESET";
      if (!(isLost && isRead && outgoing.reusedSocket && attempt < attemptsMax)) throw error;
    }
  }
}

/** Rejects, and ends the connection, where the answer is longer. */
export async function readAll(response: IncomingMessage, bytesMax: number): Promise<Bytes> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) {
      response.destroy();
      throw new Error(`the answer has more than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
