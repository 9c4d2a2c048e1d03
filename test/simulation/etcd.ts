import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { orderOf } from "#storage/keys.ts";
import { calls } from "#storage/node/etcd/messages.ts";
import type {
  KeyValue,
  TxnRequest,
  WatchRequest,
  WatchResponse,
} from "#storage/node/etcd/messages.ts";
import type { Call } from "#storage/node/etcd/messages.ts";
import type { MemberLink, MemberStream } from "#storage/node/etcd/member.ts";
import type { MessageType, Value } from "#schema/message.ts";
import type { Ledger, Written } from "./ledger.ts";
import type { Dice, World } from "./world.ts";

/** What the way to etcd can be like. */
export interface EtcdWeather {
  readonly latencyMs: number;
  readonly losesRequestChance: number;
  /** The member has done what it was asked for, and nobody hears of it. */
  readonly losesReplyChance: number;
  /** The request arrives when nobody waits for it any more. */
  readonly delaysChance: number;
  /** "no leader": certainly not done. */
  readonly refusesChance: number;
  /** Writes of others, under other prefixes, which take revisions that are of no concern here. */
  readonly neighbours: number;
  /** At each message of a watch. */
  readonly breaksWatchChance: number;
}

/** Beyond every deadline of a call. */
const lateMsMax = 8_000;

/**
 * etcd as its clients see it: one history for all members, transactions, watches from any revision
 * that is not compacted, leases. The network between may lose, delay and reorder.
 */
export class SimulatedEtcd {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #ledger: Ledger;
  readonly #weather: EtcdWeather;
  readonly #watches = new Set<SimulatedWatch>();
  readonly #leases = new Map<number, { readonly keys: Set<string>; cancel: () => void }>();
  #compacted = 0;
  /** The weather clears up at the end. */
  isCalm = false;
  /** Hears of what was written and not answered yet. */
  onWritten: () => void = () => {};

  constructor(options: {
    readonly world: World;
    readonly ledger: Ledger;
    readonly weather: EtcdWeather;
  }) {
    this.#world = options.world;
    this.#dice = options.world.dice;
    this.#ledger = options.ledger;
    this.#weather = options.weather;
  }

  async runNeighbours(pauseMs: number): Promise<void> {
    for (let count = 0; count < this.#weather.neighbours; count++) {
      await this.#world.sleep(this.#dice.delayMs(pauseMs));
      this.#write(`/neighbours/${count % 3}`, new Uint8Array(1));
    }
  }

  /** From a process, as long as it lives. */
  open(isAlive: () => boolean): MemberLink {
    return {
      call: (call, request, timeoutMs, signal) =>
        this.#call(call, request, { timeoutMs, signal, isAlive }),
      watch: (request) => this.#watch(request, isAlive),
      close() {},
    };
  }

