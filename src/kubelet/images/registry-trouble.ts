import type { Clock } from "#base/clock.ts";

/** How long a registry counts as unreachable before it is tried again. */
const unreachableMs = 60_000;

/** No answer came from the registry: nothing is known of the image there. */
const networkTrouble =
  /dial (?:tcp|udp)|no such host|connection refused|connection reset|i\/o timeout|network is unreachable|no route to host|server misbehaving|temporary failure in name resolution|TLS handshake timeout|Client\.Timeout|broken pipe|proxyconnect/i;
/** The registry did answer, or it is not the one that it should be. */
const answered =
  /\b(?:400|401|403|404|429|50\d)\b|unauthorized|forbidden|denied|not found|x509|certificate|toomanyrequests/i;

/** What of a pull's error says that the registry cannot be reached; undefined for other errors. */
export function unreachableError(message: string): string | undefined {
  const cause = /(?:failed to do request: )(.*)$/s.exec(message)?.[1] ?? message;
  // Names and digests in the request's URL must not be mistaken for an answer.
  const reason = cause.replace(/^\w+ "[^"]*": /, "");
  if (!networkTrouble.test(reason) || answered.test(withoutNumbers(reason))) return undefined;
  return reason;
}

/** Addresses and ports are no status codes. */
function withoutNumbers(reason: string): string {
  return reason.replace(/\d+(?:\.\d+){3}(?::\d+)?|:\d+/g, "");
}

/** Remembers which registries could not be reached, so that not every pod waits for them again. */
export class UnreachableRegistries {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { readonly error: string; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  errorOf(registry: string): string | undefined {
    const entry = this.#entries.get(registry);
    if (!entry) return undefined;
    if (entry.untilMs > this.#clock.monotonic()) return entry.error;
    this.#entries.delete(registry);
    return undefined;
  }

  remember(registry: string, error: string): void {
    this.#entries.set(registry, { error, untilMs: this.#clock.monotonic() + unreachableMs });
  }

  reached(registry: string): void {
    this.#entries.delete(registry);
  }
}
