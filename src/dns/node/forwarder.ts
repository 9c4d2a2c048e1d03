import { isIP } from "node:net";
import { readFileSync, statSync } from "node:fs";
import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { withTimeout } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { AnswerCache, cacheKey } from "../cache.ts";
import type { Forwarder } from "../handler.ts";
import { parseResolvConf } from "../resolv-conf.ts";
import type { Message } from "../wire.ts";
import { MalformedMessage, parseMessage, rcode } from "../wire.ts";
import { exchangeTcp, exchangeUdp } from "./exchange.ts";
import type { Server } from "./exchange.ts";

/** The servers to ask, in order. Called for each query, so that it may change. */
export type Upstreams = () => readonly Server[];

export interface ForwarderOptions {
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** For one server, before the next is asked. */
  readonly timeoutMs?: number;
}

/** Asks one server after the other, those that failed lately last; remembers what they said. */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { upstreams, clock, random, logger } = options;
  const cache = new AnswerCache({ clock });
  const failedAt = new Map<string, number>();
  const underWay = new Map<string, Promise<Bytes | undefined>>();

  const ask = async (query: Bytes, message: Message, signal: AbortSignal) => {
    const isDown = (server: Server) => {
      const since = failedAt.get(nameOf(server));
      return since !== undefined && clock.monotonic() - since < downMs;
    };
    const servers = upstreams();
    const order = [...servers.filter((server) => !isDown(server)), ...servers.filter(isDown)];
    let last: Bytes | undefined;
    for (const server of order) {
      const patienceMs = isDown(server) ? downTimeoutMs : (options.timeoutMs ?? 2000);
      try {
        const answer = await withTimeout(clock, patienceMs, signal, (signal) =>
          askServer({ query, message, server, random }, signal),
        );
        failedAt.delete(nameOf(server));
        const { rcode: code } = parseMessage(answer);
        if (code === rcode.NOERROR || code === rcode.NXDOMAIN) return answer;
        last = answer; // another server may know better
      } catch (error) {
        if (signal.aborted) throw error;
        if (!isDown(server)) {
          const reason = error instanceof Error ? error.message : String(error);
          logger.warn("a DNS server does not answer", { server: nameOf(server), reason });
        }
        failedAt.set(nameOf(server), clock.monotonic());
      }
    }
    return last;
  };

  return {
    async forward(query, message, signal) {
      const key = cacheKey(message);
      const cached = cache.get(key, message.id);
      if (cached) return cached;
      let work = underWay.get(key);
      if (!work) {
        if (underWay.size >= underWayMax) return undefined;
        work = ask(query, message, signal).finally(() => underWay.delete(key));
        underWay.set(key, work);
      }
      const answer = await work;
      if (!answer) return undefined;
      if (!cache.get(key, 0)) cache.put(key, answer);
      return withId(answer, message.id);
    },
  };
}

const downMs = 10_000;
const downTimeoutMs = 500;
const underWayMax = 1000;

async function askServer(
  request: {
    readonly query: Bytes;
    readonly message: Message;
    readonly server: Server;
    readonly random: Random;
  },
  signal: AbortSignal,
): Promise<Bytes> {
  const { message, server, random } = request;
  const id = Math.floor(random.float() * 65_536);
  const query = withId(request.query, id);
  const accepts = (answer: Bytes) => answersTo(answer, id, message);
  const answer = await exchangeUdp(query, server, accepts, signal);
  if (!parseMessage(answer).isTruncated) return answer;
  return exchangeTcp(query, server, accepts, signal);
}

/** Anybody can send a datagram: only what repeats number and question is an answer. */
function answersTo(bytes: Bytes, id: number, asked: Message): boolean {
  try {
    const answer = parseMessage(bytes);
    const [question] = answer.questions;
    const [wanted] = asked.questions;
    return (
      answer.id === id &&
      answer.isResponse &&
      question?.name.toLowerCase() === wanted?.name.toLowerCase() &&
      question?.type === wanted?.type
    );
  } catch (error) {
    if (error instanceof MalformedMessage) return false;
    throw error;
  }
}

function withId(message: Bytes, id: number): Bytes {
  const copy = message.slice();
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return copy;
}

const nameOf = ({ address, port }: Server) => `${address}:${port}`;

export interface ResolvConfOptions {
  /** The first that has a server which can be asked counts. */
  readonly files?: readonly string[];
  /** Addresses that lead back here: those that we listen on, and the cluster's DNS address. */
  readonly own: readonly string[];
  /** Whether 127.0.0.0/8 is the machine's; in a network namespace of the node's own it is not. */
  readonly loopback: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The servers that the machine itself asks. The files are read again when they change. */
export function upstreamsOfResolvConf(options: ResolvConfOptions): Upstreams {
  const { own, loopback, clock, logger } = options;
  const files = options.files ?? defaultFiles;
  let state = "";
  let servers: readonly Server[] = [];
  let checkedAt = Number.NEGATIVE_INFINITY;
  const isUsable = (address: string) =>
    isIP(address) !== 0 && !own.includes(address) && (loopback || !isLoopback(address));
  return () => {
    if (clock.monotonic() - checkedAt < checkMs) return servers;
    checkedAt = clock.monotonic();
    const now = files.map(stateOf).join(" ");
    if (now === state) return servers;
    state = now;
    servers = [];
    for (const file of files) {
      if (stateOf(file) === "none") continue;
      const { nameservers } = parseResolvConf(readFileSync(file, "utf8"));
      servers = nameservers.filter(isUsable).map((address) => ({ address, port: 53 }));
      if (servers.length > 0) break;
    }
    logger.info("DNS servers for names outside of the cluster", { servers: servers.map(nameOf) });
    if (servers.length === 0) {
      logger.warn("names outside of the cluster cannot be resolved: no DNS server", { files });
    }
    return servers;
  };
}

/** The second is systemd-resolved's, whose own server listens on a loopback address alone. */
const defaultFiles = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];
const checkMs = 5000;

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address === "0.0.0.0";
}

function stateOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino}/${stat.mtimeMs}/${stat.size}` : "none";
}
