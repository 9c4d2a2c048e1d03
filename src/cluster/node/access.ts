import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "#base/clock.ts";
import { parseFlags } from "#base/flags.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import { parseDuration } from "#base/duration.ts";
import { usualRequestHeaders } from "#server/authn/request-header.ts";
import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import { anyOf, forAudiences } from "#server/authn/token.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import { SettingsError } from "#server/settings/error.ts";
import type { AccessOptions } from "../control-plane/options.ts";
import { kubeconfigTransports } from "./kubeconfig-transports.ts";
import type { ConfigurationFile } from "./reload.ts";

/** Who may come in and what he may do, under upstream's names. */
export const accessFlags = {
  "anonymous-auth": {
    type: "bool",
    default: true,
    usage: "let requests without a name come in as system:anonymous",
  },
  "authentication-config": {
    type: "string",
    usage: "file with an AuthenticationConfiguration: other issuers of tokens, anonymous requests",
  },
  "authentication-token-webhook-config-file": {
    type: "string",
    usage: "kubeconfig of a server that knows tokens",
  },
  "authentication-token-webhook-cache-ttl": {
    type: "string",
    default: "2m",
    usage: "how long that server's answers count",
  },
  "authentication-token-webhook-version": {
    type: "string",
    default: "v1beta1",
    usage: "version of the TokenReview that it is sent: v1 or v1beta1",
  },
  "authorization-config": {
    type: "string",
    usage: "file with an AuthorizationConfiguration: who decides, in which order",
  },
  "authorization-mode": {
    type: "list",
    usage: "who decides, in order: Node, RBAC, AlwaysAllow, AlwaysDeny",
  },
  "client-ca-file": {
    type: "string",
    usage: "authorities (PEM) whose client certificates say who asks, besides the cluster's own",
  },
  "requestheader-client-ca-file": {
    type: "string",
    usage: "authority (PEM) of proxies that say in headers who asks",
  },
  "requestheader-allowed-names": {
    type: "list",
    usage: "common names of those proxies; all that the authority signed when empty",
  },
  "requestheader-username-headers": { type: "list", usage: "headers with the user's name" },
  "requestheader-uid-headers": { type: "list", usage: "headers with the user's uid" },
  "requestheader-group-headers": { type: "list", usage: "headers with the user's groups" },
  "requestheader-extra-headers-prefix": {
    type: "list",
    usage: "beginnings of headers with more about the user",
  },
  "token-auth-file": {
    type: "string",
    usage: 'file of lines TOKEN,USER,UID,"GROUP,…"',
  },
} as const satisfies FlagSpecs;

export type AccessFlags = FlagValues<typeof accessFlags>;

/** The profile's arguments, and in their place the flags that were given. */
export function accessFlagsOf(
  profileArguments: readonly string[],
  values: AccessFlags,
  given: ReadonlySet<string>,
): AccessFlags {
  const own = Object.entries(values).filter(([name]) => name in accessFlags && given.has(name));
  return { ...parseFlags(accessFlags, profileArguments).values, ...Object.fromEntries(own) };
}

export type AuthorityFlags = Partial<
  Pick<AccessFlags, "client-ca-file" | "requestheader-client-ca-file">
>;

/** PEM, of authorities that are not the cluster's own. */
export interface ForeignAuthorities {
  readonly client?: string;
  /** Of proxies that say in headers who asks. */
  readonly requestHeader?: string;
}

/** What the files have now: they may change while the server runs. */
export async function readAuthorities(flags: AuthorityFlags): Promise<ForeignAuthorities> {
  const [client, requestHeader] = await Promise.all([
    contentOf(flags["client-ca-file"]),
    contentOf(flags["requestheader-client-ca-file"]),
  ]);
  return {
    ...(client !== undefined && { client }),
    ...(requestHeader !== undefined && { requestHeader }),
  };
}

export interface Access {
  readonly options: AccessOptions;
  /** PEM; for the listener. */
  readonly requestHeaderAuthority?: string;
}

interface Environment {
  readonly scope: Scope;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of files that take effect again as they change. */
  readonly follow: (file: ConfigurationFile) => void;
  /** The server's own issuers of tokens: nobody else may be one of them. */
  readonly disallowedIssuers: readonly string[];
}

/**
 * Reads the files that the flags name, and loads only what these take. Throws `SettingsError` for
 * what cannot be meant.
 */
export async function readAccess(flags: AccessFlags, environment: Environment): Promise<Access> {
  const [authentication, authorization, tokens, authority, webhook] = await Promise.all([
    authenticationOf(flags, environment),
    authorizersOf(flags, environment),
    contentOf(flags["token-auth-file"]),
    contentOf(flags["requestheader-client-ca-file"]),
    tokenWebhookOf(flags, environment),
  ]);
  return {
    options: {
      anonymous: authentication?.anonymous ?? { enabled: flags["anonymous-auth"] },
      ...(tokens !== undefined && { tokens: await tokensOf(tokens) }),
      tokenAuthenticators: (parts) => [
        ...(authentication?.authenticators(parts) ?? []),
        ...(webhook ? [webhook(parts)] : []),
      ],
      ...(authority !== undefined && { requestHeader: requestHeaderOf(flags) }),
      ...authorization,
    },
    ...(authority !== undefined && { requestHeaderAuthority: authority }),
  };
}

type TokenParts = Parameters<NonNullable<AccessOptions["tokenAuthenticators"]>>[0];

async function contentOf(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, "utf8");
}

