import { InvalidTokenError } from "../token.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** `iss` of a token whose signature nobody has checked yet. Undefined for what is no JWT. */
export function untrustedIssuer(claims: Claims | undefined): string | undefined {
  const issuer = claims?.["iss"];
  if (typeof issuer !== "string") return undefined;
  // Google's tokens once had no scheme there.
  return issuer === "accounts.google.com" ? "https://accounts.google.com" : issuer;
}

const nbfLeewaySeconds = 5 * 60;

/** Throws `InvalidTokenError` for a token that is over, not yet valid, or meant for others. */
export function checkClaims(claims: Claims, audiences: readonly string[], nowMs: number): void {
  const expiry = typeof claims["exp"] === "number" ? claims["exp"] : 0;
  if (expiry * 1000 < nowMs) {
    const time = new Date(expiry * 1000).toISOString();
    throw invalid(`verify token: oidc: token is expired (Token Expiry: ${time})`);
  }
  const notBefore = claims["nbf"];
  if (typeof notBefore === "number" && nowMs + nbfLeewaySeconds * 1000 < notBefore * 1000) {
    throw invalid("verify token: oidc: current time is before the nbf (not before) time");
  }
  const named = textsOf(claims["aud"]) ?? [];
  if (named.some((audience) => audiences.includes(audience))) return;
  const wanted = audiences.length === 1 ? JSON.stringify(audiences[0]) : `in ${quoted(audiences)}`;
  throw invalid(`verify token: oidc: expected audience ${wanted} got ${quoted(named)}`);
}

/** A text, or a list of texts; undefined for all else. */
export function textsOf(value: unknown): string[] | undefined {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return undefined;
  return value.every((each) => typeof each === "string") ? value : undefined;
}

/** Throws `InvalidTokenError` when the claim is missing or no text. */
export function textClaim(claims: Claims, name: string, what: string): string {
  const value = claims[name];
  if (typeof value === "string") return value;
  const why = value === undefined ? "claim not present" : "not a string";
  throw invalid(`parse ${what} ${JSON.stringify(name)}: ${why}`);
}

export function invalid(message: string): InvalidTokenError {
  return new InvalidTokenError(`oidc: ${message}`);
}

function quoted(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
}
