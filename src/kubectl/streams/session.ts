import type { Bytes } from "#base/bytes.ts";
import { Scope } from "#base/scope.ts";
import { statusCauseOf } from "#streaming/remote-command.ts";
import type { CommandStatus, RemoteCommand } from "#streaming/remote-command.ts";
import { CommandError, ExitError } from "../errors.ts";
import type { Output } from "../host.ts";
import type { Kubectl } from "../kubectl.ts";
import type { PodObject } from "./pod-object.ts";

/** A process in a container, and where its streams go. */
export interface Session {
  readonly pod: PodObject;
  readonly subresource: "exec" | "attach";
  readonly container: string;
  /** Of exec. */
  readonly command?: readonly string[];
  /** The input; undefined where none is passed. Aborts when nobody reads it any more. */
  readonly stdin?: ((signal: AbortSignal) => AsyncIterable<Bytes>) | undefined;
  readonly stdout: Pick<Output, "write" | "drained">;
  /** A terminal's are one. */
  readonly stderr: Pick<Output, "write" | "drained">;
  readonly tty: boolean;
  /** Keep the exit code from being told. */
  readonly quiet?: boolean;
  /** Begin with another size: what runs there draws itself anew. */
  readonly redraws?: boolean;
}

/** Resolves when the process has ended well; throws what else became of it. */
export async function runSession(
  kubectl: Kubectl,
  session: Session,
  signal: AbortSignal = kubectl.signal,
): Promise<void> {
  const { pod, subresource, container, tty, stdin } = session;
  const { namespace = "", name = "" } = pod.metadata;
  const query = new URLSearchParams({ container });
  for (const word of session.command ?? []) query.append("command", word);
  const connection = await kubectl.connection();
  const restore = tty ? kubectl.host.terminal?.raw() : undefined;
  try {
    const command = await connection.openCommand(
      {
        path: `/api/v1/namespaces/${namespace}/pods/${name}/${subresource}`,
        query,
        streams: { stdin: stdin !== undefined, stdout: true, stderr: !tty, tty },
      },
      signal,
    );
    const status = await carry(kubectl, command, session, signal);
    throwFailure(kubectl, status, session);
  } finally {
    restore?.();
  }
}

async function carry(
  kubectl: Kubectl,
  command: RemoteCommand,
  session: Session,
  signal: AbortSignal,
): Promise<CommandStatus> {
  // A process may end, or close its input, without having read all of it.
  await using scope = new Scope({ onFailure: () => {}, signal });
  const { stdin, stdout, stderr } = session;
  if (stdin) {
    scope.run("input", async (linked) => {
      for await (const bytes of stdin(linked)) await command.stdin.write(bytes);
      await command.stdin.close();
    });
  }
  if (session.tty) scope.run("size", (linked) => tellSizes(kubectl, command, session, linked));
  const onAbort = () => command.close(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.all([show(command.stdout, stdout), show(command.stderr, stderr)]);
    return await command.status();
  } finally {
    signal.removeEventListener("abort", onAbort);
    command.close();
  }
}

async function show(
  source: AsyncIterable<Bytes>,
  output: Pick<Output, "write" | "drained">,
): Promise<void> {
  for await (const bytes of source) {
    output.write(bytes);
    await output.drained?.();
  }
}

async function tellSizes(
  { host: { terminal } }: Kubectl,
  command: RemoteCommand,
  { redraws = false }: Session,
  signal: AbortSignal,
): Promise<void> {
  const size = terminal?.size();
  if (!terminal || !size) return;
  if (redraws) await command.resize({ width: size.width + 1, height: size.height + 1 });
  await command.resize(size);
  for await (const next of terminal.resizes(signal)) await command.resize(next);
}

/** The exit code of the process becomes that of the program. */
function throwFailure(kubectl: Kubectl, status: CommandStatus, { quiet }: Session): void {
  if (status.status === "Success") return;
  if (status.reason !== "NonZeroExitCode") {
    throw new CommandError(status.message || "the command failed for a reason that nobody told");
  }
  const code = Number(statusCauseOf(status, "ExitCode"));
  if (!Number.isInteger(code)) {
    throw new CommandError(`error stream protocol error: no valid exit code: ${String(code)}`);
  }
  if (!quiet) kubectl.tell(`command terminated with exit code ${code}`);
  throw new ExitError(code);
}

/** Whether the person's terminal can be used; without one, people are told. */
export function wantsTerminal(
  kubectl: Kubectl,
  {
    stdin,
    tty,
    quiet,
  }: { readonly stdin: boolean; readonly tty: boolean; readonly quiet: boolean },
): boolean {
  if (!stdin || !tty) return false;
  if (kubectl.host.terminal) return true;
  if (!quiet) {
    kubectl.tell("Unable to use a TTY - input is not a terminal or the right kind of file");
  }
  return false;
}
