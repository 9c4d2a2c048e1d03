import { once } from "node:events";
import { connect } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { LoadCounts, LoadMessage, LoadOrder } from "./load.ts";
import type { Target } from "./open.ts";
import { RequestBytes } from "./request-template.ts";
import { ResponseReader } from "./response-reader.ts";

/**
 * A process that asks the server as many things as it can take: every client has one connection
 * and one request under way. A child of `load.ts`, which tells it what to do.
 */
process.once("message", (order: LoadOrder) => void run(order));

function tell(message: LoadMessage): void {
  process.send?.(message);
}

async function run({ target, plan }: LoadOrder): Promise<void> {
  const sockets = await Promise.all(
    Array.from({ length: plan.clients }, () => openConnection(target)),
  );
  const load = new Load(plan);
  for (const socket of sockets) load.add(socket);
  await load.ended;
  for (const socket of sockets) socket.destroy();
  process.disconnect?.();
}

async function openConnection({ port, authority, certificate, key }: Target): Promise<TLSSocket> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    ca: authority,
    cert: certificate,
    key,
    ALPNProtocols: ["http/1.1"],
  });
  await once(socket, "secureConnect");
  socket.setNoDelay(true);
  return socket;
}

class Load {
  readonly ended: Promise<void>;
  readonly #plan: LoadOrder["plan"];
  readonly #end: () => void;
  readonly #startedAt = performance.now();
  /** Undefined while it warms up. */
  #measuring: Measuring | undefined;
  #isOver = false;
  #next: number;

  constructor(plan: LoadOrder["plan"]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#plan = plan;
    this.#next = plan.first;
    if (plan.warmUpMs === 0) this.#measure();
  }

  add(socket: TLSSocket): void {
    const bytes = new RequestBytes(this.#plan.request, this.#plan.objects);
    let sentAt = 0;
    let received: Buffer = Buffer.alloc(0);
    const ask = () => {
      if (this.#isOver || this.#next >= this.#plan.first + this.#plan.requests) return;
      sentAt = performance.now();
      socket.write(bytes.ofNumber(this.#next++));
    };
    const fail = (why: string) => this.#fail(`${why}\n${received.toString("utf8", 0, 2_000)}`);
    const reader = new ResponseReader((status, bodyBytes) => {
      if (status !== this.#plan.expect) return fail(`it answered ${status}`);
      this.#answered(sentAt, bodyBytes);
      ask();
    });
    socket.on("data", (data: Buffer) => {
      received = data;
      reader.push(data);
    });
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => fail("it closed the connection"));
    ask();
  }

  #answered(sentAt: number, bodyBytes: number): void {
    const now = performance.now();
    if (!this.#measuring) {
      if (now - this.#startedAt >= this.#plan.warmUpMs) this.#measure();
      return;
    }
    this.#measuring.add(now - sentAt, bodyBytes);
    const { requests, measureMs } = this.#plan;
    const isOver =
      requests === Infinity
        ? now - this.#measuring.from >= measureMs
        : this.#measuring.requests === requests;
    if (!isOver || this.#isOver) return;
    this.#isOver = true;
    tell({ type: "measured", result: { ...this.#measuring.result(now), next: this.#next } });
    this.#end();
  }

  #measure(): void {
    tell({ type: "measuring" });
    this.#measuring = new Measuring();
  }

  #fail(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    tell({ type: "failed", why });
    this.#end();
  }
}

class Measuring {
  readonly from = performance.now();
  readonly #cpuFrom = process.cpuUsage();
  readonly #latenciesMs: number[] = [];
  #bodyBytes = 0;

  add(latencyMs: number, bodyBytes: number): void {
    this.#latenciesMs.push(latencyMs);
    this.#bodyBytes += bodyBytes;
  }

  get requests(): number {
    return this.#latenciesMs.length;
  }

  result(now: number): Omit<LoadCounts, "next"> {
    const { user, system } = process.cpuUsage(this.#cpuFrom);
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
    return {
      requests: sorted.length,
      seconds: (now - this.from) / 1000,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      bodyBytes: this.#bodyBytes,
      clientCpuMs: (user + system) / 1000,
    };
  }
}
