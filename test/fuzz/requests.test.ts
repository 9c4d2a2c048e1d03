import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "#base/bytes.ts";
import { seededRandom } from "#base/random.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { Connection } from "#server/pipeline/request.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";
import { readWhole, refusalProblem, saidIn } from "./answers.ts";
import type { Said } from "./answers.ts";
import { Chance } from "./bodies.ts";
import { Census } from "./census.ts";
import { collectionPath, fuzzer, openFuzzPlane } from "./plane.ts";
import type { FuzzPlane, Rest } from "./plane.ts";
import { RequestMaker } from "./requests.ts";
import { sampleOf } from "./samples.ts";
import { kindKey } from "./words.ts";

/**
 * Whatever clients send, to whatever kind: each of them gets an answer, in time, never one that
 * blames the server; and when all have gone, the server holds nothing that it did not hold before.
 *
 *   KIJABI_FUZZ_REQUESTS=100000  how many
 *   KIJABI_FUZZ_SEED=7           which ones
 *   KIJABI_FUZZ_KINDS=Pod,Node   only of these kinds
 */
const requestCount = Number(process.env["KIJABI_FUZZ_REQUESTS"] ?? 10_000);
const seed = Number(process.env["KIJABI_FUZZ_SEED"] ?? 1);
const onlyKinds = process.env["KIJABI_FUZZ_KINDS"]?.split(",");
/** So often each kind has its turn: what grows from one to the next is a leak. */
const passes = 3;
const answerMsMax = 5_000;
/**
 * From the first pass to the last. The newest hundred events of each kind are kept for watchers,
 * whatever their age, and each kind of answer makes a line of metrics: both end at some size.
 */
const heapBytesMax = 16 * 1024 * 1024;
/** Enough to work on. */
const problemsMax = 20;
/** Watches that go on while other requests are made. */
const watchesMax = 5;

const refusedSamples: Readonly<Record<string, RegExp>> = {
  // There is no pod that could be bound.
  Binding: /^404 /,
  // It takes a signature of the key that is asked for.
  PodCertificateRequest: /^(403|422) /,
};

test("every kind that is served has a sample, and the server takes it", async () => {
  await using plane = await openFuzzPlane();
  for (const definition of plane.server.definitions) {
    const { info } = definition.type;
    if (definition.computed) continue;
    assert.ok(sampleOf(info), `no sample of ${kindKey(info)}`);
    const sample = new RequestMaker(seededRandom(seed), definition).sample();
    const said = await plane.ask("POST", collectionPath(info), sample);
    const expected = refusedSamples[info.kind] ?? /^201 /;
    assert.match(said, expected, `${apiVersionOf(info)} ${info.kind}: ${said}`);
    assert.deepEqual(await plane.restore(), []);
  }
});

test(`${requestCount} bad requests get proper answers, and leave nothing behind`, async (t) => {
  await using plane = await openFuzzPlane();
  const kinds = plane.server.definitions
    .map(({ type }) => type.info)
    .filter(({ kind }) => !onlyKinds || onlyKinds.includes(kind));
  const problems = new Map<string, string>();
  const counts = new Map<number, number>();
  const rests: Rest[] = [];
  const heaps: number[] = [];
  const unhandled = (reason: unknown) => void problems.set("unhandled rejection", String(reason));
  process.on("unhandledRejection", unhandled);
  using _listening = {
    [Symbol.dispose]: () => void process.off("unhandledRejection", unhandled),
  };
  for (let pass = 0; pass < passes; pass++) {
    for (const [index, info] of kinds.entries()) {
      const definition = plane.server.definitions.find(
        ({ type }) => kindKey(type.info) === kindKey(info) && type.info.version === info.version,
      );
      assert.ok(definition, `${info.kind} is served in pass ${pass}`);
      const count = Math.ceil(requestCount / passes / kinds.length);
      const round = new Round(plane, definition, seed * 1_000_003 + pass * 1009 + index, counts);
      await round.run(count);
      for (const [problem, details] of round.problems) problems.set(problem, details);
      if (problems.size >= problemsMax) break;
    }
    if (problems.size > 0) break;
    heaps.push(await plane.heap());
    rests.push(plane.rest());
  }
  const all = [...problems].map(([problem, details]) => `${problem}\n${details}`);
  assert.equal(problems.size, 0, all.join("\n\n"));
  assert.deepEqual(plane.failures, [], "nothing was logged as a failure");
  checkLeaks(plane, rests, heaps);
  // The requests are good for something only if some of them get through, and by every way.
  if (onlyKinds === undefined) {
    for (const status of [200, 201, 400, 403, 404, 405, 406, 409, 415, 422]) {
      assert.ok(counts.get(status), `no ${status}`);
    }
  }
  t.diagnostic(JSON.stringify({ answers: Object.fromEntries(counts), rests, heaps }));
});

