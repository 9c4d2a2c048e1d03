import { once } from "node:events";
import { connect } from "node:tls";
import type { Answered, LoadClient, OpenLoadClient } from "./load-process.ts";
import type { Target } from "./open.ts";
import { RequestBytes } from "./request-template.ts";
import { ResponseReader } from "./response-reader.ts";

/** One connection with TLS, and on it as little as HTTP/1.1 takes. */
export const openHttpsClient: OpenLoadClient<Target> = async (target, plan, answered) => {
  const socket = connect({
    host: "127.0.0.1",
    port: target.port,
    ca: target.authority,
    cert: target.certificate,
    key: target.key,
    ALPNProtocols: ["http/1.1"],
  });
  await once(socket, "secureConnect");
  socket.setNoDelay(true);
  const bytes = new RequestBytes(plan.request, plan.objects);
  let received: Buffer = Buffer.alloc(0);
  const fail = (why: string) =>
    answered({ failure: `${why}\n${received.toString("utf8", 0, 2_000)}` } satisfies Answered);
  const reader = new ResponseReader((status, bodyBytes) => {
    if (status === plan.expect) answered({ bodyBytes });
    else fail(`it answered ${status}`);
  });
  socket.on("data", (data: Buffer) => {
    received = data;
    reader.push(data);
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => fail("it closed the connection"));
  return {
    ask: (number) => void socket.write(bytes.ofNumber(number)),
    close: () => void socket.destroy(),
  } satisfies LoadClient;
};
