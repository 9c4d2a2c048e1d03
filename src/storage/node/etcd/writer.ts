import { equalBytes } from "#base/bytes.ts";
import { required } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Value } from "#schema/message.ts";
import { StorageFault, revision } from "../../store.ts";
import type { Commit, CommitResult, Entry, Revision, StoreEvent } from "../../store.ts";
import type { Connection } from "./connection.ts";
import { UnknownOutcomeError, faultOf, isLeaseTaken, isServiceError } from "./fault.ts";
import type { KeyMap } from "./key-map.ts";
import { calls, compareTarget } from "./messages.ts";
import type { TxnRequest, TxnResponse } from "./messages.ts";
import { WatchStream, entryOf } from "./watch-stream.ts";

export interface WriterOptions {
  readonly connection: Connection;
  readonly keys: KeyMap;
  readonly random: Random;
  readonly logger: Logger;
}

/** The first attempt of a write; each further one may take twice as long. */
const attemptMs = 1_000;
/** Every id is drawn from so many: what a number holds exactly. */
const leaseIds = 2 ** 52;
/**
 * Of no object. Every create is guarded by this key's revision, too: writing it lets no create
 * happen that is still on its way. "The key must not exist" alone holds again after a delete, and
 * what was given up long ago would then bring the object back.
 */
const fenceKey = "/registry/fences/creates";

/**
 * Commits, as etcd's transactions. When the answer to one is lost, the key's history tells whether
 * it happened; if not, it is sent again under the same guard, which lets it happen only once.
 */
export class Writer {
  readonly #options: WriterOptions;
  /** The newest revision that etcd has told of: whatever is written now comes after it. */
  #seen = revision(1);
  /** The fence's revision, as far as is known; 0 where nobody has ever needed it. */
  #fence = revision(0);

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  saw(newest: Revision): void {
    if (newest > this.#seen) this.#seen = newest;
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const lease =
      commit.value !== undefined && commit.ttlSeconds !== undefined
        ? await this.#grant(commit.ttlSeconds)
        : undefined;
    const result = await this.#write(commit, lease);
    if (!result.ok && lease !== undefined) await this.#revoke(lease);
    return result;
  }

  async #write(commit: Commit, lease: number | undefined): Promise<CommitResult> {
    const { connection, logger } = this.#options;
    const { expected } = commit;
    const began = this.#seen;
    const deadline = connection.clock.monotonic() + connection.timeoutMs;
    let lost: UnknownOutcomeError | undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await connection.call(calls.txn, this.#transaction(commit, lease), {
          repeatable: false,
          // What cannot be repeated has one attempt, which may take all the time.
          attemptMs: expected === undefined ? connection.timeoutMs : attemptMs * 2 ** attempt,
        });
        this.saw(revision(response.header.revision));
        const result = resultOf(commit, response);
        // What was sent before may have come true since, and stand in the way of what was sent now.
        if (!result.ok && lost && expected) {
          return (await this.#find(commit, expected, began, lost)) ?? result;
        }
        if (!isCreate(commit) || result.ok || result.current) return result;
        // Nothing was in its way but the fence.
        const [, fence] = response.responses;
        this.#fence = revision(fence?.range?.kvs[0]?.modRevision ?? 0);
      } catch (error) {
        if (isServiceError(error)) throw faultOf(error, connection.addresses);
        if (!(error instanceof UnknownOutcomeError)) throw error;
        // Without a guard it could not be told from other writes, and not be repeated either.
        if (expected === undefined) throw unknown(commit, error);
        logger.warn("the answer to a write is lost: looking for it", {
          key: commit.key,
          error: error.message,
        });
        lost = error;
        let found = await this.#find(commit, expected, began, error);
        if (!found && isCreate(commit)) {
          await this.#raiseFence(commit, error);
          found = await this.#find(commit, expected, began, error);
        }
        if (found) return found;
        if (connection.clock.monotonic() >= deadline) throw unknown(commit, error);
      }
    }
  }

  #transaction(commit: Commit, lease: number | undefined): TxnRequest {
    const { keys } = this.#options;
    const request = transactionOf(keys.toEtcd(commit.key), commit, lease);
    if (!isCreate(commit)) return request;
    const key = keys.toEtcd(fenceKey);
    const guard = { target: compareTarget.modRevision, key, modRevision: this.#fence };
    return {
      ...request,
      compare: [...request.compare, guard],
      failure: [...request.failure, { range: { key } }],
    };
  }

  /** Creates that were sent before, by whomever, have happened or never will. */
  async #raiseFence(commit: Commit, cause: UnknownOutcomeError): Promise<void> {
    const { connection, keys, logger } = this.#options;
    const put = { key: keys.toEtcd(fenceKey), value: new Uint8Array(0) };
    const request = { compare: [], success: [{ put }], failure: [] };
    try {
      const { header } = await connection.call(calls.txn, request, { repeatable: true });
      this.#fence = revision(header.revision);
      this.saw(this.#fence);
    } catch (error) {
      logger.warn("earlier creates could not be shut out", { error: String(error) });
      throw unknown(commit, cause);
    }
  }

  /**
   * What a write whose answer is lost has become: its result, or undefined when it had not happened.
   * It is told by its value. If another server wrote the same bytes over the same version, then
   * what was asked for has happened as well.
   */
  async #find(
    commit: Commit,
    expected: Revision,
    began: Revision,
    cause: UnknownOutcomeError,
  ): Promise<CommitResult | undefined> {
    // A delete of what must not be there never happens: any other one would be somebody else's.
    if (commit.value === undefined && expected === 0) return undefined;
    try {
      const { entry: current, newest } = await this.#read(commit.key);
      if (current?.modified === expected) return undefined;
      for await (const event of this.#changes(commit.key, expected || began, newest)) {
        const result = resultOfEvent(commit, event);
        if (result) return result;
        // The first change of the expected version is the only one that its guard has let through.
        if (expected > 0) return undefined;
      }
      return undefined;
    } catch (error) {
      // Also when the history that would tell is compacted.
      this.#options.logger.warn("the write could not be found out", { error: String(error) });
      throw unknown(commit, cause);
    }
  }

  /** What happened to the key after one revision and up to another. */
  async *#changes(
    key: string,
    after: Revision,
    newest: Revision,
  ): AsyncGenerator<StoreEvent, void, undefined> {
    if (newest <= after) return;
    const { connection, keys } = this.#options;
    const wanted = keys.toEtcd(key);
    const stream = new WatchStream({
      connection,
      key: "\0",
      rangeEnd: "\0",
      after,
      keyOf: (etcdKey) => (etcdKey === wanted ? key : undefined),
      backlog: Infinity,
    });
    stream.want(newest);
    const timeout = new AbortController();
    const cancel = connection.clock.after(connection.timeoutMs, () => timeout.abort());
    try {
      for await (const event of stream.events(timeout.signal)) {
        if (event.type === "progress") return;
        yield event;
        const reached = event.type === "put" ? event.entry.modified : event.revision;
        if (reached >= newest) return;
      }
    } finally {
      cancel();
    }
    throw new StorageFault("unreachable", "etcd did not tell of its history in time");
  }

  async #read(key: string): Promise<{ entry: Entry | undefined; newest: Revision }> {
    const { connection, keys } = this.#options;
    const request = { key: keys.toEtcd(key) };
    const { kvs, header } = await connection.call(calls.range, request, { repeatable: true });
    const newest = revision(header.revision);
    this.saw(newest);
    return { entry: kvs[0] && entryOf(key, kvs[0]), newest };
  }

  /** A lease of its own for every key: etcd deletes all keys of a lease at one revision. */
  async #grant(ttlSeconds: number): Promise<number> {
    const { connection, random } = this.#options;
    const ttl = Math.max(1, Math.ceil(ttlSeconds));
    for (;;) {
      const id = 1 + Math.floor(random.float() * leaseIds);
      try {
        await connection.call(calls.leaseGrant, { ttl, id }, { repeatable: true });
        return id;
      } catch (error) {
        if (!isServiceError(error)) throw error;
        // Also when the answer to our own grant was lost: that one then runs out unused.
        if (!isLeaseTaken(error)) throw faultOf(error, connection.addresses);
      }
    }
  }

  async #revoke(id: number): Promise<void> {
    const { connection, logger } = this.#options;
    try {
      await connection.call(calls.leaseRevoke, { id }, { repeatable: true });
    } catch (error) {
      logger.debug("an unused lease stays until it runs out", { error: String(error) });
    }
  }
}