/** Of what is there when nobody asks for anything, after each pass. */
function checkLeaks(plane: FuzzPlane, rests: readonly Rest[], heaps: readonly number[]): void {
  const [first, last] = [rests[0], rests.at(-1)];
  assert.ok(first && last);
  for (const { inFlight, seats, queued } of rests) {
    assert.deepEqual({ inFlight, seats, queued }, { inFlight: 0, seats: 0, queued: 0 });
  }
  assert.ok(last.timers <= first.timers, `timers: ${first.timers}, then ${last.timers}`);
  // These words are made up for each request.
  assert.doesNotMatch(plane.server.metrics.render(), /"x\d{4,}"/, "metrics of what is not served");
  const grown = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0);
  assert.ok(grown < heapBytesMax, `the heap has grown by ${grown} bytes: ${heaps.join()}`);
}

/** Requests of one kind, one after the other, and what is wrong with the answers. */
class Round {
  readonly problems = new Map<string, string>();
  readonly #plane: FuzzPlane;
  readonly #definition: ResourceDefinition;
  readonly #seed: number;
  readonly #counts: Map<number, number>;
  readonly #chance: Chance;
  readonly #maker: RequestMaker;
  readonly #watches: AbortController[] = [];
  /** Writes that were accepted, for whoever looks for what became of an object. */
  readonly #accepted: string[] = [];
  #census: Census;

  constructor(
    plane: FuzzPlane,
    definition: ResourceDefinition,
    roundSeed: number,
    counts: Map<number, number>,
  ) {
    this.#plane = plane;
    this.#definition = definition;
    this.#seed = roundSeed;
    this.#counts = counts;
    const random = seededRandom(roundSeed);
    this.#chance = new Chance(random);
    this.#maker = new RequestMaker(random, definition);
    this.#census = new Census(definition, []);
  }

