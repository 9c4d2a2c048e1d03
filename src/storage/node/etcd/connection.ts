import { isIP } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { checkServerIdentity } from "node:tls";
import { Client, Metadata, credentials } from "@grpc/grpc-js";
import type { ChannelCredentials, ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import type { Bytes } from "#base/bytes.ts";
import { required } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import type { MessageType, Value } from "#schema/message.ts";
import { StorageFault } from "../../store.ts";
import { UnknownOutcomeError, faultOf, isServiceError, verdictOf } from "./fault.ts";
import { WatchRequest, WatchResponse, watchPath } from "./messages.ts";
import type { Call } from "./messages.ts";

export interface EtcdTls {
  /** PEM of who signed the members' certificates; the system's own authorities when missing. */
  readonly certificateAuthority?: string;
  /** PEM of the certificate that we show, with its key. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

export interface ConnectionOptions {
  /** "http://127.0.0.1:2379"; several of one cluster, all with TLS or all without. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly logger: Logger;
  /** The most that a call may take, with all its attempts. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** Sending it twice does no more than sending it once. */
  readonly repeatable: boolean;
  /** The most that one member may take before another is asked; doubles with each attempt. */
  readonly attemptMs?: number;
  readonly signal?: AbortSignal;
}

/** A member that has lost its leader and does not know it yet answers nothing at all. */
const attemptMsDefault = 1_000;
const backoffMsMax = 500;
/** More at once would only wait in etcd, with their time running. */
const callsMax = 256;

/** One member of the cluster. Deadlines are the network's: in real time, whatever a test's clock. */
interface Member {
  readonly address: string;
  readonly client: Client;
  /** Those who watch on it. */
  readonly watches: Set<(fault: StorageFault) => void>;
}

export interface MemberWatch {
  readonly stream: ClientDuplexStream<WatchRequest, WatchResponse>;
  /** Tells that the stream failed; says what that means. */
  readonly failed: (error: ServiceError) => StorageFault;
  readonly end: () => void;
}

/**
 * Calls to an etcd cluster. All go to one member until it fails; then to the next one. A call that
 * was certainly not carried out is made again; what else may be repeated, the caller says.
 */
export class Connection {
  readonly #members: readonly Member[];
  readonly #logger: Logger;
  readonly #metadata: Metadata;
  readonly timeoutMs: number;
  /** "127.0.0.1:2379, …", for messages. */
  readonly addresses: string;
  #index = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor({ endpoints, tls, logger, timeoutMs = 10_000 }: ConnectionOptions) {
    const targets = endpoints.map(targetOf);
    const isSecure = targets[0]?.isSecure ?? false;
    if (targets.length === 0) throw new TypeError("no etcd endpoint is given");
    if (targets.some((target) => target.isSecure !== isSecure)) {
      throw new TypeError(`of the etcd endpoints ${endpoints.join(", ")} only some have TLS`);
    }
    this.#logger = logger;
    this.timeoutMs = timeoutMs;
    this.addresses = targets.map(({ address }) => address).join(", ");
    this.#members = targets.map((target) => {
      const client = clientOf(target, tls ?? {});
      return { address: target.address, client, watches: new Set() };
    });
    this.#metadata = new Metadata();
    // A member without a leader says so at once instead of letting calls wait.
    this.#metadata.set("hasleader", "true");
  }

  /**
   * Throws `UnknownOutcomeError` when a call that is not repeatable may have been carried out,
   * `StorageFault` when no member could be asked in time, and the member's own `ServiceError` when
   * it says what would be the same everywhere.
   */
  async call<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    options: CallOptions,
  ): Promise<Value<R>> {
    if (this.#running >= callsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await this.#attempt(call, request, options);
    } finally {
      // Whoever waits longest takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #attempt<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    options: CallOptions,
  ): Promise<Value<R>> {
    const { repeatable, signal } = options;
    const { attemptMs = attemptMsDefault } = options;
    const deadline = performance.now() + Math.max(this.timeoutMs, attemptMs);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const member = this.#current;
      const remainingMs = Math.max(1, deadline - performance.now());
      try {
        const timeoutMs = Math.min(attemptMs * 2 ** (attempt - 1), remainingMs);
        return await this.#send(member, call, request, timeoutMs, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isServiceError(error)) throw error;
        const verdict = verdictOf(error);
        if (verdict === "final") throw error;
        this.#leave(member, error);
        if (verdict === "unknown" && !repeatable) {
          throw new UnknownOutcomeError(faultOf(error, member.address).message, { cause: error });
        }
        // The others may be well; only after all of them have failed is it time to wait.
        const rounds = Math.floor(attempt / this.#members.length);
        const isRoundEnd = attempt % this.#members.length === 0;
        const waitMs = isRoundEnd ? Math.min(backoffMsMax, 20 * 2 ** rounds) : 0;
        if (performance.now() + waitMs >= deadline) throw faultOf(error, member.address);
        if (waitMs > 0) await pause(waitMs, undefined, signal && { signal });
      }
    }
  }

  /**
   * A watch on the member that is asked now. `onLeft` hears when calls have left that member: one
   * that hangs says nothing on its watches either.
   */
  watch(request: WatchRequest, onLeft: (fault: StorageFault) => void): MemberWatch {
    const member = this.#current;
    const stream = member.client.makeBidiStreamRequest<WatchRequest, WatchResponse>(
      watchPath,
      (value) => wireOf(encodeProtobuf(WatchRequest, value)),
      (wire) => decodeProtobuf(WatchResponse, wire, { fillZero: true }),
      this.#metadata,
    );
    stream.write(request);
    member.watches.add(onLeft);
    return {
      stream,
      failed: (error) => {
        this.#leave(member, error);
        return faultOf(error, member.address);
      },
      end: () => {
        member.watches.delete(onLeft);
        stream.cancel();
      },
    };
  }

  close(): void {
    for (const { client } of this.#members) client.close();
  }

  get #current(): Member {
    return required(this.#members[this.#index], "there is at least one member");
  }

  #send<Q extends MessageType, R extends MessageType>(
    { client }: Member,
    { path, request: requestType, response: responseType }: Call<Q, R>,
    request: Value<Q>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Value<R>> {
    return new Promise((resolve, reject) => {
      const sent = client.makeUnaryRequest<Value<Q>, Value<R>>(
        path,
        (value) => wireOf(encodeProtobuf(requestType, value as object)),
        (wire) => decodeProtobuf(responseType, wire, { fillZero: true }),
        request,
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          signal?.removeEventListener("abort", cancel);
          if (error) reject(error);
          else if (response) resolve(response);
          else reject(new StorageFault("io", `etcd answered ${path} without a message`));
        },
      );
      const cancel = () => sent.cancel();
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  #leave(member: Member, error: ServiceError): void {
    if (member !== this.#current || this.#members.length === 1) return;
    this.#index = (this.#index + 1) % this.#members.length;
    const next = this.#current.address;
    this.#logger.warn("an etcd member failed: asking another one", {
      member: member.address,
      next,
      error: error.details,
    });
    const fault = faultOf(error, member.address);
    for (const onLeft of member.watches) onLeft(fault);
  }
}

interface Target {
  readonly host: string;
  readonly address: string;
  readonly isSecure: boolean;
}

/** "http://HOST:PORT" or "https://HOST:PORT". Throws `TypeError` for anything else. */
function targetOf(endpoint: string): Target {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/") {
    throw new TypeError(`"${endpoint}" is no etcd endpoint: it looks like http://127.0.0.1:2379`);
  }
  const { hostname, protocol } = url;
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    address: `${hostname}:${url.port || "2379"}`,
    isSecure: protocol === "https:",
  };
}

function secureWith(host: string, tls: EtcdTls): ChannelCredentials {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const { certificateAuthority, client } = tls;
  return credentials.createSsl(
    pem(certificateAuthority),
    pem(client?.key),
    pem(client?.certificate),
    // Always against the endpoint itself, whichever name the handshake goes by.
    { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) },
  );
}

function clientOf({ host, address, isSecure }: Target, tls: EtcdTls): Client {
  const secrets = isSecure ? secureWith(host, tls) : credentials.createInsecure();
  return new Client(address, secrets, {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.initial_reconnect_backoff_ms": 50,
    "grpc.max_reconnect_backoff_ms": 1_000,
    // A member whose machine is gone does not close its connections.
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
    // Two stores in one process are two connections: one of them may be closed.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_http_proxy": 0,
    "grpc.enable_retries": 0,
    // A handshake cannot name an IP address.
    ...(isIP(host) && { "grpc.ssl_target_name_override": "etcd" }),
  });
}

const wireOf = (bytes: Bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
