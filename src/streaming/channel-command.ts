import { utf8, type Bytes } from "#base/bytes.ts";
import type { ByteWriter } from "./duplex.ts";
import { ChannelSocket, type MessageSocket } from "./message-socket.ts";
import {
  decodeSizes,
  encodeSize,
  encodeStatus,
  readStatus,
  streamProtocols,
  type CommandStatus,
  type CommandStreams,
  type RemoteCommand,
  type RemoteCommandSession,
  type TerminalSize,
} from "./remote-command.ts";

/** The channels of exec and attach in a WebSocket: the first three are the file descriptors. */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** What the server speaks, for a client that names none too. */
export const webSocketCommandProtocols: readonly string[] = [
  "",
  streamProtocols.v1,
  "base64.channel.k8s.io",
  streamProtocols.v2,
  streamProtocols.v3,
  streamProtocols.v4,
  "v4.base64.channel.k8s.io",
  streamProtocols.v5,
];

const bytesPerMessageMax = 32 * 1024;

export class ChannelCommandSession implements RemoteCommandSession {
  readonly protocol: string;
  readonly stdin: AsyncIterable<Bytes>;
  readonly stdout: ByteWriter;
  readonly stderr: ByteWriter;
  readonly resizes: AsyncIterable<TerminalSize>;
  readonly #socket: ChannelSocket;

  constructor(socket: MessageSocket, protocol: string, streams: CommandStreams) {
    const readable: number[] = [];
    if (streams.stdin) readable.push(channels.stdin);
    if (streams.tty) readable.push(channels.resize);
    this.protocol = protocol;
    this.#socket = new ChannelSocket(socket, { protocol, readable });
    this.stdin = this.#socket.read(channels.stdin);
    this.stdout = writer(this.#socket, channels.stdout, streams.stdout);
    this.stderr = writer(this.#socket, channels.stderr, streams.stderr && !streams.tty);
    this.resizes = decodeSizes(this.#socket.read(channels.resize));
  }

  get ended(): AbortSignal {
    return this.#socket.ended;
  }

  /** Upstream sends an empty message on the lowest channel, so that a client sees the beginning. */
  async greet(streams: CommandStreams): Promise<void> {
    const { stdout, stderr, error } = channels;
    const lowest = streams.stdout ? stdout : streams.stderr && !streams.tty ? stderr : error;
    await this.#socket.write(lowest, utf8(""));
  }

  async finish(status: CommandStatus): Promise<void> {
    this.#socket.ignoreReads();
    const bytes = encodeStatus(status, this.protocol);
    if (bytes.length > 0) await this.#socket.write(channels.error, bytes);
    this.#socket.close();
    await this.#socket.finished;
  }

  close(reason?: unknown): void {
    this.#socket.close(reason ?? "closed");
  }
}

export class ChannelCommand implements RemoteCommand {
  readonly protocol: string;
  readonly stdin: RemoteCommand["stdin"];
  readonly stdout: AsyncIterable<Bytes>;
  readonly stderr: AsyncIterable<Bytes>;
  readonly #socket: ChannelSocket;
  readonly #status: Promise<CommandStatus>;

  constructor(socket: MessageSocket, protocol: string, streams: CommandStreams) {
    const readable: number[] = [channels.error];
    if (streams.stdout) readable.push(channels.stdout);
    if (streams.stderr && !streams.tty) readable.push(channels.stderr);
    this.protocol = protocol;
    this.#socket = new ChannelSocket(socket, { protocol, readable });
    const stdin = writer(this.#socket, channels.stdin, streams.stdin);
    this.stdin = {
      write: (bytes) => stdin.write(bytes),
      close: async () => {
        if (streams.stdin) await this.#socket.closeChannel(channels.stdin, protocol);
      },
    };
    this.stdout = this.#socket.read(channels.stdout);
    this.stderr = this.#socket.read(channels.stderr);
    this.#status = readStatus(this.#socket.read(channels.error), protocol);
    this.#status.catch(() => {}); // Thrown where `status()` is awaited.
  }

  get ended(): AbortSignal {
    return this.#socket.ended;
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#socket.write(channels.resize, encodeSize(size));
  }

  status(): Promise<CommandStatus> {
    return this.#status;
  }

  close(reason?: unknown): void {
    this.#socket.close(reason);
  }
}

/** Cuts what is written into messages of moderate size; drops it when nobody asked for it. */
function writer(socket: ChannelSocket, channel: number, wanted: boolean): ByteWriter {
  return {
    async write(bytes) {
      if (!wanted) return;
      for (let offset = 0; offset < bytes.length; offset += bytesPerMessageMax) {
        await socket.write(channel, bytes.subarray(offset, offset + bytesPerMessageMax));
      }
    },
  };
}
