import { withTimeout } from "#base/clock.ts";
import type { Bytes } from "#base/bytes.ts";
import { CommandError } from "../../errors.ts";
import type { FileTree, Files } from "../../host.ts";
import type { Kubectl } from "../../kubectl.ts";
import { directoryOf } from "../../paths.ts";
import { isOver } from "../../streams/attach.ts";
import { chooseContainer } from "../../streams/containers.ts";
import { runSession } from "../../streams/session.ts";
import type { Session } from "../../streams/session.ts";
import type { PodObject } from "../../streams/pod-object.ts";
import { readTar } from "../../tar/read.ts";
import { archived } from "./archive.ts";
import { archivePrefix, isInside, join, lastPart, parseFileSpec } from "./file-spec.ts";
import type { FileSpec } from "./file-spec.ts";
import { outputOf } from "./output-of.ts";

export interface CopyOptions {
  readonly container: string;
  readonly noPreserve: boolean;
  readonly retriesMax: number;
}

export async function copy(
  kubectl: Kubectl,
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<void> {
  const from = parseFileSpec(source);
  const to = parseFileSpec(destination);
  if (from.pod && to.pod) {
    throw new CommandError("one of src or dest must be a local file specification");
  }
  if (from.path === "" || to.path === "") throw new CommandError("filepath can not be empty");
  const { files, tree } = kubectl.host;
  if (!tree) throw new CommandError("this place has no files to copy");
  const here: Here = { kubectl, files, tree, options };
  if (from.pod) await copyFromPod(here, from, to);
  else if (to.pod) await copyToPod(here, from, to);
  else throw new CommandError("one of src or dest must be a remote file specification");
}

interface Here {
  readonly kubectl: Kubectl;
  readonly files: Files;
  readonly tree: FileTree;
  readonly options: CopyOptions;
}

const lookMs = 30_000;

async function copyToPod(here: Here, from: FileSpec, to: FileSpec): Promise<void> {
  const { kubectl, files, tree, options } = here;
  const { stdout, stderr } = kubectl.host;
  if (!(await files.stat(from.path))) {
    throw new CommandError(`${from.path} doesn't exist in local filesystem`);
  }
  const isDirectory = await withTimeout(kubectl.host.clock, lookMs, kubectl.signal, (signal) =>
    succeeds(here, to, ["test", "-d", to.path], signal),
  );
  const target = isDirectory ? join(to.path, lastPart(from.path)) : to.path;
  const kept = options.noPreserve ? ["--no-same-permissions", "--no-same-owner"] : [];
  const command = ["tar", ...kept, "-xmf", "-", "-C", directoryOf(target)];
  const stdin = () => archived(files, tree, from.path, lastPart(target));
  await run(here, to, { command, stdin, stdout, stderr });
}

/** Whatever goes wrong is a no. */
async function succeeds(
  here: Here,
  at: FileSpec,
  command: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const nowhere = { write: () => {} };
  try {
    const streams = { command, stdout: nowhere, stderr: nowhere, quiet: true };
    await run(here, at, streams, signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function copyFromPod(here: Here, from: FileSpec, to: FileSpec): Promise<void> {
  const { kubectl, files, tree } = here;
  const prefix = archivePrefix(from.path);
  let toldOfLinks = false;
  for await (const entry of readTar(archiveOf(here, from))) {
    if (!entry.name.startsWith(prefix)) throw new CommandError("tar contents corrupted");
    const path = join(to.path, entry.name.slice(prefix.length)) || ".";
    if (!isInside(to.path, path)) {
      kubectl.tell(`warning: file ${JSON.stringify(path)} is outside target destination, skipping`);
      continue;
    }
    await files.makeDirectory(directoryOf(path));
    if (entry.type === "directory") await files.makeDirectory(path);
    else if (entry.type === "link") {
      const skipped = `warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(entry.linkTarget)}`;
      const { namespace, pod, path: source } = from;
      const [where, who, what] = [namespace, pod, source].map((word) => JSON.stringify(word));
      const advice = ` (consider using "${kubectl.programName} exec -n ${where} ${who} -- tar cf - ${what} | tar xf -")`;
      kubectl.tell(toldOfLinks ? skipped : skipped + advice);
      toldOfLinks = true;
    } else await tree.write(path, entry.content);
  }
}

/** Begins again where it broke off, as often as that may be. */
async function* archiveOf(here: Here, from: FileSpec): AsyncGenerator<Bytes> {
  const { kubectl, options } = here;
  // As with the stock program, what tar complains about stands among the output.
  const { stdout: stderr } = kubectl.host;
  const { retriesMax } = options;
  const quoted = `'${from.path.replaceAll("'", `'\\''`)}'`;
  let sizeBytes = 0;
  for (let retries = 0; ; retries++) {
    const start = retries === 0 ? 0 : sizeBytes + 1;
    const command =
      retriesMax === 0
        ? ["tar", "cf", "-", from.path]
        : ["sh", "-c", `tar cf - ${quoted} | tail -c+${start}`];
    try {
      const output = outputOf((stdout, signal) =>
        run(here, from, { command, stdout, stderr }, signal),
      );
      for await (const bytes of output) {
        sizeBytes += bytes.length;
        yield bytes;
      }
      // Whoever reads goes on only where the archive has not ended.
    } catch (error) {
      if (retriesMax === 0 || kubectl.signal.aborted) throw error;
    }
    if (retriesMax >= 0 && retries >= retriesMax) {
      kubectl.printLine(`Dropping out copy after ${retries} retries`);
      return;
    }
    kubectl.printLine(`Resuming copy at ${sizeBytes} bytes, retry ${retries + 1}/${retriesMax}`);
  }
}

type Streams = Pick<Session, "stdin" | "stdout" | "stderr" | "quiet"> & {
  readonly command: readonly string[];
};

async function run(
  { kubectl, options }: Here,
  at: FileSpec,
  streams: Streams,
  signal: AbortSignal = kubectl.signal,
): Promise<void> {
  const namespace = at.namespace || (await kubectl.namespace()).name;
  const path = `/api/v1/namespaces/${namespace}/pods/${at.pod}`;
  const rest = await kubectl.rest();
  const pod = await rest.json<PodObject>({ path }, signal);
  if (isOver(pod)) {
    throw new CommandError(
      `cannot exec into a container in a completed pod; current phase is ${pod.status.phase ?? ""}`,
    );
  }
  const quiet = streams.quiet ?? false;
  const tell = (text: string) =>
    streams.stderr.write(`${text}
`);
  const container =
    options.container || chooseContainer(kubectl, pod, { quiet, tell }).container.name;
  await runSession(
    kubectl,
    { ...streams, pod, subresource: "exec", container, tty: false },
    signal,
  );
}