  #call<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    options: {
      readonly timeoutMs: number;
      readonly signal: AbortSignal | undefined;
      readonly isAlive: () => boolean;
    },
  ): Promise<Value<R>> {
    const { timeoutMs, signal, isAlive } = options;
    return new Promise((resolve, reject) => {
      const fail = (code: status, details: string) => {
        if (isAlive()) reject(serviceError(code, details));
      };
      const cancel = this.#world.after(timeoutMs, () =>
        fail(status.DEADLINE_EXCEEDED, "Deadline exceeded"),
      );
      const finish = (act: () => void) => {
        cancel();
        act();
      };
      signal?.addEventListener("abort", () => fail(status.CANCELLED, "Cancelled"), { once: true });
      void this.#exchange(call.path, request).then(
        (response) => finish(() => isAlive() && resolve(response as Value<R>)),
        (error: unknown) => finish(() => isAlive() && reject(error)),
      );
    });
  }

  async #exchange(path: string, request: unknown): Promise<unknown> {
    const { latencyMs } = this.#weather;
    await this.#world.sleep(this.#dice.delayMs(latencyMs));
    if (this.#happens("delaysChance")) {
      this.#world.trouble("etcd is asked late", () => path);
      await this.#world.sleep(this.#dice.between(0, lateMsMax));
    }
    if (this.#happens("losesRequestChance")) {
      throw serviceError(status.UNAVAILABLE, "Connection dropped");
    }
    if (this.#happens("refusesChance")) {
      throw serviceError(status.UNAVAILABLE, "etcdserver: no leader");
    }
    const answer = this.#answer(path, request);
    const isLost = this.#happens("losesReplyChance");
    await this.#world.sleep(this.#dice.delayMs(latencyMs));
    if (!isLost) return answer;
    this.#world.trouble("etcd's answer is lost", () => path);
    throw serviceError(status.UNAVAILABLE, "Connection dropped");
  }

  #answer(path: string, request: unknown): unknown {
    switch (path) {
      case calls.range.path:
        return this.#range(request as RangeRequest);
      case calls.txn.path:
        return this.#transact(request as TxnRequest);
      case calls.compact.path:
        return this.#compact((request as { revision: number }).revision);
      case calls.leaseGrant.path:
        return this.#grant(request as { ttl: number; id: number });
      case calls.leaseRevoke.path:
        return this.#revoke((request as { id: number }).id);
      default:
        throw serviceError(status.UNIMPLEMENTED, `the simulated etcd has no ${path}`);
    }
  }

  #range({ key, rangeEnd, limit = 0, revision: at = 0, countOnly = false }: RangeRequest) {
    const { newest } = this.#ledger;
    if (at > newest) {
      const details = "etcdserver: mvcc: required revision is a future revision";
      throw serviceError(status.OUT_OF_RANGE, details);
    }
    if (at > 0 && at < this.#compacted) {
      const details = "etcdserver: mvcc: required revision has been compacted";
      throw serviceError(status.OUT_OF_RANGE, details);
    }
    const inRange = rangeOf(key, rangeEnd);
    const found = this.#ledger.snapshot("", at || newest).filter((written) => inRange(written.key));
    const kvs = countOnly ? [] : found.slice(0, limit || undefined).map(keyValueOf);
    return {
      header: { revision: newest },
      kvs,
      more: kvs.length < found.length,
      count: found.length,
    };
  }

  #transact({ compare, success, failure }: TxnRequest) {
    const holds = compare.every(
      ({ key, modRevision }) => (this.#state(key)?.revision ?? 0) === modRevision,
    );
    const responses = (holds ? success : failure).map((operation) => {
      if (operation.range) return { range: this.#range(operation.range) };
      if (operation.deleteRange) {
        const { key } = operation.deleteRange;
        const previous = this.#state(key);
        if (previous) this.#write(key, undefined);
        return {
          deleteRange: {
            deleted: previous ? 1 : 0,
            prevKvs: previous ? [keyValueOf(previous)] : [],
          },
        };
      }
      const { key = "", value, lease } = operation.put ?? {};
      const previous = this.#state(key);
      this.#write(key, value ?? new Uint8Array(0), lease);
      return { put: { ...(previous && { prevKv: keyValueOf(previous) }) } };
    });
    return { header: { revision: this.#ledger.newest }, succeeded: holds, responses };
  }

  #write(key: string, value: Written["value"], lease?: number): void {
    const previous = this.#state(key);
    const revision = this.#ledger.newest + 1;
    for (const { keys } of this.#leases.values()) keys.delete(key);
    const attached = lease === undefined ? undefined : this.#leases.get(lease);
    attached?.keys.add(key);
    const written: Written = {
      revision,
      key,
      value,
      created: (value && previous?.created) ?? revision,
      ...(attached && { expires: Infinity }),
    };
    this.#ledger.record(written);
    for (const watch of this.#watches) watch.hear(written);
    this.onWritten();
  }

  #compact(at: number) {
    if (at <= this.#compacted) {
      const details = "etcdserver: mvcc: required revision has been compacted";
      throw serviceError(status.OUT_OF_RANGE, details);
    }
    if (at > this.#ledger.newest) {
      const details = "etcdserver: mvcc: required revision is a future revision";
      throw serviceError(status.OUT_OF_RANGE, details);
    }
    this.#world.note(() => `etcd compacts at ${at}`);
    this.#compacted = at;
    return { header: { revision: this.#ledger.newest } };
  }

  #grant({ ttl, id }: { readonly ttl: number; readonly id: number }) {
    if (this.#leases.has(id)) {
      throw serviceError(status.FAILED_PRECONDITION, "etcdserver: lease already exists");
    }
    const cancel = this.#world.after(ttl * 1000, () => this.#revoke(id));
    this.#leases.set(id, { keys: new Set(), cancel });
    return { ttl };
  }

  #revoke(id: number) {
    const lease = this.#leases.get(id);
    if (!lease) throw serviceError(status.NOT_FOUND, "etcdserver: requested lease not found");
    lease.cancel();
    this.#leases.delete(id);
    for (const key of lease.keys) this.#write(key, undefined);
    return {};
  }

  #watch({ createRequest }: WatchRequest, isAlive: () => boolean): MemberStream {
    const { key, rangeEnd, startRevision } = createRequest;
    const watch = new SimulatedWatch({
      world: this.#world,
      latencyMs: this.#weather.latencyMs,
      isAlive,
      breaks: () => this.#happens("breaksWatchChance"),
      onEnd: () => this.#watches.delete(watch),
      eventOf: (written) => this.#eventOf(written),
    });
    const inRange = rangeOf(key, rangeEnd);
    this.#world.after(this.#dice.delayMs(this.#weather.latencyMs), () => {
      const header = { revision: this.#ledger.newest };
      watch.send(() => ({ ...emptyResponse, header, created: true }));
      if (startRevision < this.#compacted) {
        const compactRevision = this.#compacted;
        const cancelReason = "etcdserver: mvcc: required revision has been compacted";
        watch.send(() => ({
          ...emptyResponse,
          header,
          canceled: true,
          compactRevision,
          cancelReason,
        }));
        return;
      }
      for (const written of this.#ledger.between("", startRevision - 1)) {
        if (inRange(written.key)) watch.hear(written);
      }
      this.#watches.add(watch);
    });
    return watch;
  }

  #eventOf(written: Written): WatchResponse["events"][number] {
    // What a change has replaced is looked up when it is sent: it may be compacted by then.
    const isThere = written.revision > this.#compacted;
    const previous = isThere ? this.#ledger.state(written.key, written.revision - 1) : undefined;
    return {
      type: written.value ? 0 : 1,
      kv: keyValueOf(written),
      ...(previous && { prevKv: keyValueOf(previous) }),
    };
  }

  #state(key: string): Written | undefined {
    return this.#ledger.state(key, Infinity);
  }

  #happens(chance: Exclude<keyof EtcdWeather, "latencyMs" | "neighbours">): boolean {
    return !this.isCalm && this.#dice.chance(this.#weather[chance]);
  }
}

