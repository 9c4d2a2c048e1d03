import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { isOver } from "../../streams/attach.ts";
import { chooseContainer } from "../../streams/containers.ts";
import { attachablePod, namedObject } from "../../streams/pods.ts";
import { runSession, wantsTerminal } from "../../streams/session.ts";

export interface ExecOptions {
  readonly named: string | undefined;
  readonly filenames: readonly string[];
  readonly command: readonly string[];
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
  readonly timeoutMs: number;
}

export async function execute(kubectl: Kubectl, options: ExecOptions): Promise<void> {
  const { command, stdin, tty, quiet } = options;
  const pod = await attachablePod(kubectl, await objectOf(kubectl, options), options.timeoutMs);
  if (isOver(pod)) {
    throw new CommandError(
      `cannot exec into a container in a completed pod; current phase is ${pod.status.phase ?? ""}`,
    );
  }
  // Whether there is one of that name is for the server to say.
  const container = options.container || chooseContainer(kubectl, pod, { quiet }).container.name;
  const { host } = kubectl;
  await runSession(kubectl, {
    pod,
    subresource: "exec",
    container,
    command,
    ...(stdin && { stdin: (signal) => host.stdin.chunks(signal) }),
    stdout: host.stdout,
    stderr: host.stderr,
    tty: wantsTerminal(kubectl, { stdin, tty, quiet }),
  });
}

async function objectOf(kubectl: Kubectl, { named, filenames }: ExecOptions) {
  if (named !== undefined && filenames.length === 0) return await namedObject(kubectl, [named]);
  if (named !== undefined) {
    throw new CommandError("resource/name arguments cannot be provided when a path is specified");
  }
  const [info, ...more] = await kubectl.findAll({ files: { filenames } });
  if (more.length > 0) throw new CommandError("cannot exec into multiple objects at a time");
  if (!info?.object) throw new CommandError("no objects were found");
  return info.object;
}
