import { createServer } from "#base/node/http.ts";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import { text, type Bytes } from "#base/bytes.ts";
import { readAll } from "../byte-queue.ts";
import {
  exitStatus,
  parseCommandStreams,
  type CommandStatus,
  type CommandStreams,
  type RemoteCommandSession,
} from "../remote-command.ts";

export type UpgradeHandler = (
  request: IncomingMessage,
  socket: NodeDuplex,
  head: Buffer,
) => Promise<void>;

/** An HTTP server on the loopback that only upgrades; `failures` has what its handler threw. */
export async function upgradeServer(handle: UpgradeHandler): Promise<{
  url: string;
  failures: unknown[];
  close(): Promise<void>;
}> {
  const failures: unknown[] = [];
  const sockets = new Set<NodeDuplex>();
  const server = createServer((_request, response) => response.writeHead(404).end("not found\n"));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    handle(request, socket, head).catch((error: unknown) => failures.push(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    failures,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The streams that the request's query asks for. */
export function streamsOf(request: IncomingMessage): CommandStreams {
  return parseCommandStreams(new URL(request.url ?? "/", "http://localhost").searchParams);
}

/**
 * A small shell: the words of the query's `command` are what it does. "cat" copies its input,
 * "sizes N" prints N resizes, "send N" writes N bytes, "err TEXT" writes to stderr, and "exit N"
 * ends it.
 */
export async function runCommand(
  request: IncomingMessage,
  session: RemoteCommandSession,
): Promise<void> {
  const { searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [verb, argument = ""] = searchParams.getAll("command");
  let status: CommandStatus = exitStatus(0);
  if (verb === "cat") {
    for await (const bytes of session.stdin) await session.stdout.write(bytes);
  } else if (verb === "sizes") {
    let wanted = Number(argument);
    for await (const { width, height } of session.resizes) {
      await session.stdout.write(new TextEncoder().encode(`${width}x${height} `));
      if (--wanted === 0) break;
    }
  } else if (verb === "send") {
    await session.stdout.write(pattern(Number(argument)));
  } else if (verb === "err") {
    await session.stderr.write(new TextEncoder().encode(argument));
  } else if (verb === "exit") {
    status = exitStatus(Number(argument));
  } else {
    status = { status: "Failure", message: `exec: "${verb}": not found`, code: 500 };
  }
  await session.finish(status);
}

/** Bytes whose every position can be told from the next ones. */
export function pattern(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8)) & 0xff;
  return bytes;
}

export async function readText(source: AsyncIterable<Bytes>): Promise<string> {
  return text(await readAll(source, 1024 * 1024));
}
