import type { ServiceError } from "@grpc/grpc-js";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { MessageType, Value } from "#schema/message.ts";
import type { StorageFault } from "../../store.ts";
import { UnknownOutcomeError, faultOf, isServiceError, verdictOf } from "./fault.ts";
import { GrpcMember } from "./member.ts";
import type { EtcdTls, MemberLink, MemberStream, Target } from "./member.ts";
import type { Call, WatchRequest } from "./messages.ts";

export interface ConnectionOptions {
  /** "http://127.0.0.1:2379"; several of one cluster, all with TLS or all without. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly logger: Logger;
  /** The most that a call may take, with all its attempts. */
  readonly timeoutMs?: number;
  readonly network?: EtcdNetwork;
}

/** By what members are reached: gRPC, in real time whatever a test's clock, where nothing else is said. */
export interface EtcdNetwork {
  readonly clock: Clock;
  readonly open: (address: string) => MemberLink;
}

export interface CallOptions {
  /** Sending it twice does no more than sending it once. */
  readonly repeatable: boolean;
  /** The most that one member may take before another is asked; doubles with each attempt. */
  readonly attemptMs?: number;
  readonly signal?: AbortSignal;
}

/** A member that has lost its leader and does not know it yet answers nothing at all. */
const attemptMsDefault = 1_000;
const backoffMsMax = 500;
/** More at once would only wait in etcd, with their time running. */
const callsMax = 256;

/** One member of the cluster. */
interface Member {
  readonly address: string;
  readonly link: MemberLink;
  /** Those who watch on it. */
  readonly watches: Set<(fault: StorageFault) => void>;
}

export interface MemberWatch {
  readonly stream: MemberStream;
  /** Tells that the stream failed; says what that means. */
  readonly failed: (error: ServiceError) => StorageFault;
  readonly end: () => void;
}

/**
 * Calls to an etcd cluster. All go to one member until it fails; then to the next one. A call that
 * was certainly not carried out is made again; what else may be repeated, the caller says.
 */
export class Connection {
  readonly #members: readonly Member[];
  readonly #logger: Logger;
  /** Of the network: deadlines and pauses between attempts. */
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** "127.0.0.1:2379, …", for messages. */
  readonly addresses: string;
  #index = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor({ endpoints, tls = {}, logger, timeoutMs = 10_000, network }: ConnectionOptions) {
    const targets = endpoints.map(targetOf);
    const isSecure = targets[0]?.isSecure ?? false;
    if (targets.length === 0) throw new TypeError("no etcd endpoint is given");
    if (targets.some((target) => target.isSecure !== isSecure)) {
      throw new TypeError(`of the etcd endpoints ${endpoints.join(", ")} only some have TLS`);
    }
    this.#logger = logger;
    this.timeoutMs = timeoutMs;
    this.addresses = targets.map(({ address }) => address).join(", ");
    this.clock = network?.clock ?? systemClock();
    this.#members = targets.map((target) => {
      const { address } = target;
      const link = network ? network.open(address) : new GrpcMember(target, tls);
      return { address, link, watches: new Set() };
    });
  }

  /**
   * Throws `UnknownOutcomeError` when a call that is not repeatable may have been carried out,
   * `StorageFault` when no member could be asked in time, and the member's own `ServiceError` when
   * it says what would be the same everywhere.
   */
  async call<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    options: CallOptions,
  ): Promise<Value<R>> {
    if (this.#running >= callsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await this.#attempt(call, request, options);
    } finally {
      // Whoever waits longest takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #attempt<Q extends MessageType, R extends MessageType>(
    call: Call<Q, R>,
    request: Value<Q>,
    options: CallOptions,
  ): Promise<Value<R>> {
    const { repeatable, signal } = options;
    const { attemptMs = attemptMsDefault } = options;
    const deadline = this.clock.monotonic() + Math.max(this.timeoutMs, attemptMs);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const member = this.#current;
      const remainingMs = Math.max(1, deadline - this.clock.monotonic());
      try {
        const timeoutMs = Math.min(attemptMs * 2 ** (attempt - 1), remainingMs);
        return await member.link.call(call, request, timeoutMs, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isServiceError(error)) throw error;
        const verdict = verdictOf(error);
        if (verdict === "final") throw error;
        this.#leave(member, error);
        if (verdict === "unknown" && !repeatable) {
          throw new UnknownOutcomeError(faultOf(error, member.address).message, { cause: error });
        }
        // The others may be well; only after all of them have failed is it time to wait.
        const rounds = Math.floor(attempt / this.#members.length);
        const isRoundEnd = attempt % this.#members.length === 0;
        const waitMs = isRoundEnd ? Math.min(backoffMsMax, 20 * 2 ** rounds) : 0;
        if (this.clock.monotonic() + waitMs >= deadline) throw faultOf(error, member.address);
        if (waitMs > 0) await sleep(this.clock, waitMs, signal);
      }
    }
  }

  /**
   * A watch on the member that is asked now. `onLeft` hears when calls have left that member: one
   * that hangs says nothing on its watches either.
   */
  watch(request: WatchRequest, onLeft: (fault: StorageFault) => void): MemberWatch {
    const member = this.#current;
    const stream = member.link.watch(request);
    member.watches.add(onLeft);
    return {
      stream,
      failed: (error) => {
        this.#leave(member, error);
        return faultOf(error, member.address);
      },
      end: () => {
        member.watches.delete(onLeft);
        stream.cancel();
      },
    };
  }

  close(): void {
    for (const { link } of this.#members) link.close();
  }

  get #current(): Member {
    return required(this.#members[this.#index], "there is at least one member");
  }

  #leave(member: Member, error: ServiceError): void {
    if (member !== this.#current || this.#members.length === 1) return;
    this.#index = (this.#index + 1) % this.#members.length;
    const next = this.#current.address;
    this.#logger.warn("an etcd member failed: asking another one", {
      member: member.address,
      next,
      error: error.details,
    });
    const fault = faultOf(error, member.address);
    for (const onLeft of member.watches) onLeft(fault);
  }
}

/** "http://HOST:PORT" or "https://HOST:PORT". Throws `TypeError` for anything else. */
function targetOf(endpoint: string): Target {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/") {
    throw new TypeError(`"${endpoint}" is no etcd endpoint: it looks like http://127.0.0.1:2379`);
  }
  const { hostname, protocol } = url;
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    address: `${hostname}:${url.port || "2379"}`,
    isSecure: protocol === "https:",
  };
}
