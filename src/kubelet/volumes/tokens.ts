import type { Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";

/** Asks the API server for a token of the pod's service account, bound to the pod. */
export interface TokenSource {
  request(
    pod: Pod,
    /** An empty audience means the API server's own. */
    wanted: { readonly audience: string; readonly expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

interface Entry {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly renewAtMs: number;
}

/** The part of its life after which a token is renewed; and no token is used for longer than a day. */
const lifeUsed = 0.8;
const ageMaxMs = 24 * 3_600_000;

/** Keeps the tokens of the pods' volumes until it is time for new ones. */
export class TokenCache {
  readonly #source: TokenSource;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #byPod = new Map<string, Map<string, Entry>>();

  constructor(options: { source: TokenSource; clock: Clock; logger: Logger }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** The old token stays in use when a new one cannot be had and it is still good. */
  async get(
    pod: Pod,
    wanted: { readonly audience: string; readonly expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<string> {
    const key = `${pod.spec.serviceAccountName}/${wanted.audience}/${wanted.expirationSeconds}`;
    const uid = pod.metadata.uid;
    const known = this.#byPod.get(uid)?.get(key);
    const nowMs = this.#clock.now();
    if (known && nowMs < known.renewAtMs) return known.token;
    try {
      const { token, expiresAtMs } = await this.#source.request(pod, wanted, signal);
      const lifeMs = Math.min((expiresAtMs - nowMs) * lifeUsed, ageMaxMs);
      const entries = this.#byPod.get(uid) ?? new Map<string, Entry>();
      entries.set(key, { token, expiresAtMs, renewAtMs: nowMs + lifeMs });
      this.#byPod.set(uid, entries);
      return token;
    } catch (error) {
      if (signal.aborted || !known || known.expiresAtMs <= nowMs) throw error;
      this.#logger.warn("a token could not be renewed, the old one is still good", { error });
      return known.token;
    }
  }

  forget(podUid: string): void {
    this.#byPod.delete(podUid);
  }
}
