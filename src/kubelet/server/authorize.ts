import { TokenReview } from "#api/authentication/v1.ts";
import { SubjectAccessReview } from "#api/authorization/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Client } from "#client/client.ts";

/** Who asks: a verified client certificate's subject, or a bearer token. */
export interface KubeletCaller {
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  readonly token?: string;
}

export interface KubeletPermission {
  readonly verb: string;
  readonly subresource: string;
}

interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** How long an answer of the API server holds: as long as upstream's kubelet takes it for. */
const allowedMs = 5 * 60_000;
const deniedMs = 30_000;
const tokenMs = 2 * 60_000;
const cachedMax = 1000;

/**
 * Leaves both questions to the API server: whose token it is (TokenReview), and whether they may
 * (SubjectAccessReview on the node's subresource). Undefined means: not known who asks.
 */
export function delegatedAuthorizer(options: { client: Client; clock: Clock; node: string }) {
  const { client, clock, node } = options;
  const users = new ExpiringMap<User | undefined>(clock);
  const decisions = new ExpiringMap<"allow" | "deny">(clock);

  const userOf = async (caller: KubeletCaller): Promise<User | undefined> => {
    const { commonName, organizations = [], token } = caller;
    if (commonName) {
      return { name: commonName, groups: [...organizations, "system:authenticated"] };
    }
    if (!token) return undefined;
    return await users.get(token, tokenMs, async () => {
      const review = await client.create(TokenReview, { spec: { token } });
      const { authenticated, user } = review.status ?? {};
      if (!authenticated || !user?.username) return undefined;
      return { name: user.username, uid: user.uid ?? "", groups: user.groups ?? [] };
    });
  };

  return async (
    caller: KubeletCaller,
    { verb, subresource }: KubeletPermission,
  ): Promise<"allow" | "deny" | undefined> => {
    const user = await userOf(caller);
    if (!user) return undefined;
    const key = JSON.stringify([user.name, user.groups, verb, subresource]);
    return await decisions.get(
      key,
      (decision) => (decision === "allow" ? allowedMs : deniedMs),
      async () => {
        const review = await client.create(SubjectAccessReview, {
          spec: {
            user: user.name,
            groups: [...user.groups],
            resourceAttributes: { verb, resource: "nodes", subresource, name: node, version: "v1" },
          },
        });
        return review.status?.allowed ? "allow" : "deny";
      },
    );
  };
}

/** Remembers answers for a while, the newest ones only. */
class ExpiringMap<T> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(
    key: string,
    lifeMs: number | ((value: T) => number),
    ask: () => Promise<T>,
  ): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.value;
    const value = await ask();
    const life = typeof lifeMs === "number" ? lifeMs : lifeMs(value);
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#clock.monotonic() + life });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > cachedMax && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}
