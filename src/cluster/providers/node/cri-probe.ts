import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { createConnection } from "node:net";
import { concatBytes } from "#base/bytes.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";

/**
 * True once the runtime answers the CRI's `Version`. Throws when it serves no CRI, because that
 * part failed to start. Costs no gRPC library: one HTTP/2 request.
 */
export async function answersCri(socket: string, signal?: AbortSignal): Promise<boolean> {
  const method = "/runtime.v1.RuntimeService/Version";
  const { status } = await callCri({ socket, method, message: new Uint8Array() }, signal);
  if (status === "12") throw new Error("the runtime runs, but its CRI plugin failed to start");
  return status === "0";
}

/** True when the runtime answers, false when it ended before. */
export async function waitForCri(
  options: {
    readonly socket: string;
    readonly clock: Clock;
    readonly hasEnded: () => boolean;
  },
  signal?: AbortSignal,
): Promise<boolean> {
  const { socket, clock, hasEnded } = options;
  while (!(await answersCri(socket, signal))) {
    signal?.throwIfAborted();
    if (hasEnded()) return false;
    await sleep(clock, 5, signal);
  }
  return true;
}

export interface CriAnswer {
  /** The gRPC status code; undefined when nobody answered. */
  readonly status: string | undefined;
  readonly statusMessage: string;
  readonly message: Uint8Array;
}

/** One unary call, with messages as protobuf bytes. */
export async function callCri(
  call: { readonly socket: string; readonly method: string; readonly message: Uint8Array },
  signal?: AbortSignal,
): Promise<CriAnswer> {
  signal?.throwIfAborted();
  const session = connect("http://localhost", {
    createConnection: () => createConnection(call.socket),
  });
  const abort = () => session.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await exchange(session, call.method, call.message);
  } finally {
    signal?.removeEventListener("abort", abort);
    session.destroy();
  }
}

function exchange(
  session: ClientHttp2Session,
  method: string,
  message: Uint8Array,
): Promise<CriAnswer> {
  return new Promise((resolve) => {
    let status: string | undefined;
    let statusMessage = "";
    const chunks: Uint8Array[] = [];
    const take = (headers: Readonly<Record<string, unknown>>) => {
      const { "grpc-status": code, "grpc-message": words } = headers;
      if (typeof code === "string") status = code;
      if (typeof words === "string") statusMessage = decodeURIComponent(words);
    };
    // A frame starts with a byte that says whether it is compressed, and four of its length.
    const answer = () =>
      resolve({ status, statusMessage, message: concatBytes(chunks).subarray(5) });
    session.on("error", answer);
    session.on("close", answer);
    const stream = session.request({
      ":method": "POST",
      ":path": method,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("response", take);
    stream.on("trailers", take);
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", answer);
    stream.on("close", answer);
    const prefix = new DataView(new ArrayBuffer(5));
    prefix.setUint32(1, message.length);
    stream.end(concatBytes([new Uint8Array(prefix.buffer), message]));
  });
}
