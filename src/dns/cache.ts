import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Message } from "./wire.ts";
import { parseMessage, rcode } from "./wire.ts";
import { recordType } from "./resolve.ts";

/** Answers of others, kept for as long as they allow, but neither shorter nor longer than this. */
const keepSecondsMin = 5;
const keepSecondsMax = 30;

interface Entry {
  readonly bytes: Bytes;
  readonly ttlOffsets: readonly number[];
  readonly expiresAt: number;
}

export class AnswerCache {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { readonly clock: Clock; readonly capacity?: number }) {
    this.#clock = options.clock;
    this.#capacity = options.capacity ?? 2000;
  }

  /** A copy, with the number given and with times to live that have run on. */
  get(key: string, id: number): Bytes | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const leftMs = entry.expiresAt - this.#clock.monotonic();
    if (leftMs <= 0) {
      this.#entries.delete(key);
      return undefined;
    }
    const bytes = entry.bytes.slice();
    const view = new DataView(bytes.buffer);
    view.setUint16(0, id);
    const left = Math.ceil(leftMs / 1000);
    for (const offset of entry.ttlOffsets) {
      view.setUint32(offset, Math.min(view.getUint32(offset), left));
    }
    return bytes;
  }

  /** Keeps answers and plain "no"s; failures are asked again. */
  put(key: string, bytes: Bytes): void {
    const message = parseMessage(bytes);
    const seconds = keepSeconds(message);
    if (seconds === undefined) return;
    this.#entries.delete(key);
    if (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    const expiresAt = this.#clock.monotonic() + seconds * 1000;
    this.#entries.set(key, { bytes: bytes.slice(), ttlOffsets: message.ttlOffsets, expiresAt });
  }
}

/** Queries of one key get the same answer, but for their number. */
export function cacheKey(message: Message): string {
  const [question] = message.questions;
  const opt = message.additionals.find((record) => record.type === recordType.OPT);
  const dnssecOk = opt ? Number((opt.ttl & 0x8000) !== 0) : "-";
  // Letters' case included: the question is part of the answer, and some clients compare it.
  const flags = message.flags & 0x0110;
  return `${question?.name} ${question?.type} ${question?.class} ${flags} ${dnssecOk}`;
}

function keepSeconds(message: Message): number | undefined {
  if (message.isTruncated) return undefined;
  if (message.rcode !== rcode.NOERROR && message.rcode !== rcode.NXDOMAIN) return undefined;
  const records = [...message.answers, ...message.authorities];
  if (records.length === 0) return undefined;
  let seconds = keepSecondsMax;
  for (const record of records) seconds = Math.min(seconds, record.ttl);
  return Math.max(seconds, keepSecondsMin);
}
