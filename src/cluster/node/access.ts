import { readFile } from "node:fs/promises";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Scope } from "#base/scope.ts";
import { inClusterConfig, loadKubeconfig } from "#client/node/kubeconfig.ts";
import { httpsTransport } from "#client/node/https-transport.ts";
import type { Transport } from "#client/transport.ts";
import { parseDuration } from "#schema/duration.ts";
import { parseAuthenticationConfiguration } from "#server/authn/jwt/configuration.ts";
import { usualRequestHeaders } from "#server/authn/request-header.ts";
import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import { parseTokenFile } from "#server/authn/static-tokens.ts";
import { parseAuthorizationConfiguration, usualAuthorizers } from "#server/authz/configuration.ts";
import type { AuthorizerSettings } from "#server/authz/configuration.ts";
import { httpsOutgoing } from "#server/node/outgoing.ts";
import { noExpressions } from "#server/settings/expressions.ts";
import type { Expressions } from "#server/settings/expressions.ts";
import { SettingsError } from "#server/settings/reader.ts";
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

export interface Access {
  readonly options: AccessOptions;
  /** PEM; for the listener. */
  readonly requestHeaderAuthority?: string;
}

/** Reads the files that the flags name. Throws `SettingsError` for what cannot be meant. */
export async function readAccess(
  flags: AccessFlags,
  {
    scope,
    disallowedIssuers,
    expressions = noExpressions,
  }: {
    readonly scope: Scope;
    readonly disallowedIssuers: readonly string[];
    readonly expressions?: Expressions;
  },
): Promise<Access> {
  const contentOf = async (name: keyof AccessFlags) => {
    const path = flags[name];
    return typeof path === "string" ? readFile(path, "utf8") : undefined;
  };
  const [authentication, authorization, tokens, authority] = await Promise.all([
    contentOf("authentication-config"),
    contentOf("authorization-config"),
    contentOf("token-auth-file"),
    contentOf("requestheader-client-ca-file"),
  ]);
  const parsed =
    authentication === undefined
      ? undefined
      : parseAuthenticationConfiguration(authentication, { expressions, disallowedIssuers });
  if (parsed?.anonymous && !flags["anonymous-auth"]) {
    throw new SettingsError(
      "--anonymous-auth and the configuration's anonymous exclude each other",
    );
  }
  const webhook = flags["authentication-token-webhook-config-file"];
  return {
    options: {
      anonymous: { enabled: flags["anonymous-auth"] },
      ...(tokens !== undefined && { tokens: parseTokenFile(tokens) }),
      ...(parsed && { authentication: parsed, outgoing: httpsOutgoing(scope) }),
      ...(authority !== undefined && { requestHeader: requestHeaderOf(flags) }),
      ...(webhook && { tokenWebhook: tokenWebhookOf(flags, webhook, scope) }),
      authorizers: authorizersOf(flags, authorization, expressions),
      webhookTransport: (path) => kubeconfigTransport(path, scope),
    },
    ...(authority !== undefined && { requestHeaderAuthority: authority }),
  };
}

function authorizersOf(
  flags: AccessFlags,
  configuration: string | undefined,
  expressions: Expressions,
): readonly AuthorizerSettings[] {
  const named = flags["authorization-mode"];
  if (configuration !== undefined) {
    if (named.length === 0) return parseAuthorizationConfiguration(configuration, { expressions });
    throw new SettingsError(
      "--authorization-config can not be specified with --authorization-mode",
    );
  }
  if (named.length === 0) return usualAuthorizers;
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

function tokenWebhookOf(
  flags: AccessFlags,
  path: string,
  scope: Scope,
): NonNullable<AccessOptions["tokenWebhook"]> {
  const version = flags["authentication-token-webhook-version"];
  if (version !== "v1" && version !== "v1beta1") {
    throw new SettingsError(`--authentication-token-webhook-version: ${version} is no version`);
  }
  const lifetime = flags["authentication-token-webhook-cache-ttl"];
  const nanos = parseDuration(lifetime);
  if (nanos === undefined) {
    throw new SettingsError(`--authentication-token-webhook-cache-ttl: ${lifetime} is no duration`);
  }
  return { version, cacheMs: nanos / 1_000_000, transport: kubeconfigTransport(path, scope) };
}

function kubeconfigTransport(path: string | undefined, scope: Scope): Transport {
  const transport = httpsTransport(
    path === undefined ? inClusterConfig() : loadKubeconfig({ path }),
  );
  scope.onClose(() => transport.close());
  return transport;
}
