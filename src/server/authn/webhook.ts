import type { Clock } from "#base/clock.ts";
import type { Transport } from "#client/transport.ts";
import { ExpiringCache } from "../webhook/expiring-cache.ts";
import { ReviewCallError, callReview } from "../webhook/review-call.ts";
import { InvalidTokenError } from "./token.ts";
import type { TokenAuthenticator, TokenIdentity } from "./token.ts";

export interface TokenWebhookOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Of the review that is sent. */
  readonly version: "v1" | "v1beta1";
  /** How long an answer counts. */
  readonly cacheMs: number;
  /** For answers that name no audience: the other server knows of none then. */
  readonly audiences: readonly string[];
}

const timeoutMs = 30_000;
const cachedMax = 4096;

/** Asks another server whose a token is. Tokens that it does not know are left to others. */
export function tokenWebhook(options: TokenWebhookOptions): TokenAuthenticator {
  const { clock, version, transport } = options;
  const answers = new ExpiringCache<TokenIdentity>({ clock, entriesMax: cachedMax });
  return {
    async authenticateToken(token, audiences) {
      const key = JSON.stringify([token, audiences]);
      const known = answers.get(key);
      if (known) return known;
      const review = {
        apiVersion: `authentication.k8s.io/${version}`,
        kind: "TokenReview",
        metadata: {},
        spec: { token, ...(audiences.length > 0 && { audiences }) },
        status: { user: {} },
      };
      let status: Readonly<Record<string, unknown>>;
      try {
        status = await callReview(review, { transport, clock, timeoutMs });
      } catch (error) {
        if (!(error instanceof ReviewCallError)) throw error;
        throw new InvalidTokenError(error.message, { cause: error });
      }
      const identity = identityOf(status, audiences, options.audiences);
      if (identity) answers.set(key, identity, options.cacheMs);
      return identity;
    },
  };
}

/** Undefined for a token of somebody else's. Throws `InvalidTokenError` for one that is bad. */
function identityOf(
  status: Readonly<Record<string, unknown>>,
  wanted: readonly string[],
  implicit: readonly string[],
): TokenIdentity | undefined {
  const named = textsOf(status["audiences"]);
  const audiences = wanted.filter((each) => (named.length ? named : implicit).includes(each));
  if (audiences.length === 0) return undefined;
  if (status["authenticated"] !== true) {
    const problem = status["error"];
    if (typeof problem === "string" && problem) throw new InvalidTokenError(problem);
    return undefined;
  }
  const user = (status["user"] ?? {}) as Readonly<Record<string, unknown>>;
  const { username, uid } = user;
  const extra = Object.entries((user["extra"] ?? {}) as Readonly<Record<string, unknown>>);
  return {
    audiences,
    user: {
      name: typeof username === "string" ? username : "",
      ...(typeof uid === "string" && uid && { uid }),
      groups: textsOf(user["groups"]),
      ...(extra.length > 0 && {
        extra: Object.fromEntries(extra.map(([key, values]) => [key, textsOf(values)])),
      }),
    },
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
