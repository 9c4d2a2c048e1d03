import type { Bytes } from "#base/bytes.ts";
import { text, utf8 } from "#base/bytes.ts";
import { readAll } from "./byte-queue.ts";
import type { Duplex } from "./duplex.ts";
import { ChannelSocket, type MessageSocket } from "./message-socket.ts";
import type {
  ForwardedConnection,
  PortForward,
  PortForwarder,
  PortForwardSession,
} from "./port-forward.ts";
import { parsePort } from "./spdy/port-forward.ts";

/** Port-forward without SPDY: two channels per port, one connection to each, no half-close. */
export const webSocketPortForwardProtocols: readonly string[] = [
  "",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
];

/** More would not fit the byte that names a channel. */
const portsMax = 127;

/** The ports that the query names, as `port=` or `ports=`, repeated or with commas. Throws. */
export function queryPorts(query: URLSearchParams): number[] {
  const values = [...query.getAll("port"), ...query.getAll("ports")];
  if (values.length === 0) throw new Error('query parameter "port" is required');
  const ports = values.flatMap((value) => {
    if (value === "") throw new Error('query parameter "port" cannot be empty');
    return value.split(",").map((digits) => {
      const port = parsePort(digits);
      if (port === undefined) throw new Error(`unable to parse "${value}" as a port`);
      return port;
    });
  });
  if (ports.length > portsMax) throw new Error(`more than ${portsMax} ports`);
  return ports;
}

export function acceptChannelPortForward(
  socket: MessageSocket,
  protocol: string,
  ports: readonly number[],
): PortForwardSession {
  const channels = new ChannelSocket(socket, {
    protocol,
    readable: ports.map((_port, index) => index * 2),
  });
  let open = ports.length;
  const onFinish = () => {
    if (--open === 0) channels.close();
  };
  return {
    protocol,
    ended: socket.ended,
    close: (reason) => channels.close(reason),
    async *[Symbol.asyncIterator]() {
      try {
        for (const [index, port] of ports.entries()) {
          const prefix = portPrefix(port);
          await channels.write(index * 2, prefix);
          await channels.write(index * 2 + 1, prefix);
          yield channelPortForward(channels, index, port, onFinish);
        }
        await channels.finished;
      } finally {
        channels.close();
      }
    },
  };
}

function channelPortForward(
  channels: ChannelSocket,
  index: number,
  port: number,
  onFinish: () => void,
): PortForward {
  const ended = new AbortController();
  const finish = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    onFinish();
  };
  const data: Duplex = {
    readable: channels.read(index * 2),
    write: (bytes) => channels.write(index * 2, bytes),
    // The client cannot be told of the end of one port; the socket closes after the last.
    closeWrite: async () => finish(),
    close() {
      channels.ignore(index * 2);
      finish();
    },
    ended: ended.signal,
  };
  return {
    port,
    data,
    async fail(message) {
      await channels.write(index * 2 + 1, utf8(message));
      finish();
    },
  };
}

/** The client's side; every port must be named when the socket is opened, and opened once. */
export class ChannelPortForwarder implements PortForwarder {
  readonly protocol: string;
  readonly #channels: ChannelSocket;
  readonly #unopened: (number | undefined)[];

  constructor(socket: MessageSocket, protocol: string, ports: readonly number[]) {
    this.protocol = protocol;
    this.#unopened = [...ports];
    this.#channels = new ChannelSocket(socket, {
      protocol,
      readable: ports.flatMap((_port, index) => [index * 2, index * 2 + 1]),
    });
  }

  get ended(): AbortSignal {
    return this.#channels.ended;
  }

  close(reason?: unknown): void {
    this.#channels.close(reason);
  }

  async open(port: number): Promise<ForwardedConnection> {
    const index = this.#unopened.indexOf(port);
    if (index < 0) throw new Error(`port ${port} was not asked for, or is open already`);
    this.#unopened[index] = undefined;
    const channels = this.#channels;
    const failure = readAll(withoutPrefix(channels.read(index * 2 + 1)), 64 * 1024).then(
      (message) => (message.length > 0 ? text(message) : undefined),
      (broken: unknown) => (broken instanceof Error ? broken.message : String(broken)),
    );
    const data: Duplex = {
      readable: withoutPrefix(channels.read(index * 2)),
      write: (bytes) => channels.write(index * 2, bytes),
      closeWrite: () => Promise.reject(new Error(`${this.protocol} has no half-close`)),
      close: (reason) => channels.close(reason),
      ended: channels.ended,
    };
    return { data, failure: () => failure };
  }
}

function portPrefix(port: number): Bytes {
  return new Uint8Array([port & 0xff, port >> 8]);
}

/** Each channel begins with its port, 16 bits, little endian. */
async function* withoutPrefix(
  source: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes, void, undefined> {
  let skip = 2;
  for await (const bytes of source) {
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    if (skipped < bytes.length) yield bytes.subarray(skipped);
  }
}
