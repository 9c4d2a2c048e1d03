import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { sendUnaryData } from "@grpc/grpc-js";
import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { MessageType, Value } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import { aesGcm } from "../aes.ts";
import {
  DecryptRequest,
  DecryptResponse,
  EncryptRequest,
  EncryptResponse,
  StatusRequest,
  StatusResponse,
} from "./messages.ts";

/** A key management plugin for tests: its keys are made of their names. */
export async function startTestPlugin(socket: string) {
  const plugin = {
    keyId: "key-1",
    healthz: "ok",
    version: "v2",
    /** Answers nothing but errors. */
    isDown: false,
    calls: [] as string[],
  };
  const cipherOf = (keyId: string) => aesGcm(utf8(keyId.padEnd(32, "-")));
  const place = utf8("plugin");
  const server = new Server();
  const serve = <Q extends MessageType, R extends MessageType>(
    name: string,
    [requestType, responseType]: readonly [Q, R],
    answer: (request: Value<Q>) => Value<R>,
  ) => ({
    path: `/v2.KeyManagementService/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: object) => Buffer.from(encodeProtobuf(requestType, value)),
    requestDeserialize: (wire: Buffer) =>
      decodeProtobuf(requestType, new Uint8Array(wire), { fillZero: true }) as object,
    responseSerialize: (value: object) => Buffer.from(encodeProtobuf(responseType, value)),
    responseDeserialize: (wire: Buffer) =>
      decodeProtobuf(responseType, new Uint8Array(wire), { fillZero: true }) as object,
    handle: (call: { request: object }, respond: sendUnaryData<object>) => {
      plugin.calls.push(name);
      try {
        if (plugin.isDown) throw new Error("the vault is closed");
        respond(null, answer(call.request as Value<Q>) as object);
      } catch (error) {
        respond({ code: status.FAILED_PRECONDITION, message: String(error) });
      }
    },
  });
  const methods = [
    serve("Status", [StatusRequest, StatusResponse], () => {
      const { version, healthz, keyId } = plugin;
      return { version, healthz, keyId };
    }),
    serve("Encrypt", [EncryptRequest, EncryptResponse], ({ plaintext }) => {
      const { keyId } = plugin;
      const annotations: Record<string, Bytes> = { "made.example.com": utf8("here") };
      return { keyId, annotations, ciphertext: cipherOf(keyId).seal(plaintext, place) };
    }),
    serve("Decrypt", [DecryptRequest, DecryptResponse], (request) => {
      const { ciphertext, keyId, annotations } = request;
      if (!annotations["made.example.com"]) throw new Error("the annotation is missing");
      return { plaintext: concatBytes([cipherOf(keyId).open(ciphertext, place)]) };
    }),
  ];
  const named = methods.map((method) => [method.path.split("/")[2] ?? "", method] as const);
  const handlers = named.map(([name, { handle }]) => [name, handle] as const);
  server.addService(
    Object.fromEntries(named.map(([name, method]) => [name, method])),
    Object.fromEntries(handlers),
  );
  await new Promise<void>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(`unix:${socket}`, credentials, (error) => (error ? reject(error) : resolve()));
  });
  return Object.assign(plugin, { close: () => server.forceShutdown() });
}
