import { readFile } from "node:fs/promises";
import { parseFlags } from "#base/flags.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Scope } from "#base/scope.ts";
import type { Transport } from "#client/transport.ts";
import { parseDuration } from "#base/duration.ts";
import { usualRequestHeaders } from "#server/authn/request-header.ts";
import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import { forAudiences } from "#server/authn/token.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import type { AuthorizerSettings } from "#server/authz/settings.ts";
import { SettingsError } from "#server/settings/error.ts";
import type { AccessOptions } from "../control-plane.ts";

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
  /** The server's own issuers of tokens: nobody else may be one of them. */
  readonly disallowedIssuers: readonly string[];
}

/**
 * Reads the files that the flags name, and loads only what these take. Throws `SettingsError` for
 * what cannot be meant.
 */
export async function readAccess(flags: AccessFlags, environment: Environment): Promise<Access> {
  const { scope } = environment;
  const [authentication, authorizers, tokens, authority, webhook] = await Promise.all([
    authenticationOf(flags, environment),
    authorizersOf(flags),
    contentOf(flags["token-auth-file"]),
    contentOf(flags["requestheader-client-ca-file"]),
    tokenWebhookOf(flags, scope),
  ]);
  const needsKubeconfig = authorizers?.some(({ type }) => type === "Webhook");
  const webhookTransport = needsKubeconfig ? await kubeconfigTransports(scope) : undefined;
  return {
    options: {
      anonymous: authentication?.anonymous ?? { enabled: flags["anonymous-auth"] },
      ...(tokens !== undefined && { tokens: await tokensOf(tokens) }),
      tokenAuthenticators: (parts) => [
        ...(authentication?.authenticators(parts) ?? []),
        ...(webhook ? [webhook(parts)] : []),
      ],
      ...(authority !== undefined && { requestHeader: requestHeaderOf(flags) }),
      ...(authorizers && { authorizers }),
      ...(webhookTransport && { webhookTransport }),
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

async function authenticationOf(flags: AccessFlags, { scope, disallowedIssuers }: Environment) {
  const content = await contentOf(flags["authentication-config"]);
  if (content === undefined) return undefined;
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
  const { jwt, anonymous } = parseAuthenticationConfiguration(content, rules);
  if (anonymous && !flags["anonymous-auth"]) {
    const problem = "--anonymous-auth and the configuration's anonymous exclude each other";
    throw new SettingsError(problem);
  }
  const outgoing = httpsOutgoing(scope);
  return {
    anonymous,
    authenticators: ({ clock, audiences }: TokenParts): TokenAuthenticator[] =>
      jwt.map((settings) =>
        forAudiences(audiences, jwtAuthenticator(settings, { outgoing, clock })),
      ),
  };
}

/** Undefined when nobody says: Node and RBAC. */
async function authorizersOf(
  flags: AccessFlags,
): Promise<readonly AuthorizerSettings[] | undefined> {
  const named = flags["authorization-mode"];
  const content = await contentOf(flags["authorization-config"]);
  if (content !== undefined) {
    if (named.length > 0) {
      const problem = "--authorization-config can not be specified with --authorization-mode";
      throw new SettingsError(problem);
    }
    const [{ parseAuthorizationConfiguration }, { celExpressions }] = await Promise.all([
      import("#server/authz/configuration.ts"),
      import("#server/settings/cel-expressions.ts"),
    ]);
    return parseAuthorizationConfiguration(content, { expressions: celExpressions });
  }
  if (named.length === 0) return undefined;
  return named.map((type) => {
    const known = (["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"] as const).find(
      (each) => each === type,
    );
    if (known) return { type: known, name: known.toLowerCase() };
    throw new SettingsError(`authorization-mode ${JSON.stringify(type)} is not a valid mode here`);
  });
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

async function tokenWebhookOf(flags: AccessFlags, scope: Scope) {
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
    kubeconfigTransports(scope),
  ]);
  const transport = to(path);
  const cacheMs = nanos / 1_000_000;
  return (parts: TokenParts) => tokenWebhook({ ...parts, version, cacheMs, transport });
}

async function kubeconfigTransports(
  scope: Scope,
): Promise<(path: string | undefined) => Transport> {
  const [{ inClusterConfig, loadKubeconfig }, { httpsTransport }] = await Promise.all([
    import("#client/node/kubeconfig.ts"),
    import("#client/node/https-transport.ts"),
  ]);
  return (path) => {
    const config = path === undefined ? inClusterConfig() : loadKubeconfig({ path });
    const transport = httpsTransport(config);
    scope.onClose(() => transport.close());
    return transport;
  };
}
