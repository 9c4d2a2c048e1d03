import { text, utf8, type Bytes } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import { readAll } from "./byte-queue.ts";
import { aborted, pump, type ByteWriter } from "./duplex.ts";

/** The parts of a metav1.Status that tell how a command ended. */
export interface CommandStatus {
  readonly kind?: "Status";
  readonly apiVersion?: "v1";
  readonly metadata?: object;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  /** "NonZeroExitCode" when the command ran; then a cause "ExitCode" has the code. */
  readonly reason?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
  readonly code?: number;
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The streams that a request asks for, from the query of exec and attach. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A client that was accepted, seen from where the command runs. */
export interface RemoteCommandSession {
  /** As negotiated, e.g. "v5.channel.k8s.io". */
  readonly protocol: string;
  /** Ends when the client has closed its input; throws when the connection broke. */
  readonly stdin: AsyncIterable<Bytes>;
  readonly stdout: ByteWriter;
  readonly stderr: ByteWriter;
  readonly resizes: AsyncIterable<TerminalSize>;
  /** Aborts when the client is gone. */
  readonly ended: AbortSignal;
  /** Tells how the command ended, and closes. Once; what was written before arrives before. */
  finish(status: CommandStatus): Promise<void>;
  /** Breaks the connection off without a status. */
  close(reason?: unknown): void;
}

/** A command that runs elsewhere, seen from the client. */
export interface RemoteCommand {
  readonly protocol: string;
  readonly stdin: ByteWriter & {
    /** The command reads the end of its input. Not possible over WebSocket before v5: throws. */
    close(): Promise<void>;
  };
  readonly stdout: AsyncIterable<Bytes>;
  readonly stderr: AsyncIterable<Bytes>;
  resize(size: TerminalSize): Promise<void>;
  /** How the command ended. Throws when the connection broke before that was told. */
  status(): Promise<CommandStatus>;
  readonly ended: AbortSignal;
  close(reason?: unknown): void;
}

/**
 * Reads them from the query, as the API server ("true") or the kubelet ("1") has them. A terminal
 * has no stderr of its own. Throws when nothing is asked for.
 */
export function parseCommandStreams(query: URLSearchParams): CommandStreams {
  const on = (name: string) => ["1", "true"].includes(query.get(name) ?? "");
  const tty = on("tty");
  const streams = { stdin: on("stdin"), stdout: on("stdout"), stderr: on("stderr") && !tty, tty };
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw new Error("you must specify at least 1 of stdin, stdout, stderr");
  }
  return streams;
}

export const streamProtocols = {
  v1: "channel.k8s.io",
  v2: "v2.channel.k8s.io",
  v3: "v3.channel.k8s.io",
  v4: "v4.channel.k8s.io",
  v5: "v5.channel.k8s.io",
} as const;

/** In the server's order of preference; the client's order decides. */
export const spdyCommandProtocols: readonly string[] = [
  streamProtocols.v5,
  streamProtocols.v4,
  streamProtocols.v3,
  streamProtocols.v2,
  streamProtocols.v1,
];

export const statusSuccess: CommandStatus = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
};

/** How upstream reports a command that ran and failed. */
export function exitStatus(exitCode: number): CommandStatus {
  if (exitCode === 0) return statusSuccess;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** The message of a cause: "3" of "ExitCode". */
export function statusCauseOf({ details }: CommandStatus, reason: string): string | undefined {
  return details?.causes?.find((cause) => cause.reason === reason)?.message;
}

/** What is written to the error stream: JSON since v4, before that the message of a failure. */
export function encodeStatus(status: CommandStatus, protocol: string): Bytes {
  if (carriesStatus(protocol)) {
    const base = { kind: "Status", apiVersion: "v1", metadata: {} };
    return utf8(JSON.stringify({ ...base, ...status }));
  }
  return utf8(status.status === "Success" ? "" : (status.message ?? "unknown error"));
}

const statusLengthMax = 1024 * 1024;

/** Reads the error stream to its end. */
export async function readStatus(
  errors: AsyncIterable<Bytes>,
  protocol: string,
): Promise<CommandStatus> {
  const message = text(await readAll(errors, statusLengthMax));
  if (!carriesStatus(protocol)) {
    return message === "" ? statusSuccess : { ...statusSuccess, status: "Failure", message };
  }
  if (message === "") throw new ClosedError("the connection ended before the command's status");
  let status: unknown;
  try {
    status = JSON.parse(message);
  } catch (cause) {
    throw new Error(`error stream protocol error: unparsable status: ${message}`, { cause });
  }
  if (isStatus(status)) return status;
  throw new Error(`error stream protocol error: unknown error: ${message}`);
}

function isStatus(value: unknown): value is CommandStatus {
  if (typeof value !== "object" || value === null || !("status" in value)) return false;
  return value.status === "Success" || value.status === "Failure";
}

export function carriesStatus(protocol: string): boolean {
  return /^v[45]\./.test(protocol);
}

/** Terminal resizing came with v3. Over WebSocket the channel has always been there. */
export function carriesResizes(protocol: string): boolean {
  return /^v[345]\./.test(protocol);
}

export function encodeSize(size: TerminalSize): Bytes {
  return utf8(`${JSON.stringify({ Width: size.width, Height: size.height })}\n`);
}

const sizeLengthMax = 1024;

/** One JSON object after another, however they are cut. Ends at the first that is not a size. */
export async function* decodeSizes(
  source: AsyncIterable<Bytes>,
): AsyncGenerator<TerminalSize, void, undefined> {
  let pending = "";
  for await (const bytes of source) {
    pending += text(bytes);
    for (let end = pending.indexOf("}"); end >= 0; end = pending.indexOf("}")) {
      const size = parseSize(pending.slice(0, end + 1));
      if (!size) return;
      yield size;
      pending = pending.slice(end + 1);
    }
    if (pending.length > sizeLengthMax) return;
  }
}

/** Go's decoder does not mind the case of a key. */
function parseSize(json: string): TerminalSize | undefined {
  let width = 0;
  let height = 0;
  try {
    for (const [key, value] of Object.entries(JSON.parse(json) as Record<string, unknown>)) {
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 65535) {
        return undefined;
      }
      if (key.toLowerCase() === "width") width = value as number;
      if (key.toLowerCase() === "height") height = value as number;
    }
  } catch {
    return undefined;
  }
  return { width, height };
}

/**
 * Carries a client's session over to a command elsewhere, whatever protocol each side speaks.
 * Resolves when the client has been told how the command ended; throws, with both sides closed,
 * when either side broke off before that.
 */
export async function bridgeRemoteCommand(
  session: RemoteCommandSession,
  command: RemoteCommand,
): Promise<void> {
  const input = async () => {
    try {
      await pump(session.stdin, command.stdin);
      await command.stdin.close();
    } catch (error) {
      // A command may end, or close its input, without having read all of it.
      if (session.ended.aborted) command.close(error);
    }
  };
  const resizes = async () => {
    try {
      for await (const size of session.resizes) await command.resize(size);
    } catch (error) {
      if (session.ended.aborted) command.close(error);
    }
  };
  const output = async () => {
    await Promise.all([pump(command.stdout, session.stdout), pump(command.stderr, session.stderr)]);
    await session.finish(await command.status());
  };
  const clientGone = aborted(session.ended).then(() => command.close(session.ended.reason));
  // These end by themselves as soon as `finish` or `close` has ended the session.
  const others = Promise.all([input(), resizes(), clientGone]);
  try {
    await output();
  } catch (error) {
    session.close(error);
    throw error;
  } finally {
    command.close();
    await others;
  }
}
