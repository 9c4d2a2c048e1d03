import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PeerCall {
  readonly over: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  readonly localPort?: number;
  readonly timeoutMs?: number;
}

export type PeerResult = { readonly ms: number } & (
  | { readonly text: string; readonly error?: undefined }
  | { readonly error: string; readonly text?: undefined }
);

/** A process in a network namespace, for tests of what passes between namespaces. */
export interface Peer extends AsyncDisposable {
  call(call: PeerCall): Promise<PeerResult>;
}

/** Without a namespace it is in the test's own. A port of 0 is not served. */
export async function startPeer(options: {
  readonly name: string;
  readonly namespace?: string;
  readonly httpPort?: number;
  readonly udpPort?: number;
}): Promise<Peer> {
  const { name, namespace, httpPort = 0, udpPort = 0 } = options;
  const program = fileURLToPath(new URL("peer-program.ts", import.meta.url));
  const node = [process.execPath, program, name, String(httpPort), String(udpPort)];
  const [command = "", ...args] = namespace
    ? ["nsenter", `--net=/run/netns/${namespace}`, ...node]
    : node;
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit");
  const first = await Promise.race([once(lines, "line"), ended]);
  if (first[0] !== "ready") throw new Error(`the peer ${name} did not start`);
  const waiting = new Map<number, (result: PeerResult) => void>();
  lines.on("line", (line) => {
    const { id, ...result } = JSON.parse(line) as PeerResult & { id: number };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let calls = 0;
  return {
    call(call) {
      const id = ++calls;
      const { promise, resolve } = Promise.withResolvers<PeerResult>();
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, ...call })}\n`);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