type RangeRequest = Value<typeof calls.range.request>;

interface WatchOptions {
  readonly world: World;
  readonly latencyMs: number;
  readonly isAlive: () => boolean;
  readonly breaks: () => boolean;
  readonly onEnd: () => void;
  readonly eventOf: (written: Written) => WatchResponse["events"][number];
}

/** Messages of one watch, in order, each after a while. */
class SimulatedWatch implements MemberStream {
  readonly #options: WatchOptions;
  readonly #queue: (() => WatchResponse)[] = [];
  #hearData: (response: WatchResponse) => void = () => {};
  #hearError: (error: Error) => void = () => {};
  #isSending = false;
  #isPaused = false;
  #isEnded = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  on(event: "data", hear: (response: WatchResponse) => void): void;
  on(event: "error", hear: (error: Error) => void): void;
  on(event: "end", hear: () => void): void;
  on(event: string, hear: ((response: WatchResponse) => void) | ((error: Error) => void)): void {
    if (event === "data") this.#hearData = hear as (response: WatchResponse) => void;
    if (event === "error") this.#hearError = hear as (error: Error) => void;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    void this.#sendAll();
  }

  cancel(): void {
    if (this.#isEnded) return;
    this.#end();
    this.#hearError(serviceError(status.CANCELLED, "Cancelled on client"));
  }

  hear(written: Written): void {
    const { eventOf } = this.#options;
    this.send(() => ({
      ...emptyResponse,
      header: { revision: written.revision },
      events: [eventOf(written)],
    }));
  }

  send(response: () => WatchResponse): void {
    this.#queue.push(response);
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    const { world, latencyMs, isAlive, breaks } = this.#options;
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#queue.length > 0 && !this.#isPaused && !this.#isEnded) {
      await world.sleep(world.dice.delayMs(latencyMs));
      if (!isAlive()) this.#end();
      if (this.#isEnded) break;
      if (breaks()) {
        this.#end();
        world.trouble("a watch of etcd breaks");
        this.#hearError(serviceError(status.UNAVAILABLE, "Connection dropped"));
        break;
      }
      if (this.#isPaused) break;
      const response = this.#queue.shift()?.();
      if (response) this.#hearData(response);
    }
    this.#isSending = false;
  }

  #end(): void {
    this.#isEnded = true;
    this.#options.onEnd();
  }
}

const emptyResponse = {
  created: false,
  canceled: false,
  compactRevision: 0,
  cancelReason: "",
  events: [],
};

function keyValueOf({ key, value, revision, created }: Written): KeyValue {
  const isDelete = value === undefined;
  return {
    key,
    createRevision: isDelete ? 0 : created,
    modRevision: revision,
    value: value ?? new Uint8Array(0),
  };
}

/** One key where there is no end; "\0" is the end behind all keys. */
function rangeOf(key: string, rangeEnd = ""): (key: string) => boolean {
  if (rangeEnd === "") return (other) => other === key;
  const from = orderOf(key);
  const to = rangeEnd === "\0" ? undefined : orderOf(rangeEnd);
  return (other) => {
    const order = orderOf(other);
    return order >= from && (to === undefined || order < to);
  };
}

export function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), {
    code,
    details,
    metadata: new Metadata(),
  });
}