async function tokensOf(content: string) {
  const { parseTokenFile } = await import("#server/authn/static-tokens.ts");
  return parseTokenFile(content);
}

async function authenticationOf(
  flags: AccessFlags,
  { scope, follow, disallowedIssuers }: Environment,
) {
  const path = flags["authentication-config"];
  const content = await contentOf(path);
  if (path === undefined || content === undefined) return undefined;
  const [
    { parseAuthenticationConfiguration },
    { jwtAuthenticator },
    { httpsOutgoing },
    { celExpressions },
  ] = await Promise.all([
    import("#server/authn/jwt/configuration.ts"),
    import("#server/authn/jwt/authenticator.ts"),
    import("#server/node/outgoing.ts"),
    import("#server/settings/cel-expressions.ts"),
  ]);
  const rules = { expressions: celExpressions, disallowedIssuers };
  const initial = parseAuthenticationConfiguration(content, rules);
  const { anonymous } = initial;
  if (anonymous && !flags["anonymous-auth"]) {
    const problem = "--anonymous-auth and the configuration's anonymous exclude each other";
    throw new SettingsError(problem);
  }
  const outgoing = httpsOutgoing(scope);
  return {
    anonymous,
    authenticators: ({ clock, audiences }: TokenParts): TokenAuthenticator[] => {
      const make = ({ jwt }: typeof initial) =>
        jwt.map((settings) =>
          forAudiences(audiences, jwtAuthenticator(settings, { outgoing, clock })),
        );
      let authenticators = make(initial);
      const apply = (changed: string) => {
        const parsed = parseAuthenticationConfiguration(changed, rules);
        if (!isDeepStrictEqual(parsed.anonymous, anonymous)) {
          throw new SettingsError("anonymous: Forbidden: changed from initial configuration file");
        }
        authenticators = make(parsed);
      };
      follow({ subject: "authentication", path, content, apply });
      return [anyOf(() => authenticators)];
    },
  };
}

/** Nothing when nobody says: Node and RBAC. */
async function authorizersOf(
  flags: AccessFlags,
  environment: Environment,
): Promise<Pick<AccessOptions, "authorizers" | "bindAuthorizers" | "webhookTransport">> {
  const named = flags["authorization-mode"];
  const path = flags["authorization-config"];
  const content = await contentOf(path);
  if (path !== undefined && content !== undefined) {
    if (named.length > 0) {
      const problem = "--authorization-config can not be specified with --authorization-mode";
      throw new SettingsError(problem);
    }
    return await authorizationOf(path, content, environment);
  }
  if (named.length === 0) return {};
  const authorizers = named.map((type) => {
    const known = (["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"] as const).find(
      (each) => each === type,
    );
    if (known) return { type: known, name: known.toLowerCase() };
    throw new SettingsError(`authorization-mode ${JSON.stringify(type)} is not a valid mode here`);
  });
  return { authorizers };
}

async function authorizationOf(path: string, content: string, environment: Environment) {
  const [{ parseAuthorizationConfiguration }, { celExpressions }, webhookTransport] =
    await Promise.all([
      import("#server/authz/configuration.ts"),
      import("#server/settings/cel-expressions.ts"),
      kubeconfigTransports(environment),
    ]);
  const parse = (text: string, requiredTypes: readonly string[]) =>
    parseAuthorizationConfiguration(text, { expressions: celExpressions, requiredTypes });
  const authorizers = parse(content, []);
  // Those stay, wherever in the order: what feeds them, or allows nothing, is no file's to choose.
  const requiredTypes = authorizers.flatMap(({ type }) => (type === "Webhook" ? [] : [type]));
  const bindAuthorizers: AccessOptions["bindAuthorizers"] = (replace) =>
    environment.follow({
      subject: "authorization",
      path,
      content,
      apply: (changed) => replace(parse(changed, requiredTypes)),
    });
  return { authorizers, bindAuthorizers, webhookTransport };
}

function requestHeaderOf(flags: AccessFlags): RequestHeaderOptions {
  const headers = (given: readonly string[], usual: readonly string[]) =>
    given.length > 0 ? given.map((name) => name.trim().toLowerCase()) : usual;
  const usual = usualRequestHeaders;
  return {
    allowedNames: flags["requestheader-allowed-names"],
    userHeaders: headers(flags["requestheader-username-headers"], usual.userHeaders),
    uidHeaders: headers(flags["requestheader-uid-headers"], usual.uidHeaders),
    groupHeaders: headers(flags["requestheader-group-headers"], usual.groupHeaders),
    extraPrefixes: headers(flags["requestheader-extra-headers-prefix"], usual.extraPrefixes),
  };
}

async function tokenWebhookOf(flags: AccessFlags, environment: Environment) {
  const path = flags["authentication-token-webhook-config-file"];
  if (path === undefined) return undefined;
  const version = flags["authentication-token-webhook-version"];
  if (version !== "v1" && version !== "v1beta1") {
    throw new SettingsError(`--authentication-token-webhook-version: ${version} is no version`);
  }
  const lifetime = flags["authentication-token-webhook-cache-ttl"];
  const nanos = parseDuration(lifetime);
  if (nanos === undefined) {
    throw new SettingsError(`--authentication-token-webhook-cache-ttl: ${lifetime} is no duration`);
  }
  const [{ tokenWebhook }, to] = await Promise.all([
    import("#server/authn/webhook.ts"),
    kubeconfigTransports(environment),
  ]);
  const transport = to(path);
  const cacheMs = nanos / 1_000_000;
  return (parts: TokenParts) => tokenWebhook({ ...parts, version, cacheMs, transport });
}
