import { CommandError } from "./errors.ts";
import type { Host } from "./host.ts";
import type { KustomizeMachine } from "./kustomize/command.ts";
import { FileError } from "./kustomize/load/files.ts";

interface Program {
  readonly host: Host;
  now(): number;
  print(text: string): void;
  tell(text: string): void;
  readonly signal: AbortSignal;
}

/** The place of a command, as kustomize sees it. */
export async function kustomizeMachine(program: Program): Promise<KustomizeMachine> {
  const { host } = program;
  if (!host.kustomize) {
    throw new CommandError("kustomizations cannot be read here: there are no files");
  }
  return {
    ...(await host.kustomize()),
    async writeFile(path, content) {
      try {
        await host.files.writeText(path, content);
      } catch (error) {
        throw new FileError(error instanceof Error ? error.message : String(error));
      }
    },
    writeOutput: (text) => program.print(text),
    writeMessage: (line) => program.tell(line),
    log: (message) => program.tell(`${logTime(program.now())} ${message}`),
  };
}

/** What `-k` of a command names. */
export async function buildKustomization(program: Program, directory: string): Promise<string> {
  const { kustomize } = await import("./kustomize/kustomize.ts");
  const machine = await kustomizeMachine(program);
  const { files, helm, remote } = machine;
  const options = {
    ...(helm && { helm }),
    ...(remote && { remote }),
    warn: (line: string) => machine.writeMessage(line),
    log: (message: string) => machine.log(message),
  };
  return await kustomize(files, directory, options, program.signal);
}

/** As Go's log has it. */
function logTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");
}
