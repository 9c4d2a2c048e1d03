import type { Clock } from "#base/clock.ts";

/** What happened to which object, before it becomes an Event. */
export interface Occurrence {
  /** The object, in one string. */
  readonly object: string;
  readonly source: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Upstream's numbers. */
const aggregateAfter = 10;
const aggregateWithinMs = 600_000;
const spamBurst = 25;
const spamRefillMs = 300_000;
const entriesMax = 4096;

/** What is known of an Event that was written before. */
export interface KnownEvent {
  name: string;
  count: number;
  firstTimestamp: string;
}

/**
 * Keeps the number of Events small: the same thing again is counted on the Event there is; many
 * things that differ in their message alone become one; an object that is loud is not heard.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #known = new RecentMap<KnownEvent>();
  readonly #similar = new RecentMap<{ messages: Set<string>; lastAt: number }>();
  readonly #buckets = new RecentMap<{ tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined when the object has said too much; else the message to write, and its key. */
  correlate(occurrence: Occurrence): { key: string; message: string } | undefined {
    const { object, source, type, reason } = occurrence;
    const group = [source, object, type, reason].join("\0");
    const now = this.#clock.now();
    let similar = this.#similar.get(group);
    if (!similar || now - similar.lastAt > aggregateWithinMs) {
      similar = { messages: new Set(), lastAt: now };
    }
    similar.lastAt = now;
    if (similar.messages.size <= aggregateAfter) similar.messages.add(occurrence.message);
    this.#similar.set(group, similar);
    const aggregated = similar.messages.size >= aggregateAfter;
    const message = aggregated
      ? `(combined from similar events): ${occurrence.message}`
      : occurrence.message;
    if (!this.#mayWrite(`${source}\0${object}`, now)) return undefined;
    return { key: aggregated ? group : `${group}\0${message}`, message };
  }

  known(key: string): KnownEvent | undefined {
    return this.#known.get(key);
  }

  remember(key: string, event: KnownEvent): void {
    this.#known.set(key, event);
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  #mayWrite(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: spamBurst, at: now };
    bucket.tokens = Math.min(spamBurst, bucket.tokens + (now - bucket.at) / spamRefillMs);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

/**
 * Forgets what was not used for long: at least the newest `entriesMax` are known. In two parts, as a
 * map is slow to tell its oldest entry.
 */
class RecentMap<V> {
  #recent = new Map<string, V>();
  #older = new Map<string, V>();

  get(key: string): V | undefined {
    const value = this.#recent.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: V): void {
    this.#recent.set(key, value);
    if (this.#recent.size < entriesMax) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  delete(key: string): void {
    this.#recent.delete(key);
    this.#older.delete(key);
  }
}
