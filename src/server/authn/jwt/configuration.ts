import { SettingsError } from "../../settings/error.ts";
import { readSettings, requireNoErrors } from "../../settings/reader.ts";
import type { Fields } from "../../settings/reader.ts";
import type { Expressions } from "../../settings/expressions.ts";
import type { AnonymousOptions } from "../anonymous.ts";
import { validateJwtAuthenticators } from "./validation.ts";
import type { CompiledRules } from "./validation.ts";

export interface JwtIssuer {
  readonly url: string;
  /** Where the issuer's configuration is, if not below its URL. */
  readonly discoveryUrl: string;
  /** PEM; the system's authorities when empty. */
  readonly certificateAuthority: string;
  /** A token for one of them is good. */
  readonly audiences: readonly string[];
  readonly audienceMatchPolicy: string;
  readonly egressSelectorType: string;
}

export interface ClaimMapping {
  readonly claim: string;
  /** Undefined when the file has none: a claim needs one, even an empty one. */
  readonly prefix: string | undefined;
  readonly expression: string;
}

export interface JwtAuthenticatorSettings {
  readonly issuer: JwtIssuer;
  readonly claimValidationRules: readonly {
    readonly claim: string;
    readonly requiredValue: string;
    readonly expression: string;
    readonly message: string;
  }[];
  readonly claimMappings: {
    readonly username: ClaimMapping;
    readonly groups: ClaimMapping;
    readonly uid: Pick<ClaimMapping, "claim" | "expression">;
    readonly extra: readonly { readonly key: string; readonly valueExpression: string }[];
  };
  readonly userValidationRules: readonly {
    readonly expression: string;
    readonly message: string;
  }[];
}

export interface JwtAuthenticatorConfiguration extends JwtAuthenticatorSettings {
  readonly compiled: CompiledRules;
}

/** `kind: AuthenticationConfiguration`, checked, with its expressions compiled. */
export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtAuthenticatorConfiguration[];
  /** Undefined when the file does not say. */
  readonly anonymous: AnonymousOptions | undefined;
}

const apiVersions = ["v1", "v1beta1", "v1alpha1"].map(
  (version) => `apiserver.config.k8s.io/${version}`,
);

/** Throws `SettingsError` with everything that is wrong. */
export function parseAuthenticationConfiguration(
  content: string,
  options: {
    readonly expressions: Expressions;
    /** The server's own issuers, whose tokens are none of others' business. */
    readonly disallowedIssuers: readonly string[];
  },
): AuthenticationConfiguration {
  const kind = "AuthenticationConfiguration";
  const { jwt, anonymous } = readSettings(content, { kind, apiVersions }, (fields) => ({
    jwt: fields.list("jwt", readJwt),
    anonymous: fields.has("anonymous") ? fields.read("anonymous", readAnonymous) : undefined,
  }));
  const { errors, compiled } = validateJwtAuthenticators(jwt, options);
  requireNoErrors(kind, errors);
  if (anonymous && !anonymous.enabled && anonymous.paths) {
    const problem = "enabled should be set to true when conditions are defined";
    throw new SettingsError(`anonymous.conditions: ${problem}`);
  }
  return {
    jwt: jwt.flatMap((settings, index) => {
      const rules = compiled[index];
      return rules ? [{ ...settings, compiled: rules }] : [];
    }),
    anonymous,
  };
}

function readJwt(fields: Fields): JwtAuthenticatorSettings {
  return {
    issuer: fields.read("issuer", (issuer) => ({
      url: issuer.text("url"),
      discoveryUrl: issuer.text("discoveryURL"),
      certificateAuthority: issuer.text("certificateAuthority"),
      audiences: issuer.texts("audiences"),
      audienceMatchPolicy: issuer.text("audienceMatchPolicy"),
      egressSelectorType: issuer.text("egressSelectorType"),
    })),
    claimValidationRules: fields.list("claimValidationRules", (rule) => ({
      claim: rule.text("claim"),
      requiredValue: rule.text("requiredValue"),
      expression: rule.text("expression"),
      message: rule.text("message"),
    })),
    claimMappings: fields.read("claimMappings", (mappings) => ({
      username: mappings.read("username", readMapping),
      groups: mappings.read("groups", readMapping),
      uid: mappings.read("uid", (uid) => ({
        claim: uid.text("claim"),
        expression: uid.text("expression"),
      })),
      extra: mappings.list("extra", (extra) => ({
        key: extra.text("key"),
        valueExpression: extra.text("valueExpression"),
      })),
    })),
    userValidationRules: fields.list("userValidationRules", (rule) => ({
      expression: rule.text("expression"),
      message: rule.text("message"),
    })),
  };
}

function readMapping(fields: Fields): ClaimMapping {
  const hasPrefix = fields.has("prefix");
  const prefix = fields.text("prefix");
  return {
    claim: fields.text("claim"),
    prefix: hasPrefix ? prefix : undefined,
    expression: fields.text("expression"),
  };
}

function readAnonymous(fields: Fields): AnonymousOptions {
  const enabled = fields.flag("enabled");
  const paths = fields.list("conditions", (condition) => condition.text("path"));
  return { enabled, ...(paths.length > 0 && { paths }) };
}
