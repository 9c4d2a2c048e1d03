import type { Bytes } from "#base/bytes.ts";
import { concatBytes } from "#base/bytes.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { Records } from "./records.ts";
import type { DnsAnswer, ResolveOptions } from "./resolve.ts";
import { recordType, resolve } from "./resolve.ts";
import type { Message, Query, RawRecord, Response } from "./wire.ts";
import {
  MalformedMessage,
  encodeQuery,
  encodeResponse,
  headerLength,
  parseMessage,
  queryOf,
  rawRecord,
  rcode,
  udpSizeMax,
} from "./wire.ts";

/** Somebody who knows the names that are not the cluster's. */
export interface Forwarder {
  /** The answer to a whole query, with the query's number; undefined when nobody answers. */
  forward(query: Bytes, message: Message, signal: AbortSignal): Promise<Bytes | undefined>;
}

export interface DnsHandlerOptions extends ResolveOptions {
  readonly records: Records;
  readonly forwarder: Forwarder;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry | undefined;
}

export type DnsTransport = "udp" | "tcp";

/** Answers queries: those for the cluster's names itself, all others through the forwarder. */
export class DnsHandler {
  readonly #options: DnsHandlerOptions;
  readonly #requests;
  readonly #responses;

  constructor(options: DnsHandlerOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#requests = metrics?.counter({
      name: "coredns_dns_requests_total",
      help: "Queries by transport",
      labels: ["proto"],
    });
    this.#responses = metrics?.counter({
      name: "coredns_dns_responses_total",
      help: "Answers by their code",
      labels: ["rcode"],
    });
  }

  /** Undefined for what deserves no answer. Does not throw, but for an abort. */
  async handle(
    bytes: Bytes,
    transport: DnsTransport,
    signal: AbortSignal,
  ): Promise<Bytes | undefined> {
    this.#requests?.add(1, transport);
    const response = await this.#answer(bytes, transport, signal);
    if (response) {
      const code = (response[3] ?? 0) & 0xf;
      this.#responses?.add(1, codeNames[code] ?? String(code));
    }
    return response;
  }

  async #answer(
    bytes: Bytes,
    transport: DnsTransport,
    signal: AbortSignal,
  ): Promise<Bytes | undefined> {
    let message: Message;
    try {
      message = parseMessage(bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      return formatError(bytes);
    }
    if (message.isResponse) return undefined; // two servers must not talk to each other for ever
    const query = queryOf(bytes, message);
    if (!query) return formatError(bytes);
    const sizeMax = transport === "tcp" ? 65_535 : udpLimit(query);
    const refuse = (code: number) => encodeResponse({ ...empty(query), rcode: code }, sizeMax);
    if (query.edns && query.edns.version !== 0) return refuse(rcode.BADVERS);
    if (query.opcode !== 0) return refuse(rcode.NOTIMP);
    if (query.class !== 1) return refuse(rcode.REFUSED);
    const answer = resolve(query, this.#options.records, this.#options);
    if (answer.kind === "forward") {
      const forwarded = await this.#options.forwarder.forward(bytes, message, signal);
      if (!forwarded) return refuse(rcode.SERVFAIL);
      return forwarded.length <= sizeMax ? forwarded : truncated(query);
    }
    return encodeResponse(await this.#response(query, answer, signal), sizeMax);
  }

  async #response(
    query: Query,
    answer: Exclude<DnsAnswer, { kind: "forward" }>,
    signal: AbortSignal,
  ): Promise<Response> {
    const base = { ...empty(query), authoritative: true };
    if (answer.kind === "alias") return { ...base, ...(await this.#follow(query, answer, signal)) };
    return {
      ...base,
      rcode: rcode[answer.rcode],
      answers: this.#shuffled(answer.answers.map(rawRecord)),
      authorities: answer.authorities.map(rawRecord),
      additionals: answer.additionals.map(rawRecord),
    };
  }

  /** A client asks once, and wants the addresses with the alias. */
  async #follow(
    query: Query,
    first: Extract<DnsAnswer, { kind: "alias" }>,
    signal: AbortSignal,
  ): Promise<Pick<Response, "rcode" | "answers">> {
    const answers: RawRecord[] = first.answers.map(rawRecord);
    let { target } = first;
    for (let length = 0; length < aliasesMax; length++) {
      const next = resolve(
        { name: target, type: query.type },
        this.#options.records,
        this.#options,
      );
      switch (next.kind) {
        case "alias":
          answers.push(...next.answers.map(rawRecord));
          target = next.target;
          continue;
        case "answer":
          answers.push(...next.answers.map(rawRecord));
          return { rcode: rcode[next.rcode], answers };
        case "forward": {
          const outside = await this.#ask(target, query.type, signal);
          if (!outside) return { rcode: rcode.SERVFAIL, answers };
          return { rcode: outside.rcode, answers: [...answers, ...outside.answers] };
        }
        default:
          return next satisfies never;
      }
    }
    this.#options.logger.warn("an ExternalName goes round in circles", { name: query.name });
    return { rcode: rcode.SERVFAIL, answers };
  }

  async #ask(name: string, type: number, signal: AbortSignal): Promise<Message | undefined> {
    const id = Math.floor(this.#options.random.float() * 65_536);
    const bytes = encodeQuery({ id, name, type });
    const answer = await this.#options.forwarder.forward(bytes, parseMessage(bytes), signal);
    if (!answer) return undefined;
    try {
      return parseMessage(answer);
    } catch (error) {
      if (error instanceof MalformedMessage) return undefined;
      throw error;
    }
  }

  /** Clients take the first address: it should not be the same one for all. */
  #shuffled(records: RawRecord[]): readonly RawRecord[] {
    if (!records.every((record) => record.type === recordType.A)) return records;
    for (let index = records.length - 1; index > 0; index--) {
      const other = Math.floor(this.#options.random.float() * (index + 1));
      const [left, right] = [records[index], records[other]];
      if (left && right) [records[index], records[other]] = [right, left];
    }
    return records;
  }
}

const aliasesMax = 8;

const codeNames = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

function empty(query: Query): Response {
  const nothing = { answers: [], authorities: [], additionals: [] };
  return { query, rcode: rcode.NOERROR, authoritative: false, ...nothing };
}

/** What the client says that it can take; 512 is what every client can. */
function udpLimit(query: Query): number {
  return Math.min(Math.max(query.edns?.udpSize ?? 512, 512), udpSizeMax);
}

/** The client asks again over TCP, and the cache has it then. */
function truncated(query: Query): Bytes {
  const response = encodeResponse(empty(query), udpSizeMax);
  response[2] = (response[2] ?? 0) | 0x02;
  return response;
}

/** The query's own header with the code in it; the rest of it is not to be trusted. */
function formatError(bytes: Bytes): Bytes | undefined {
  if (bytes.length < headerLength || ((bytes[2] ?? 0) & 0x80) !== 0) return undefined;
  const flags = Uint8Array.of(0x80 | ((bytes[2] ?? 0) & 0x79), 0x80 | rcode.FORMERR);
  return concatBytes([bytes.subarray(0, 2), flags, new Uint8Array(8)]);
}
