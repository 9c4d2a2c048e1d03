import { once } from "node:events";
import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import { utf8 } from "#base/bytes.ts";
import { TxnRequest, TxnResponse, compareTarget } from "#storage/node/etcd/messages.ts";
import type { LoadClient, OpenLoadClient } from "./load-process.ts";
import type { EtcdTarget } from "./open-etcd.ts";
import { NumberedBytes } from "./request-template.ts";

const headers = {
  ":method": "POST",
  ":path": "/etcdserverpb.KV/Txn",
  "content-type": "application/grpc",
  te: "trailers",
};
/** A frame of gRPC: not compressed, and its length in four bytes. */
const frameHead = 5;

/**
 * Creates keys in etcd as a Kubernetes API server does: in a transaction, if the key is not there.
 * gRPC is spoken by hand over HTTP/2, which costs less than a library for it: etcd shall have
 * as much of the machine as can be. The template's path is the key, its body the value.
 */
export const openEtcdClient: OpenLoadClient<EtcdTarget> = async (target, plan, answered) => {
  const session = connect(`http://127.0.0.1:${target.port}`);
  await once(session, "connect");
  const { path: key, body = "" } = plan.request;
  const message = encodeProtobuf(TxnRequest, {
    compare: [{ target: compareTarget.modRevision, key, modRevision: 0 }],
    success: [{ put: { key, value: utf8(body) } }],
    failure: [{ range: { key } }],
  });
  const frame = Buffer.alloc(frameHead + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, frameHead);
  const bytes = new NumberedBytes(frame, plan.objects);
  session.on("error", (error) => answered({ failure: error.message }));
  return {
    ask: (number) => send(session, bytes.ofNumber(number), answered),
    close: () => session.destroy(),
  } satisfies LoadClient;
};

function send(
  session: ClientHttp2Session,
  frame: Buffer,
  answered: Parameters<typeof openEtcdClient>[2],
): void {
  const stream = session.request(headers);
  const chunks: Buffer[] = [];
  let trailers: Readonly<Record<string, unknown>> = {};
  stream.on("trailers", (given: Readonly<Record<string, unknown>>) => (trailers = given));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", (error) => answered({ failure: error.message }));
  stream.on("end", () => {
    const body = Buffer.concat(chunks);
    if (trailers["grpc-status"] !== "0") {
      return answered({ failure: `grpc-status ${String(trailers["grpc-status"])}` });
    }
    const { succeeded } = decodeProtobuf(TxnResponse, body.subarray(frameHead), { fillZero: true });
    if (succeeded) answered({ bodyBytes: body.length });
    else answered({ failure: "the key was there" });
  });
  stream.end(frame);
}
