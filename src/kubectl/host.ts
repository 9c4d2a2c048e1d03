import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { ConnectOptions, Connection } from "./config/connection.ts";
import type { KustomizeMachine } from "./kustomize/command.ts";
import type { Duplex } from "#streaming/duplex.ts";
import type { TerminalSize } from "#streaming/remote-command.ts";
import type { ClusterAccess } from "./config/cluster-access.ts";

/**
 * All that kubectl needs of the place it runs in. A terminal's is in `node/`; a browser tab brings
 * its own, and leaves out what a tab cannot do: commands that need it say so.
 */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly files: Files;
  /** Where `~` is. */
  readonly homeDirectory: string;
  /** "linux" and "amd64", in Go's words. */
  readonly platform: { readonly os: string; readonly arch: string };
  /** What the program was called as: "kubectl", or "kijabi kubectl". */
  readonly programName: string;
  /** `host` is where credential programs run: this one, or what stands in for it. */
  connect(access: ClusterAccess, host: Host, options?: ConnectOptions): Promise<Connection>;
  /** A page of the web, for `-f https://…`. */
  fetchText(url: string, signal?: AbortSignal): Promise<FetchedText>;
  /** Aborts when the person asks the command to end (Ctrl-C). */
  readonly interrupted: AbortSignal;
  readonly programs?: Programs;
  /** What kustomizations are read with; missing where there are no directories. */
  kustomize?(): Promise<Pick<KustomizeMachine, "files" | "helm" | "remote">>;
  /** Where the standard input is one. */
  readonly terminal?: Terminal;
  /** Whole directories, as `cp` sees them. */
  readonly tree?: FileTree;
  /** Ports of this machine. */
  readonly network?: Network;
}

export interface FetchedText {
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Columns, where it is a terminal. */
  readonly columns?: number | undefined;
  write(data: string | Bytes): void;
  /** Resolves when what was written is on its way: awaiting it is the back-pressure. */
  drained?(): Promise<void>;
}

export interface Input {
  readonly isTerminal: boolean;
  /** Until the end of the input; may be read once. */
  chunks(signal?: AbortSignal): AsyncIterable<Bytes>;
}

/** What a person types at. */
export interface Terminal {
  size(): TerminalSize | undefined;
  /** Each size that the window takes from now on. */
  resizes(signal: AbortSignal): AsyncIterable<TerminalSize>;
  /** Every key comes as it is pressed, and nothing is echoed, until the function is called. */
  raw(): () => void;
}

export interface Network {
  /** Port 0 is any free one. Rejects where nobody may listen there. */
  listen(at: ListenAddress, accept: (connection: Duplex) => void): Promise<Listener>;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Other programs: plugins, editors, diff, credential helpers. */
export interface Programs {
  /** With this program's own terminal; resolves with the exit code. */
  runInForeground(command: string, args: readonly string[], options?: RunOptions): Promise<number>;
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The path of a program by its name, as a shell would find it. */
  find(name: string): Promise<string | undefined>;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Hears what the program says on its error output as it comes; it is not given back then. */
  readonly tell?: (text: string) => void;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Paths are as the person typed them: relative ones start in the working directory. */
export interface Files {
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Bytes>;
  /** A file that is there keeps its mode; with `exclusive` there may be none. */
  writeText(path: string, text: string, options?: WriteOptions): Promise<void>;
  /** Undefined when there is nothing at the path. */
  stat(path: string): Promise<FileStatus | undefined>;
  /** Names, sorted. */
  list(directory: string): Promise<readonly string[]>;
  makeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Where the working directory makes a relative path lead. */
  absolute(path: string): string;
  /** A new file of a name that nobody else has. */
  makeTemporary(prefix: string, suffix: string): Promise<string>;
  /** The same of a directory. */
  makeTemporaryDirectory(prefix: string): Promise<string>;
}

export interface WriteOptions {
  /** Permission bits of a file that is made. */
  readonly mode?: number;
  readonly exclusive?: boolean;
}

/** Paths as `Files` has them. Links are what they are, not what they lead to. */
export interface FileTree {
  /** Throws where there is nothing. */
  status(path: string): Promise<TreeStatus>;
  read(path: string): AsyncIterable<Bytes>;
  /** A new file, or what is there written over. */
  write(path: string, content: AsyncIterable<Bytes>): Promise<void>;
}

export interface TreeStatus {
  readonly type: "file" | "directory" | "link" | "other";
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly userId: number;
  readonly groupId: number;
  readonly linkTarget?: string;
}

export interface FileStatus {
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Permission bits. */
  readonly mode: number;
}

/** What a file could not do, in the words of Go's os package: "open x: no such file or directory". */
export class FileError extends Error {
  override name = "FileError";
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}
