import { Client, credentials } from "@grpc/grpc-js";
import type { Bytes } from "#base/bytes.ts";
import type { MessageType, Value } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import {
  DecryptRequest,
  DecryptResponse,
  EncryptRequest,
  EncryptResponse,
  StatusRequest,
  StatusResponse,
} from "./messages.ts";

/** A key management plugin on this machine, which keeps the key that encrypts all others. */
export interface KmsPlugin {
  status(): Promise<Value<typeof StatusResponse>>;
  encrypt(request: Value<typeof EncryptRequest>): Promise<Value<typeof EncryptResponse>>;
  decrypt(request: Value<typeof DecryptRequest>): Promise<Bytes>;
  close(): void;
}

/** `endpoint` is "unix:///run/plugin.sock". Calls reject when they take longer than `timeoutMs`. */
export function connectPlugin(endpoint: string, timeoutMs: number): KmsPlugin {
  const client = new Client(socketOf(endpoint), credentials.createInsecure(), {
    "grpc.default_authority": "localhost",
  });
  const call = <Q extends MessageType, R extends MessageType>(
    method: string,
    [requestType, responseType]: readonly [Q, R],
    request: Value<Q>,
  ): Promise<Value<R>> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest<Value<Q>, Value<R>>(
        `/v2.KeyManagementService/${method}`,
        (value) => Buffer.from(encodeProtobuf(requestType, value as object)),
        (wire) => decodeProtobuf(responseType, new Uint8Array(wire), { fillZero: true }),
        request,
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          if (error) reject(error);
          else if (response) resolve(response);
          else reject(new Error(`the plugin answered ${method} without a message`));
        },
      );
    });
  return {
    status: () => call("Status", [StatusRequest, StatusResponse], {}),
    encrypt: (request) => call("Encrypt", [EncryptRequest, EncryptResponse], request),
    async decrypt(request) {
      const { plaintext } = await call("Decrypt", [DecryptRequest, DecryptResponse], request);
      return plaintext;
    },
    close: () => client.close(),
  };
}

/** As upstream, "unix:///@name" is a socket without a file. */
function socketOf(endpoint: string): string {
  const { pathname } = new URL(endpoint);
  return pathname.startsWith("/@") ? `unix-abstract:${pathname.slice(2)}` : `unix:${pathname}`;
}
