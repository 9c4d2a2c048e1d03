import { duplicate, invalid, requiredValue, tooMany } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { ExpressionError } from "../../settings/expressions.ts";
import type { CompiledExpression, Expressions, Subject } from "../../settings/expressions.ts";
import { validateDomainPrefixedPath } from "../domain-prefixed-path.ts";
import type { ClaimMapping, JwtAuthenticatorSettings, JwtIssuer } from "./configuration.ts";

/** The expressions of one authenticator. */
export interface CompiledRules {
  readonly username?: CompiledExpression;
  readonly groups?: CompiledExpression;
  readonly uid?: CompiledExpression;
  readonly extra: readonly { readonly key: string; readonly value: CompiledExpression }[];
  readonly claims: readonly CompiledCondition[];
  readonly user: readonly CompiledCondition[];
}

export interface CompiledCondition {
  readonly text: string;
  readonly message: string;
  readonly holds: CompiledExpression;
}

interface Rules {
  readonly expressions: Expressions;
  readonly disallowedIssuers: readonly string[];
}

const authenticatorsMax = 64;

/** Everything that is wrong, and the expressions in the order of the authenticators. */
export function validateJwtAuthenticators(
  all: readonly JwtAuthenticatorSettings[],
  rules: Rules,
): { errors: FieldError[]; compiled: readonly CompiledRules[] } {
  if (all.length > authenticatorsMax) {
    return { errors: [tooMany("jwt", all.length, authenticatorsMax)], compiled: [] };
  }
  const errors: FieldError[] = [];
  const compiled: CompiledRules[] = [];
  const issuers = new Once();
  const discoveryUrls = new Once();
  for (const [index, settings] of all.entries()) {
    const path = `jwt[${index}]`;
    errors.push(...validateIssuer(settings.issuer, `${path}.issuer`, rules.disallowedIssuers));
    const compiler = new Compiler(rules.expressions, errors);
    compiled.push(compileRules(settings, path, compiler));
    const { url, discoveryUrl } = settings.issuer;
    if (issuers.isKnown(url)) errors.push(duplicate(`${path}.issuer.url`, url));
    if (discoveryUrl && discoveryUrls.isKnown(discoveryUrl)) {
      errors.push(duplicate(`${path}.issuer.discoveryURL`, discoveryUrl));
    }
  }
  return { errors, compiled };
}

function validateIssuer(
  issuer: JwtIssuer,
  path: string,
  disallowed: readonly string[],
): FieldError[] {
  const { url, discoveryUrl, audiences, audienceMatchPolicy: policy } = issuer;
  const errors = url ? validateUrl(url, `${path}.url`, disallowed) : [requiredValue(`${path}.url`)];
  if (discoveryUrl) {
    const at = `${path}.discoveryURL`;
    if (withoutSlashes(url) === withoutSlashes(discoveryUrl)) {
      errors.push(invalid(at, discoveryUrl, "discoveryURL must be different from URL"));
    }
    errors.push(...validateUrl(discoveryUrl, at, []));
  }
  const at = `${path}.audiences`;
  if (audiences.length === 0) errors.push(requiredValue(at, `at least one ${at} is required`));
  const known = new Once();
  for (const [index, audience] of audiences.entries()) {
    if (!audience) errors.push(requiredValue(`${at}[${index}]`));
    if (known.isKnown(audience)) errors.push(duplicate(`${at}[${index}]`, audience));
  }
  const isAny = policy === "MatchAny";
  if (audiences.length > 1 && !isAny) {
    const problem = "audienceMatchPolicy must be MatchAny for multiple audiences";
    errors.push(invalid(`${path}.audienceMatchPolicy`, policy, problem));
  }
  if (audiences.length === 1 && policy && !isAny) {
    const problem = "audienceMatchPolicy must be empty or MatchAny for single audience";
    errors.push(invalid(`${path}.audienceMatchPolicy`, policy, problem));
  }
  const { certificateAuthority, egressSelectorType } = issuer;
  if (certificateAuthority && !certificateAuthority.includes("-----BEGIN CERTIFICATE-----")) {
    const problem = "data does not contain any valid RSA or ECDSA certificates";
    errors.push(invalid(`${path}.certificateAuthority`, "<omitted>", problem));
  }
  if (egressSelectorType) {
    // There is only one network here, and no proxy into another.
    const problem = "egress selectors are not supported by this server";
    errors.push(invalid(`${path}.egressSelectorType`, egressSelectorType, problem));
  }
  return errors;
}

