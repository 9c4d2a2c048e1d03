import { openEtcdClient } from "./etcd-client.ts";
import { openHttpsClient } from "./https-client.ts";
import type { LoadCounts, LoadMessage, LoadOrder } from "./load.ts";

/**
 * A process that asks the server as many things as it can take: every client has one connection
 * and one request under way. A child of `load.ts`, which tells it what to do.
 */
process.once("message", (order: LoadOrder) => void run(order));

export interface LoadClient {
  /** Sends the request of that number; only called once the one before is answered. */
  ask(number: number): void;
  close(): void;
}

export type Answered = { readonly bodyBytes: number } | { readonly failure: string };

export type OpenLoadClient<T> = (
  target: T,
  plan: LoadOrder["plan"],
  answered: (answer: Answered) => void,
) => Promise<LoadClient>;

function tell(message: LoadMessage): void {
  process.send?.(message);
}

async function run({ target, plan }: LoadOrder): Promise<void> {
  const load = new Load(plan);
  const clients = await Promise.all(
    Array.from({ length: plan.clients }, () =>
      load.connect((answered) =>
        "kind" in target
          ? openEtcdClient(target, plan, answered)
          : openHttpsClient(target, plan, answered),
      ),
    ),
  );
  load.start();
  await load.ended;
  for (const client of clients) client.close();
  process.disconnect?.();
}

class Load {
  readonly ended: Promise<void>;
  readonly #plan: LoadOrder["plan"];
  readonly #end: () => void;
  readonly #asking: (() => void)[] = [];
  #startedAt = 0;
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
  }

  async connect(
    open: (answered: (answer: Answered) => void) => Promise<LoadClient>,
  ): Promise<LoadClient> {
    let sentAt = 0;
    const client = await open((answer) => {
      if ("failure" in answer) return this.#fail(answer.failure);
      this.#answered(sentAt, answer.bodyBytes);
      ask();
    });
    const ask = () => {
      if (this.#isOver || this.#next >= this.#plan.first + this.#plan.requests) return;
      sentAt = performance.now();
      client.ask(this.#next++);
    };
    this.#asking.push(ask);
    return client;
  }

  start(): void {
    this.#startedAt = performance.now();
    if (this.#plan.warmUpMs === 0) this.#measure();
    for (const ask of this.#asking) ask();
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
