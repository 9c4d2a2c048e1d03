import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { Client, Metadata, credentials } from "@grpc/grpc-js";
import type { ChannelCredentials, ServiceError } from "@grpc/grpc-js";
import type { Bytes } from "#base/bytes.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import type { MessageType, Value } from "#schema/message.ts";
import { StorageFault } from "../../store.ts";
import { WatchRequest, WatchResponse, watchPath } from "./messages.ts";
import type { Call } from "./messages.ts";

/** The way to one member. What fails, fails with gRPC's `ServiceError`. */
export interface MemberLink {
  call<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Value<R>>;
  watch(request: WatchRequest): MemberStream;
  close(): void;
}

/** What a member tells on one watch. */
export interface MemberStream {
  on(event: "data", hear: (response: WatchResponse) => void): unknown;
  on(event: "error", hear: (error: Error) => void): unknown;
  on(event: "end", hear: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  cancel(): void;
}

export interface EtcdTls {
  /** PEM of who signed the members' certificates; the system's own authorities when missing. */
  readonly certificateAuthority?: string;
  /** PEM of the certificate that we show, with its key. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

export interface Target {
  readonly host: string;
  readonly address: string;
  readonly isSecure: boolean;
}

export class GrpcMember implements MemberLink {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(target: Target, tls: EtcdTls) {
    this.#client = clientOf(target, tls);
    // A member without a leader says so at once instead of letting calls wait.
    this.#metadata.set("hasleader", "true");
  }

  call<Q extends MessageType, R extends MessageType>(
    { path, request: requestType, response: responseType }: Call<Q, R>,
    request: Value<Q>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Value<R>> {
    return new Promise((resolve, reject) => {
      const sent = this.#client.makeUnaryRequest<Value<Q>, Value<R>>(
        path,
        (value) => wireOf(encodeProtobuf(requestType, value as object)),
        (wire) => decodeProtobuf(responseType, wire, { fillZero: true }),
        request,
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, response) => {
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

  watch(request: WatchRequest): MemberStream {
    const stream = this.#client.makeBidiStreamRequest<WatchRequest, WatchResponse>(
      watchPath,
      (value) => wireOf(encodeProtobuf(WatchRequest, value)),
      (wire) => decodeProtobuf(WatchResponse, wire, { fillZero: true }),
      this.#metadata,
    );
    stream.write(request);
    return stream;
  }

  close(): void {
    this.#client.close();
  }
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
