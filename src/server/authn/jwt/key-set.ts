import { createLocalJWKSet } from "jose/jwks/local";
import { JWKSInvalid, JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from "jose/errors";
import { compactVerify } from "jose/jws/compact/verify";
import { text } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { withTimeout } from "#base/clock.ts";
import type { Outgoing } from "../../outgoing.ts";
import { InvalidTokenError } from "../token.ts";
import type { JwtIssuer } from "./configuration.ts";

/** What an issuer may sign with: nothing with shared secrets, and never nothing at all. */
export const signingAlgorithms = [
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];

const retryMs = 10_000;
const answerTimeoutMs = 30_000;
const answerBytesMax = 1024 * 1024;

/**
 * The keys of an issuer: asked for when the first token comes, and again when one is signed by a
 * key that is not known. Somebody who sends such tokens cannot make this server ask all the time.
 */
export class IssuerKeys {
  readonly #issuer: JwtIssuer;
  readonly #outgoing: Outgoing;
  readonly #clock: Clock;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetchedAt = -Infinity;
  #fetching: Promise<void> | undefined;
  #problem: Error | undefined;

  constructor(issuer: JwtIssuer, { outgoing, clock }: { outgoing: Outgoing; clock: Clock }) {
    this.#issuer = issuer;
    this.#outgoing = outgoing;
    this.#clock = clock;
  }

  /** Why there are no keys, as far as anybody has asked. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** The payload of a token that one of the keys has signed. Throws `InvalidTokenError`. */
  async verify(token: string): Promise<unknown> {
    if (!this.#keys) await this.#fetch();
    const payload = (await this.#verify(token)) ?? (await this.#fetchAndVerify(token));
    if (payload === undefined) {
      throw new InvalidTokenError(
        "oidc: verify token: failed to verify signature: failed to verify id token signature",
      );
    }
    return payload;
  }

  async #fetchAndVerify(token: string): Promise<unknown> {
    await this.#fetch();
    return this.#verify(token);
  }

  /** Undefined when no key fits. */
  async #verify(token: string): Promise<unknown> {
    const keys = this.#keys;
    if (!keys) throw new InvalidTokenError("oidc: authenticator not initialized");
    const options = { algorithms: signingAlgorithms };
    try {
      return JSON.parse(text((await compactVerify(token, keys, options)).payload));
    } catch (error) {
      if (error instanceof JWKSNoMatchingKey) return undefined;
      if (!(error instanceof JWKSMultipleMatchingKeys)) throw wrong(error);
      for await (const key of error) {
        const verified = await compactVerify(token, key, options).catch(() => undefined);
        if (verified) return JSON.parse(text(verified.payload));
      }
      return undefined;
    }
  }

  /** Not more often than every ten seconds; those who ask meanwhile wait for the same answer. */
  async #fetch(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    if (this.#clock.monotonic() - this.#fetchedAt < retryMs) return;
    this.#fetching = this.#load().finally(() => {
      this.#fetchedAt = this.#clock.monotonic();
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #load(): Promise<void> {
    const { url, discoveryUrl } = this.#issuer;
    const wellKnown = discoveryUrl || `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
    try {
      const configuration = asRecord(await this.#get(wellKnown));
      if (configuration["issuer"] !== url) {
        throw new Error(
          "oidc: issuer URL provided to client did not match the issuer URL returned by " +
            `provider, client expected ${JSON.stringify(url)} got ` +
            JSON.stringify(configuration["issuer"] ?? ""),
        );
      }
      const keysUrl = configuration["jwks_uri"];
      if (typeof keysUrl !== "string") throw new Error("provider did not return JWKS URL");
      const keys = asRecord(await this.#get(keysUrl));
      this.#keys = createLocalJWKSet(keys as unknown as Parameters<typeof createLocalJWKSet>[0]);
      this.#problem = undefined;
    } catch (error) {
      // Keys that were good a moment ago still are; who has none hears it from `verify`.
      const why = error instanceof JWKSInvalid ? "the key set is malformed" : String(error);
      this.#problem = new Error(`oidc: authenticator for issuer "${url}" is not healthy: ${why}`);
    }
  }

  async #get(address: string): Promise<unknown> {
    const url = new URL(address);
    const { certificateAuthority } = this.#issuer;
    const transport = this.#outgoing.to({
      server: url.origin,
      ...(certificateAuthority && { certificateAuthority }),
    });
    const { status, body } = await withTimeout(this.#clock, answerTimeoutMs, undefined, (signal) =>
      transport.send(
        {
          method: "GET",
          path: decodeURIComponent(url.pathname),
          query: url.searchParams,
          headers: { accept: "application/json" },
          body: { kind: "none" },
        },
        signal,
      ),
    );
    if (status !== 200) throw new Error(`${address} answered with ${status}`);
    if (body.kind !== "bytes") throw new Error(`${address} answered with nothing`);
    if (body.bytes.length > answerBytesMax) throw new Error(`${address} answered with too much`);
    return JSON.parse(text(body.bytes));
  }
}

function wrong(error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return new InvalidTokenError(`oidc: verify token: ${why}`, { cause: error });
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error("the answer is no JSON object");
}
