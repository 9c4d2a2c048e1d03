import { once } from "node:events";
import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { Agent, get } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Target } from "./open.ts";
import type { WatchMessage, WatchOrder, WatchPlan } from "./watchers.ts";

/** A process of watchers. A child of `watchers.ts`, which tells it what to watch. */
process.once("message", (order: WatchOrder) => void run(order));
process.on("disconnect", () => process.exit(0));

function tell(message: WatchMessage): void {
  process.send?.(message);
}

/** So many connect at once: each handshake takes the server about a millisecond. */
const connectingMax = 50;

async function run({ target, plan }: WatchOrder): Promise<void> {
  const counts = new Counts();
  process.on("message", () => tell({ type: "counted", counts: counts.take() }));
  try {
    const { watchers, perConnection } = plan;
    for (let from = 0; from < watchers; from += connectingMax) {
      const numbers = Array.from(
        { length: Math.min(connectingMax, watchers - from) },
        (_, index) => from + index,
      );
      if (perConnection === 1) {
        await Promise.all(numbers.map((number) => openAlone(target, plan, counts.taker(number))));
      }
    }
    if (perConnection > 1) {
      for (let from = 0; from < watchers; from += perConnection) {
        const { authority: ca, certificate: cert, key } = target;
        const session = connect(`https://127.0.0.1:${target.port}`, { ca, cert, key });
        await once(session, "connect");
        const size = Math.min(perConnection, watchers - from);
        const opening = Array.from({ length: size }, (_, index) =>
          openStream(session, plan, counts.taker(from + index)),
        );
        await Promise.all(opening);
      }
    }
    tell({ type: "open" });
  } catch (error) {
    tell({ type: "failed", why: String(error) });
  }
}

type Take = (chunk: Buffer) => void;

function openAlone(target: Target, { path, accept }: WatchPlan, take: Take): Promise<void> {
  const { port, authority: ca, certificate: cert, key } = target;
  const agent = new Agent({ ca, cert, key });
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, headers: { accept }, agent };
    const request = get(options, (response: IncomingMessage) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      response.on("data", take);
      resolve();
    });
    request.on("error", reject);
  });
}

async function openStream(
  session: ClientHttp2Session,
  { path, accept }: WatchPlan,
  take: Take,
): Promise<void> {
  const stream = session.request({ ":path": path, accept });
  stream.on("data", take);
  await once(stream, "response");
}

const newline = 10;
/** One watcher of so many looks into its events; all count them. */
const lookingEvery = 50;
const stamp = /"stamp":"([\d.]+)"/g;

class Counts {
  #events = 0;
  #bytes = 0;
  #delaysMs: number[] = [];
  #from = performance.now();
  #cpuFrom = process.cpuUsage();

  taker(number: number): Take {
    const looks = number % lookingEvery === 0;
    return (chunk) => {
      this.#bytes += chunk.length;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) {
        this.#events++;
      }
      if (!looks) return;
      const now = performance.timeOrigin + performance.now();
      for (const [, sentAt] of chunk.toString("latin1").matchAll(stamp)) {
        this.#delaysMs.push(now - Number(sentAt));
      }
    };
  }

  take() {
    const { user, system } = process.cpuUsage(this.#cpuFrom);
    const seconds = (performance.now() - this.#from) / 1000;
    const taken = {
      events: this.#events,
      bytes: this.#bytes,
      seconds,
      delaysMs: this.#delaysMs,
      cpuMs: (user + system) / 1000,
    };
    [this.#events, this.#bytes, this.#delaysMs] = [0, 0, []];
    this.#from = performance.now();
    this.#cpuFrom = process.cpuUsage();
    return taken;
  }
}