function validateUrl(text: string, path: string, disallowed: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  if (disallowed.includes(text)) {
    const list = `[${disallowed.toSorted().join(" ")}]`;
    errors.push(invalid(path, text, `URL must not overlap with disallowed issuers: ${list}`));
  }
  const url = parseUrl(text);
  if (url?.protocol !== "https:") errors.push(invalid(path, text, "URL scheme must be https"));
  if (url?.username || url?.password) {
    errors.push(invalid(path, text, "URL must not contain a username or password"));
  }
  if (url?.search) errors.push(invalid(path, text, "URL must not contain a query"));
  if (url?.hash) errors.push(invalid(path, text, "URL must not contain a fragment"));
  return errors;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined; // It has no scheme then, and is refused for that.
  }
}

function compileRules(
  settings: JwtAuthenticatorSettings,
  path: string,
  compiler: Compiler,
): CompiledRules {
  const claims = compileClaimRules(settings, `${path}.claimValidationRules`, compiler);
  const at = `${path}.claimMappings`;
  const { username: name, groups: groupsMapping, uid: uidMapping } = settings.claimMappings;
  const username = compiler.mapping(name, `${at}.username`, true);
  const groups = compiler.mapping(groupsMapping, `${at}.groups`, false);
  if (uidMapping.claim && uidMapping.expression) {
    compiler.errors.push(invalid(`${at}.uid`, "", "claim and expression can't both be set"));
  }
  const uid =
    uidMapping.expression && !uidMapping.claim
      ? compiler.claims(uidMapping.expression, `${at}.uid.expression`)
      : undefined;
  const extra = compileExtra(settings, `${at}.extra`, compiler);
  const verified = [
    username,
    ...extra.map(({ value }) => value),
    ...claims.map(({ holds }) => holds),
  ];
  if (
    username?.reads("email") &&
    !verified.some((expression) => expression?.reads("email_verified"))
  ) {
    compiler.errors.push(invalid(`${at}.username.expression`, name.expression, emailProblem));
  }
  return {
    ...(username && { username }),
    ...(groups && { groups }),
    ...(uid && { uid }),
    extra,
    claims,
    user: compileUserRules(settings, `${path}.userValidationRules`, compiler),
  };
}

const emailProblem =
  "claims.email_verified must be used in claimMappings.username.expression or " +
  "claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when " +
  "claims.email is used in claimMappings.username.expression";

function compileClaimRules(
  { claimValidationRules }: JwtAuthenticatorSettings,
  path: string,
  compiler: Compiler,
): CompiledCondition[] {
  const { errors } = compiler;
  const knownClaims = new Once();
  const knownExpressions = new Once();
  return claimValidationRules.flatMap(
    ({ claim, requiredValue: wanted, expression, message }, index) => {
      const at = `${path}[${index}]`;
      if (claim && expression) {
        errors.push(invalid(at, claim, "claim and expression can't both be set"));
      } else if (!claim && !expression) {
        errors.push(requiredValue(at, "claim or expression is required"));
      } else if (claim) {
        if (message) {
          const problem = "may not be specified when claim is set";
          errors.push(invalid(`${at}.message`, message, problem));
        }
        if (knownClaims.isKnown(claim)) errors.push(duplicate(`${at}.claim`, claim));
      } else {
        if (wanted) {
          const problem = "may not be specified when expression is set";
          errors.push(invalid(`${at}.requiredValue`, wanted, problem));
        }
        if (knownExpressions.isKnown(expression)) {
          errors.push(duplicate(`${at}.expression`, expression));
          return [];
        }
        const holds = compiler.condition(expression, `${at}.expression`, "claims");
        return holds ? [{ text: expression, message, holds }] : [];
      }
      return [];
    },
  );
}

