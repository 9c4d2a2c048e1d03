// Runs inside of a network namespace: answers over TCP (HTTP) and UDP with its name and with the
// address that it sees the caller come from, and makes such calls when told to on its input.
import { createSocket } from "node:dgram";
import { createServer, get } from "#base/node/http.ts";
import { createInterface } from "node:readline";
import type { PeerCall, PeerResult } from "./peer.ts";

const [name = "", httpPort = "0", udpPort = "0"] = process.argv.slice(2);

if (Number(httpPort) > 0) {
  const server = createServer((request, response) => {
    response.setHeader("connection", "close");
    response.end(`${name} ${request.socket.remoteAddress}`);
  });
  await new Promise<void>((resolve) => server.listen(Number(httpPort), "0.0.0.0", resolve));
}
if (Number(udpPort) > 0) {
  const socket = createSocket("udp4");
  socket.on("message", (_, from) =>
    socket.send(`${name} ${from.address}`, from.port, from.address),
  );
  await new Promise<void>((resolve) => socket.bind(Number(udpPort), "0.0.0.0", resolve));
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, ...call } = JSON.parse(line) as PeerCall & { id: number };
    const started = performance.now();
    const finish = (result: { text: string } | { error: string }) => {
      const answer: PeerResult & { id: number } = {
        id,
        ms: performance.now() - started,
        ...result,
      };
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    };
    if (call.over === "tcp") callHttp(call, finish);
    else callUdp(call, finish);
  })
  .on("close", () => process.exit(0));
process.stdout.write("ready\n");

function callHttp(call: PeerCall, finish: (result: { text: string } | { error: string }) => void) {
  const request = get(
    {
      host: call.address,
      port: call.port,
      agent: false,
      timeout: call.timeoutMs ?? 1500,
      ...(call.localPort && { localPort: call.localPort }),
    },
    (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => finish({ text }));
    },
  );
  request.on("timeout", () => request.destroy(Object.assign(new Error(), { code: "TIMEOUT" })));
  request.on("error", (error: NodeJS.ErrnoException) => finish({ error: error.code ?? "?" }));
}

function callUdp(call: PeerCall, finish: (result: { text: string } | { error: string }) => void) {
  const socket = createSocket("udp4");
  const end = (result: { text: string } | { error: string }) => {
    clearTimeout(timer);
    socket.close();
    finish(result);
  };
  const timer = setTimeout(() => end({ error: "TIMEOUT" }), call.timeoutMs ?? 1500);
  socket.on("message", (message) => end({ text: message.toString() }));
  socket.on("error", (error: NodeJS.ErrnoException) => end({ error: error.code ?? "?" }));
  socket.bind(call.localPort ?? 0, () => {
    // A connected socket hears of refusals.
    socket.connect(call.port, call.address, () => socket.send("hello"));
  });
}
