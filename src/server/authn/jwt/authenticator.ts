import { fromBase64, text } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Outgoing } from "../../outgoing.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { ExpressionError } from "../../settings/expressions.ts";
import type { CompiledExpression } from "../../settings/expressions.ts";
import { extraKeys } from "../identity.ts";
import type { TokenAuthenticator } from "../token.ts";
import { checkClaims, invalid, textClaim, textsOf, untrustedIssuer } from "./claims.ts";
import type { Claims } from "./claims.ts";
import type { JwtAuthenticatorConfiguration } from "./configuration.ts";
import { IssuerKeys } from "./key-set.ts";
import type { CompiledCondition } from "./validation.ts";

/**
 * Tokens that another issuer has signed: who they speak for is mapped from their claims. Tokens
 * of other issuers are left to others.
 */
export function jwtAuthenticator(
  configuration: JwtAuthenticatorConfiguration,
  options: { readonly outgoing: Outgoing; readonly clock: Clock },
): TokenAuthenticator & { readonly problem: Error | undefined } {
  const { issuer } = configuration;
  const keys = new IssuerKeys(issuer, options);
  return {
    get problem() {
      return keys.problem;
    },
    async authenticateToken(token, audiences) {
      if (untrustedIssuer(payloadOf(token)) !== issuer.url) return undefined;
      const claims = (await keys.verify(token)) as Claims;
      checkClaims(claims, issuer.audiences, options.clock.now());
      const user = userOf(configuration, claims);
      checkRequired(configuration, claims);
      check(configuration.compiled.claims, claims, "claim validation expression");
      const { name: username, uid = "", groups, extra = {} } = user;
      const seen = { username, uid, groups, extra };
      check(configuration.compiled.user, seen, "user info validation rule");
      return { user, audiences };
    },
  };
}

function payloadOf(token: string): Claims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const payload = (parts[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims: unknown = JSON.parse(text(fromBase64(payload)));
    return typeof claims === "object" && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined; // Not a JWT, hence another kind of token.
  }
}

function userOf(configuration: JwtAuthenticatorConfiguration, claims: Claims): UserInfo {
  const uid = uidOf(configuration, claims);
  const extra = extraOf(configuration, claims);
  return {
    name: nameOf(configuration, claims),
    ...(uid && { uid }),
    groups: groupsOf(configuration, claims),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function nameOf(
  { compiled, claimMappings }: JwtAuthenticatorConfiguration,
  claims: Claims,
): string {
  const what = "username claim expression";
  if (compiled.username) {
    const name = evaluate(compiled.username, claims, what);
    if (typeof name !== "string")
      throw failed(what, "username claim expression must return a string");
    if (!name) throw invalid("empty username via CEL expression is not allowed");
    return name;
  }
  const { claim, prefix = "" } = claimMappings.username;
  const name = textClaim(claims, claim, "username claims");
  if (claim === "email" && "email_verified" in claims) {
    if (typeof claims["email_verified"] !== "boolean") {
      throw invalid("parse 'email_verified' claim: not a boolean");
    }
    if (!claims["email_verified"]) throw invalid("email not verified");
  }
  return prefix + name;
}

function groupsOf(
  { compiled, claimMappings }: JwtAuthenticatorConfiguration,
  claims: Claims,
): string[] {
  const what = "group claim expression";
  if (compiled.groups) return texts(evaluate(compiled.groups, claims, what), what);
  const { claim, prefix = "" } = claimMappings.groups;
  if (!claim || !(claim in claims)) return [];
  const groups = textsOf(claims[claim]);
  if (!groups) throw invalid(`parse groups claim ${JSON.stringify(claim)}: not a list of strings`);
  return groups.map((group) => prefix + group);
}

function uidOf({ compiled, claimMappings }: JwtAuthenticatorConfiguration, claims: Claims): string {
  const { claim } = claimMappings.uid;
  if (claim) return textClaim(claims, claim, "uid claim");
  if (!compiled.uid) return "";
  const what = "uid claim expression";
  const uid = evaluate(compiled.uid, claims, what);
  if (typeof uid !== "string") throw failed(what, "uid claim expression must return a string");
  return uid;
}

function extraOf(
  { compiled }: JwtAuthenticatorConfiguration,
  claims: Claims,
): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  const id = claims["jti"];
  if (typeof id === "string" && id) extra[extraKeys.credentialId] = [`JTI=${id}`];
  const what = "extra claim expression";
  for (const { key, value } of compiled.extra) {
    const values = texts(evaluate(value, claims, what), what);
    if (values.length > 0) extra[key] = values;
  }
  return extra;
}

function checkRequired(
  { claimValidationRules }: JwtAuthenticatorConfiguration,
  claims: Claims,
): void {
  for (const { claim, requiredValue } of claimValidationRules) {
    if (!claim) continue;
    if (!(claim in claims)) throw invalid(`required claim ${claim} not present in ID token`);
    const value = claims[claim];
    if (typeof value !== "string") throw invalid(`parse claim ${claim}: not a string`);
    if (value === requiredValue) continue;
    throw invalid(
      `required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`,
    );
  }
}

function check(conditions: readonly CompiledCondition[], subject: unknown, what: string): void {
  for (const { text: expression, message, holds } of conditions) {
    const result = evaluate(holds, subject, what);
    if (typeof result !== "boolean")
      throw failed(what, "validation expression must return a boolean");
    if (!result) throw failed(what, `validation expression '${expression}' failed: ${message}`);
  }
}

function evaluate(expression: CompiledExpression, subject: unknown, what: string): unknown {
  try {
    return expression.evaluate(subject);
  } catch (error) {
    if (error instanceof ExpressionError) throw failed(what, error.message);
    throw error;
  }
}

/** A text or a list of them; empty ones count as missing. */
function texts(value: unknown, what: string): string[] {
  if (value === null) return [];
  const found = textsOf(value);
  if (!found) throw failed(what, "expression must return a string or a list of strings");
  return found.filter((each) => each !== "");
}

function failed(what: string, why: string): Error {
  return invalid(`error evaluating ${what}: ${why}`);
}
