import { spawn } from "node:child_process";
import type { IncomingMessage } from "node:http";
import type { Duplex as NodeDuplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import { commandStreams, parseKubeletPath } from "#kubelet/server/routes.ts";
import type {
  ForwardedRequest,
  KubeletConnector,
} from "#server/resources/core/pods/kubelet-connector.ts";
import { acceptPortForward, acceptRemoteCommand } from "#streaming/node/accept.ts";
import { pump } from "#streaming/duplex.ts";
import type { ByteWriter } from "#streaming/duplex.ts";
import { exitStatus } from "#streaming/remote-command.ts";
import type { CommandStatus, RemoteCommandSession } from "#streaming/remote-command.ts";

/** What the programs of images say, by their command lines; `POD` is the name of the pod. */
export type ImagePrograms = Readonly<
  Record<string, string | { readonly stderr: string; readonly exitCode: number }>
>;

/**
 * Answers for the kubelets of simulated nodes, in this process: logs that tell how they were asked
 * for, commands that are a small shell, and ports that echo.
 */
export function fakeKubelet(
  /** Where the shell of all containers is. */
  directory = "/nonexistent",
  programs: ImagePrograms = {},
): KubeletConnector {
  return {
    fetch: (_target, request) => Promise.resolve(answer(request)),
    async tunnel(upgrade, _target, request) {
      const route = parseKubeletPath(request.path);
      const [client, socket] = [upgrade.request as IncomingMessage, upgrade.socket as NodeDuplex];
      const head = upgrade.head as Buffer;
      if (route?.kind === "portForward") return await forward(client, socket, head);
      if (route?.kind !== "exec" && route?.kind !== "attach") throw new Error(request.path);
      const streams = commandStreams(request.query);
      const session = await acceptRemoteCommand(client, socket, head, streams);
      const words = request.query.getAll("command");
      const command =
        route.kind === "exec"
          ? words
          : ["say", `attached to ${route.container}, tty=${streams.tty}`];
      // What speaks at once may be faster than the stock client has ears for each stream.
      if (route.kind === "attach") await sleep(100);
      const program = programs[command.join(" ")];
      await session.finish(
        program === undefined
          ? await run(command, session, { tty: streams.tty, directory })
          : await tell(program, route.pod, session),
      );
    },
  };
}

function answer({ path, query }: ForwardedRequest): ApiResponse {
  const route = parseKubeletPath(path);
  if (route?.kind !== "logs") return plain(404, "404 page not found\n");
  const { pod, container } = route;
  const asked = [...query].map(([name, value]) => `${name}=${value}`).toSorted();
  const lines = [`${pod}/${container} ${asked.join(" ")}`, "one", "two", "three"];
  const tail = query.get("tailLines");
  const kept = tail === null ? lines : lines.slice(0, 1 + Number(tail));
  const all = utf8(kept.map((line) => `${line}\n`).join(""));
  const limit = query.get("limitBytes");
  const bytes = limit === null ? all : all.subarray(0, Number(limit));
  const contentType = "text/plain";
  if (query.get("follow") !== "true") {
    return { status: 200, headers: {}, body: { kind: "bytes", contentType, bytes } };
  }
  const chunks = (async function* () {
    // Cut anywhere, as a network does.
    for (let at = 0; at < bytes.length; at += 7) {
      yield bytes.slice(at, at + 7);
      await sleep(1);
    }
  })();
  return { status: 200, headers: {}, body: { kind: "stream", contentType, chunks } };
}

function plain(status: number, message: string): ApiResponse {
  const contentType = "text/plain";
  return { status, headers: {}, body: { kind: "bytes", contentType, bytes: utf8(message) } };
}

async function tell(
  program: ImagePrograms[string],
  pod: string,
  session: RemoteCommandSession,
): Promise<CommandStatus> {
  if (typeof program === "string") {
    await session.stdout.write(utf8(program.replaceAll("POD", pod)));
    return exitStatus(0);
  }
  await session.stderr.write(utf8(program.stderr));
  return exitStatus(program.exitCode);
}

/** "say", "err", "cat", "tty" and "exit"; "tar" and what goes with it are the machine's own. */
async function run(
  [verb = "", ...args]: readonly string[],
  session: RemoteCommandSession,
  { tty, directory }: { readonly tty: boolean; readonly directory: string },
): Promise<CommandStatus> {
  switch (verb) {
    case "say":
      await session.stdout.write(utf8(`${args.join(" ")}\n`));
      return exitStatus(0);
    case "err":
      await session.stderr.write(utf8(`${args.join(" ")}\n`));
      return exitStatus(1);
    case "cat":
      for await (const bytes of session.stdin) await session.stdout.write(bytes);
      return exitStatus(0);
    case "tty":
      await session.stdout.write(utf8(`tty=${tty}\n`));
      return exitStatus(0);
    case "exit":
      return exitStatus(Number(args[0]));
    case "tar":
    case "test":
    case "find":
    case "sh":
      return await spawned(verb, args, session, directory);
    default:
      return {
        status: "Failure",
        reason: "InternalError",
        code: 500,
        message: `Internal error occurred: exec failed: "${verb}": executable file not found in $PATH`,
      };
  }
}

async function spawned(
  program: string,
  args: readonly string[],
  session: RemoteCommandSession,
  directory: string,
): Promise<CommandStatus> {
  const child = spawn(program, args, { cwd: directory, env: { ...process.env, LC_ALL: "C" } });
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 137)));
  child.stdin.on("error", () => {}); // It may end without reading.
  const show = async (from: AsyncIterable<Buffer>, to: ByteWriter) => {
    for await (const chunk of from) await to.write(new Uint8Array(chunk));
  };
  const feed = async () => {
    for await (const bytes of session.stdin) child.stdin.write(bytes);
    child.stdin.end();
  };
  void feed().catch(() => child.stdin.end());
  await Promise.all([show(child.stdout, session.stdout), show(child.stderr, session.stderr)]);
  return exitStatus(await ended);
}

/** Port 9 is closed; whatever is sent to any other comes back, with its number in front. */
async function forward(request: IncomingMessage, socket: NodeDuplex, head: Buffer): Promise<void> {
  const running: Promise<void>[] = [];
  for await (const one of await acceptPortForward(request, socket, head)) {
    const { port, data } = one;
    if (port === 9) await one.fail("connection refused");
    else {
      const echo = async () => {
        await data.write(utf8(`${port}:`));
        await pump(data.readable, data);
        await data.closeWrite();
      };
      // The client may hang up at any time.
      running.push(echo().catch(() => {}));
    }
  }
  await Promise.all(running);
}
