import type { Clock } from "#base/clock.ts";
import { withTimeout } from "#base/clock.ts";
import type { Bytes } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import type { ByteWriter } from "../duplex.ts";
import {
  carriesResizes,
  decodeSizes,
  encodeSize,
  encodeStatus,
  readStatus,
  type CommandStatus,
  type CommandStreams,
  type RemoteCommand,
  type RemoteCommandSession,
  type TerminalSize,
} from "../remote-command.ts";
import type { SpdyConnection } from "./connection.ts";
import type { SpdyStream } from "./stream.ts";

type StreamType = "error" | "stdin" | "stdout" | "stderr" | "resize";

/** How long a finished session waits for the client to read the rest and hang up. */
const farewellMs = 30_000;

/** Waits until the client has opened the streams that the request names. */
export async function acceptSpdyCommand(options: {
  connection: SpdyConnection;
  protocol: string;
  streams: CommandStreams;
  clock: Clock;
  streamCreationTimeoutMs: number;
}): Promise<RemoteCommandSession> {
  const { connection, streams, clock, protocol } = options;
  const wanted = streamTypes(streams, protocol);
  const opened = new Map<string, SpdyStream>();
  const collect = async () => {
    for await (const stream of connection.incoming) {
      const type = stream.headers.get("streamtype") ?? "";
      if (wanted.some((name) => name === type) && !opened.has(type)) opened.set(type, stream);
      else stream.close(new Error(`unexpected stream type: "${type}"`));
      if (opened.size === wanted.length) return;
    }
    throw new ClosedError("the client left before it had created its streams");
  };
  try {
    await withTimeout(clock, options.streamCreationTimeoutMs, undefined, collect);
  } catch (error) {
    connection.close(error);
    const reason = "timed out waiting for client to create streams";
    throw error instanceof ClosedError ? error : new Error(reason, { cause: error });
  }
  return new SpdyCommandSession(connection, protocol, opened, clock);
}

/** Opens the streams for a command on a connection that asked for exec or attach. */
export async function openSpdyCommand(options: {
  connection: SpdyConnection;
  protocol: string;
  streams: CommandStreams;
  signal?: AbortSignal | undefined;
}): Promise<RemoteCommand> {
  const { connection, protocol } = options;
  const opened = new Map<string, SpdyStream>();
  try {
    for (const type of streamTypes(options.streams, protocol)) {
      const headers = new Map([["streamtype", type as string]]);
      opened.set(type, await connection.open(headers, options.signal));
    }
  } catch (error) {
    connection.close(error);
    throw error;
  }
  return new SpdyCommand(connection, protocol, opened);
}

/** In upstream's order, which old servers count on: the error stream comes first. */
function streamTypes(streams: CommandStreams, protocol: string): StreamType[] {
  const types: StreamType[] = ["error"];
  if (streams.stdin) types.push("stdin");
  if (streams.stdout) types.push("stdout");
  if (streams.stderr && !streams.tty) types.push("stderr");
  if (streams.tty && carriesResizes(protocol)) types.push("resize");
  return types;
}

class SpdyCommandSession implements RemoteCommandSession {
  readonly protocol: string;
  readonly stdin: AsyncIterable<Bytes>;
  readonly stdout: ByteWriter;
  readonly stderr: ByteWriter;
  readonly resizes: AsyncIterable<TerminalSize>;
  readonly #connection: SpdyConnection;
  readonly #streams: ReadonlyMap<string, SpdyStream>;
  readonly #clock: Clock;

  constructor(
    connection: SpdyConnection,
    protocol: string,
    streams: ReadonlyMap<string, SpdyStream>,
    clock: Clock,
  ) {
    this.protocol = protocol;
    this.#connection = connection;
    this.#streams = streams;
    this.#clock = clock;
    this.stdin = streams.get("stdin")?.readable ?? nothing;
    this.stdout = streams.get("stdout") ?? sink;
    this.stderr = streams.get("stderr") ?? sink;
    this.resizes = decodeSizes(streams.get("resize")?.readable ?? nothing);
  }

  get ended(): AbortSignal {
    return this.#connection.ended;
  }

  async finish(status: CommandStatus): Promise<void> {
    // Unread input must not stand before the client's good-bye.
    this.#streams.get("stdin")?.ignoreReads();
    this.#streams.get("resize")?.ignoreReads();
    try {
      await this.#streams.get("stdout")?.closeWrite();
      await this.#streams.get("stderr")?.closeWrite();
      const errors = this.#streams.get("error");
      await errors?.write(encodeStatus(status, this.protocol));
      await errors?.closeWrite();
      await this.#clientHangsUp();
    } finally {
      this.#connection.close();
    }
  }

  close(reason?: unknown): void {
    this.#connection.close(reason);
  }

  /** Go's client loses what it has not read when the connection ends, so it should end it. */
  #clientHangsUp(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(farewellMs, resolve);
      const onEnd = () => {
        cancel();
        resolve();
      };
      if (this.ended.aborted) onEnd();
      else this.ended.addEventListener("abort", onEnd, { once: true });
    });
  }
}

class SpdyCommand implements RemoteCommand {
  readonly protocol: string;
  readonly stdin: RemoteCommand["stdin"];
  readonly stdout: AsyncIterable<Bytes>;
  readonly stderr: AsyncIterable<Bytes>;
  readonly #connection: SpdyConnection;
  readonly #resize: SpdyStream | undefined;
  readonly #status: Promise<CommandStatus>;

  constructor(
    connection: SpdyConnection,
    protocol: string,
    streams: ReadonlyMap<string, SpdyStream>,
  ) {
    this.protocol = protocol;
    this.#connection = connection;
    this.#resize = streams.get("resize");
    const stdin = streams.get("stdin");
    this.stdin = {
      write: (bytes) => (stdin ?? sink).write(bytes),
      close: async () => stdin?.closeWrite(),
    };
    this.stdout = streams.get("stdout")?.readable ?? nothing;
    this.stderr = streams.get("stderr")?.readable ?? nothing;
    this.#status = readStatus(streams.get("error")?.readable ?? nothing, protocol);
    this.#status.catch(() => {}); // Thrown where `status()` is awaited.
  }

  get ended(): AbortSignal {
    return this.#connection.ended;
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#resize?.write(encodeSize(size));
  }

  status(): Promise<CommandStatus> {
    return this.#status;
  }

  close(reason?: unknown): void {
    this.#connection.close(reason);
  }
}

/** For streams that were not asked for. */
const nothing: AsyncIterable<Bytes> = { async *[Symbol.asyncIterator]() {} };
const sink: ByteWriter = { async write() {} };
