import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { Status } from "#api/meta/v1.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { decodeProtobuf } from "#schema/protobuf.ts";
import { decodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { parse } from "yaml";
import { openTestControlPlane } from "../support/in-process.ts";
import { RequestMaker } from "./requests.ts";

/**
 * Whatever a client sends, it gets an answer, in time, and never one that blames the server.
 * KIJABI_FUZZ_REQUESTS=100000 and KIJABI_FUZZ_SEED ask for more and for others.
 */
const requestCount = Number(process.env["KIJABI_FUZZ_REQUESTS"] ?? 3000);
const seed = Number(process.env["KIJABI_FUZZ_SEED"] ?? 1);
const answerMsMax = 5000;
/** Enough to work on. */
const problemsMax = 20;

test(`${requestCount} bad requests get proper answers`, async () => {
  const failures: unknown[] = [];
  const logger = {
    info() {},
    warn() {},
    debug() {},
    error: (message: string, details?: unknown) => void failures.push([message, details]),
    with: () => logger,
  };
  const clock = new VirtualClock();
  await using plane = await openTestControlPlane({ clock, logger });
  // What waits for somebody who is not there (the writer of service accounts) gives up soon.
  const ticking = setInterval(() => void clock.advance(500), 5);
  using _ticks = { [Symbol.dispose]: () => clearInterval(ticking) };
  const maker = new RequestMaker(seededRandom(seed), plane.server.definitions);
  const kinds = new Map<number, number>();
  const problems = new Map<string, string>();
  for (let count = 0; count < requestCount; count++) {
    const request = maker.next();
    const stop = new AbortController();
    const started = performance.now();
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(resolve, answerMsMax, `no answer in ${answerMsMax} ms`);
    const answering = plane.server.handle(request, plane.administrator, stop.signal);
    const checking = answering.then((answer) => {
      kinds.set(answer.status, (kinds.get(answer.status) ?? 0) + 1);
      return problemOf(answer, stop);
    });
    const why = await Promise.race([checking, late]);
    clearTimeout(timer);
    const ms = performance.now() - started;
    const problem = why ?? (ms > answerMsMax ? `took ${ms} ms` : undefined);
    if (!problem) continue;
    const known = problems.has(problem);
    if (!known) problems.set(problem, await described(request, failures.at(-1), count));
    if (problems.size === problemsMax) break;
  }
  const all = [...problems].map(([problem, details]) => `${problem}\n${details}`);
  assert.equal(problems.size, 0, all.join("\n\n"));
  assert.deepEqual(failures, [], "nothing was logged as a failure");
  // The requests are good for something only if some of them get through, and by every way.
  for (const status of [200, 201, 400, 404, 409, 422]) assert(kinds.get(status), `no ${status}`);
});

async function described(request: ApiRequest, failure: unknown, count: number): Promise<string> {
  const { method, path, query, headers, body } = request;
  const sent = body.kind === "bytes" ? [body.contentType, text(await body.read())] : [];
  return (
    `request ${count} of seed ${seed}: ${method} ${path}?${query.toString()} ` +
    `${JSON.stringify({ headers, sent }).slice(0, 4000)}\n${inspect(failure)}`
  );
}

function inspect(failure: unknown): string {
  if (!Array.isArray(failure)) return "";
  const [message, details] = failure as [string, { error?: Error } | undefined];
  return `${message}: ${details?.error?.stack ?? JSON.stringify(details)}`;
}

/** Undefined for an answer as it should be. Reads what there is, and ends streams. */
async function problemOf(answer: ApiResponse, stop: AbortController): Promise<string | undefined> {
  const { status, body } = answer;
  if (body.kind === "stream") {
    // A watch goes on for ever: it is enough that it begins, or ends by itself.
    const chunks = body.chunks[Symbol.asyncIterator]();
    const first = chunks.next();
    setTimeout(() => stop.abort(), 1);
    await first;
    stop.abort();
    await chunks.return?.();
    return status === 200 ? undefined : `a stream with status ${status}`;
  }
  if (body.kind !== "bytes") return status < 400 ? undefined : `${status} without a body`;
  if (status < 400) return undefined;
  const reply = statusOf(body.contentType, body.bytes);
  if (typeof reply === "string") return reply;
  if (reply.status !== "Failure" || !reply.message) return `no failure: ${JSON.stringify(reply)}`;
  if (reply.code !== status) return `${status} with code ${reply.code}`;
  if (status < 500) return undefined;
  // The version that a client wants to see may come: it is told to ask again.
  const isAhead = reply.details?.causes?.[0]?.reason === "ResourceVersionTooLarge";
  if (status === 504 && isAhead) return undefined;
  if (status === 503 && reply.message === "this server has no nodes") return undefined;
  return `${status}: ${reply.message}`;
}

function statusOf(contentType: string, bytes: Uint8Array): Status | string {
  try {
    switch (contentType) {
      case "application/json":
        return JSON.parse(text(bytes)) as Status;
      case "application/yaml":
        return parse(text(bytes)) as Status;
      case "application/vnd.kubernetes.protobuf":
        return decodeProtobuf(Status, decodeProtobufEnvelope(bytes).raw);
      default:
        return `an error in ${contentType}: ${text(bytes)}`;
    }
  } catch (error) {
    return `an error that cannot be read: ${String(error)}`;
  }
}
