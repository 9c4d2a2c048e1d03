import { once } from "node:events";
import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { parentPort, workerData } from "node:worker_threads";

/** One user who asks for as much at once as his connections let him, until the thread is ended. */
export interface FloodOptions {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
  readonly path: string;
  readonly sessions: number;
  readonly streams: number;
}

/** Told now and then. */
export interface FloodReport {
  /** How many answers of each status there were. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Of the first that was turned away. */
  readonly refusal:
    | { readonly headers: Record<string, unknown>; readonly text: string }
    | undefined;
}

const { port, ca, token, path, sessions, streams } = workerData as FloodOptions;
const statuses: Record<number, number> = {};
let refusal: FloodReport["refusal"];
let next = 0;

async function ask(session: ClientHttp2Session): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  });
  const data = { filling: "x".repeat(1_000) };
  stream.end(JSON.stringify({ metadata: { name: `flood-${next++}` }, data }));
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += String(chunk);
  const status = Number(headers[":status"]);
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status === 429) refusal ??= { headers: { ...headers }, text };
}

async function flood(session: ClientHttp2Session): Promise<never> {
  for (;;) await ask(session);
}

const tell = (report: FloodReport) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
  parentPort?.postMessage(report);
};
setInterval(() => tell({ statuses, refusal }), 200);
for (let count = 0; count < sessions; count++) {
  const session = connect(`https://127.0.0.1:${port}`, { ca });
  session.setMaxListeners(0);
  for (let n = 0; n < streams; n++) void flood(session);
}