/** Guarded by nothing but the key's absence, which may come again. */
function isCreate({ value, expected }: Commit): boolean {
  return value !== undefined && expected === 0;
}

function resultOfEvent({ value }: Commit, event: StoreEvent): CommitResult | undefined {
  switch (event.type) {
    case "put": {
      const { entry, previous } = event;
      if (value === undefined || !equalBytes(entry.value, value)) return undefined;
      return { ok: true, revision: entry.modified, entry, previous };
    }
    case "delete": {
      if (value !== undefined) return undefined;
      return { ok: true, revision: event.revision, entry: undefined, previous: event.previous };
    }
    case "progress":
      return undefined;
    default:
      return event satisfies never;
  }
}

function transactionOf(
  key: string,
  { value, expected }: Commit,
  lease: number | undefined,
): TxnRequest {
  const write: Value<typeof TxnRequest>["success"][number] =
    value === undefined
      ? { deleteRange: { key, prevKv: true } }
      : { put: { key, value, prevKv: true, ...(lease !== undefined && { lease }) } };
  const guard = { target: compareTarget.modRevision, key, modRevision: expected ?? 0 };
  return {
    compare: expected === undefined ? [] : [guard],
    success: [write],
    failure: [{ range: { key } }],
  };
}

function resultOf({ key, value }: Commit, response: TxnResponse): CommitResult {
  const at = revision(response.header.revision);
  const [answer] = response.responses;
  if (!response.succeeded) {
    const current = answer?.range?.kvs[0];
    return { ok: false, current: current && entryOf(key, current), revision: at };
  }
  if (value === undefined) {
    const previous = answer?.deleteRange?.prevKvs[0];
    if (!previous) return { ok: false, current: undefined, revision: at };
    return { ok: true, revision: at, entry: undefined, previous: entryOf(key, previous) };
  }
  const put = required(answer?.put, "a put answers a put");
  const previous = put.prevKv && entryOf(key, put.prevKv);
  const entry = { key, value, created: previous?.created ?? at, modified: at };
  return { ok: true, revision: at, entry, previous };
}

function unknown({ key }: Commit, cause: Error): StorageFault {
  const message = `etcd did not say whether ${key} was written: ${cause.message}`;
  return new StorageFault("unknown", message, { cause });
}