  async run(count: number): Promise<void> {
    this.#census = new Census(this.#definition, await this.#plane.uids(this.#definition));
    for (let index = 0; index < count && this.problems.size < problemsMax; index++) {
      await this.#one(index);
    }
    for (const watch of this.#watches.splice(0)) watch.abort();
    const { ttlSeconds } = this.#definition;
    if (ttlSeconds !== undefined) this.#census.doubt();
    for (const problem of this.#census.problems(await this.#plane.uids(this.#definition))) {
      this.#problem(`${this.#name}: ${problem}`, this.#accepted.slice(-100).join("\n"));
    }
    for (const problem of await this.#plane.restore()) this.#problem(problem, this.#name);
  }

  async #one(index: number): Promise<void> {
    const request = this.#maker.next();
    const stop = new AbortController();
    const failures = this.#plane.failures.length;
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(resolve, answerMsMax, `no answer in ${answerMsMax} ms`);
    const why = await Promise.race([this.#exchange(request, stop), late]);
    clearTimeout(timer);
    const logged = this.#plane.failures.slice(failures);
    if (why === undefined && logged.length === 0) return;
    const details = await described(request, logged.at(-1));
    this.#problem(
      `${this.#name}: ${why ?? "a failure was logged"}`,
      `request ${index}: ${details}`,
    );
  }

  /** Undefined when all is as it should be. */
  async #exchange(request: ApiRequest, stop: AbortController): Promise<string | undefined> {
    const from = this.#sender();
    if (this.#chance.once(100)) return this.#abandon(request, from, stop);
    const answer = await this.#plane.send(request, from, stop.signal);
    const { status } = answer;
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1);
    // Of a collection, some may have gone before one could not.
    if (status >= 400 && request.method === "DELETE") this.#census.doubt();
    if (status >= 400) return refusalProblem(request, status, await readWhole(answer));
    if (isEndless(request)) return this.#follow(answer, stop);
    const read = await readWhole(answer);
    const said = read && saidIn(read);
    if (!said) return undefined;
    if (said.kind === "Status" && said.status !== "Success") return `${status} with a failure`;
    this.#learn(said);
    if (isWrite(request) && !this.#definition.virtual) await this.#count(request, status, said);
    return undefined;
  }

  #sender(): Connection {
    if (this.#chance.once(20)) return {};
    return this.#chance.once(3) ? fuzzer : this.#plane.administrator;
  }

  /** A client that goes before it has its answer. What it wrote must not be of interest. */
  async #abandon(
    request: ApiRequest,
    from: Connection,
    stop: AbortController,
  ): Promise<string | undefined> {
    if (isWrite(request)) request.query.append("dryRun", "All");
    if (request.method === "DELETE") this.#census.doubt();
    const answering = this.#plane.send(request, from, stop.signal);
    for (let turn = this.#chance.below(20); turn > 0; turn--) await Promise.resolve();
    stop.abort();
    const { body } = await answering;
    if (body.kind === "stream") await body.chunks[Symbol.asyncIterator]().return?.();
    return undefined;
  }

  /** A watch goes on for ever: it is enough that it begins, or ends by itself. */
  async #follow({ status, body }: ApiResponse, stop: AbortController): Promise<string | undefined> {
    if (body.kind !== "stream") return undefined;
    const chunks = body.chunks[Symbol.asyncIterator]();
    const goesOn = this.#chance.once(4);
    if (goesOn) {
      this.#watches.push(stop);
      if (this.#watches.length > watchesMax) this.#watches.shift()?.abort();
      void readAll(chunks).catch((error: unknown) => {
        this.#problem(`${this.#name}: a watch failed`, String(error));
      });
      return undefined;
    }
    const first = chunks.next();
    const timer = setTimeout(() => stop.abort(), 1);
    await first;
    clearTimeout(timer);
    stop.abort();
    // Some read on until the end, and some just go.
    if (this.#chance.once(2)) await readAll(chunks);
    else await chunks.return?.();
    return status === 200 ? undefined : `a stream with status ${status}`;
  }

  #learn({ metadata, items }: Said): void {
    this.#maker.learn({
      token: metadata?.continue,
      version: metadata?.resourceVersion,
      uid: metadata?.uid ?? items?.[0]?.metadata?.uid,
    });
  }

  async #count(request: ApiRequest, status: number, said: Said): Promise<void> {
    const { method, path, query, body } = request;
    const uid = said.metadata?.uid ?? said.details?.uid ?? "";
    this.#accepted.push(
      `${method} ${path}?${query.toString()}: ${status} ${said.kind ?? ""} ${uid}`,
    );
    if (/\/eviction/.test(path)) return this.#census.doubt();
    const isDry = body.kind === "bytes" && text(await body.read()).includes("All");
    if (method === "DELETE" && isDry) return this.#census.doubt();
    this.#census.observe(request, status, said);
  }

  get #name(): string {
    const { info } = this.#definition.type;
    return `${apiVersionOf(info)} ${info.kind}`;
  }

  #problem(problem: string, details: string): void {
    const how = `KIJABI_FUZZ_SEED=${seed} (round ${this.#seed})`;
    if (!this.problems.has(problem)) this.problems.set(problem, `${details}\n${how}`);
  }
}

async function readAll(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  for (;;) if ((await chunks.next()).done) return;
}

const isWrite = ({ method }: ApiRequest) => method !== "GET" && method !== "HEAD";
const isEndless = ({ method, path, query }: ApiRequest) =>
  method === "GET" && (query.has("watch") || query.has("follow") || path.includes("/watch/"));

async function described(request: ApiRequest, failure: unknown): Promise<string> {
  const { method, path, query, headers, body } = request;
  const read = () => (body.kind === "bytes" ? body.read() : undefined);
  const content = await Promise.resolve()
    .then(read)
    .catch(() => undefined);
  const sent = content && body.kind === "bytes" ? [body.contentType, text(content)] : [];
  return (
    `${method} ${path}?${query.toString()} ` +
    `${JSON.stringify({ headers, sent }).slice(0, 3000)}\n${inspect(failure)}`
  );
}

function inspect(failure: unknown): string {
  if (!Array.isArray(failure)) return "";
  const [message, details] = failure as [string, { error?: Error } | undefined];
  return `${message}: ${details?.error?.stack ?? JSON.stringify(details)}`;
}