function compileUserRules(
  { userValidationRules }: JwtAuthenticatorSettings,
  path: string,
  compiler: Compiler,
): CompiledCondition[] {
  const known = new Once();
  return userValidationRules.flatMap(({ expression, message }, index) => {
    const at = `${path}[${index}].expression`;
    if (!expression) compiler.errors.push(requiredValue(at));
    else if (known.isKnown(expression)) compiler.errors.push(duplicate(at, expression));
    else {
      const holds = compiler.condition(expression, at, "user");
      if (holds) return [{ text: expression, message, holds }];
    }
    return [];
  });
}

function compileExtra(
  { claimMappings }: JwtAuthenticatorSettings,
  path: string,
  compiler: Compiler,
): { key: string; value: CompiledExpression }[] {
  const { errors } = compiler;
  const known = new Once();
  return claimMappings.extra.flatMap(({ key, valueExpression }, index) => {
    const at = `${path}[${index}]`;
    errors.push(...validateDomainPrefixedPath(`${at}.key`, key));
    if (key !== key.toLowerCase()) errors.push(invalid(`${at}.key`, key, "must be lowercase"));
    if (/^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key)) {
      const problem = "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use";
      errors.push(invalid(`${at}.key`, key, problem));
    }
    if (known.isKnown(key)) errors.push(duplicate(`${at}.key`, key));
    else if (!valueExpression) errors.push(requiredValue(`${at}.valueExpression`));
    else {
      const value = compiler.claims(valueExpression, `${at}.valueExpression`);
      if (value) return [{ key, value }];
    }
    return [];
  });
}

/** Compiles, and keeps what is wrong with an expression among the other errors. */
class Compiler {
  readonly errors: FieldError[];
  readonly #expressions: Expressions;

  constructor(expressions: Expressions, errors: FieldError[]) {
    this.#expressions = expressions;
    this.errors = errors;
  }

  mapping(
    { claim, prefix, expression }: ClaimMapping,
    path: string,
    required: boolean,
  ): CompiledExpression | undefined {
    if (claim && expression) {
      this.errors.push(invalid(path, "", "claim and expression can't both be set"));
    } else if (!claim && !expression) {
      if (required) this.errors.push(requiredValue(path, "claim or expression is required"));
    } else if (claim && prefix === undefined) {
      const problem =
        "prefix is required when claim is set. It can be set to an empty string to disable " +
        "prefixing";
      this.errors.push(requiredValue(`${path}.prefix`, problem));
    } else if (expression) {
      if (prefix !== undefined) {
        const problem = "may not be specified when expression is set";
        this.errors.push(invalid(`${path}.prefix`, prefix, problem));
      }
      return this.claims(expression, `${path}.expression`);
    }
    return undefined;
  }

  claims(expression: string, path: string): CompiledExpression | undefined {
    return this.#compile(expression, path, "claims", false);
  }

  condition(expression: string, path: string, subject: Subject): CompiledExpression | undefined {
    return this.#compile(expression, path, subject, true);
  }

  #compile(
    expression: string,
    path: string,
    subject: Subject,
    isCondition: boolean,
  ): CompiledExpression | undefined {
    try {
      return this.#expressions.compile(expression, subject, { isCondition });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.errors.push(invalid(path, expression, error.message));
      return undefined;
    }
  }
}

class Once {
  readonly #seen = new Set<string>();

  isKnown(value: string): boolean {
    const known = this.#seen.has(value);
    this.#seen.add(value);
    return known;
  }
}

const withoutSlashes = (url: string) => url.replace(/\/+$/, "");
