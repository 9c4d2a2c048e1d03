import { unauthorized } from "#machinery/status.ts";
import type { Connection, UserInfo } from "../pipeline/request.ts";
import { isAnonymousAllowed } from "./anonymous.ts";
import type { AnonymousOptions } from "./anonymous.ts";
import type { Authenticator } from "./authenticator.ts";
import { anonymousUser, extraKeys, withAuthenticatedGroup } from "./identity.ts";
import { bearerTokenOf } from "./bearer-token.ts";
import { requestHeaderUser } from "./request-header.ts";
import type { RequestHeaderOptions } from "./request-header.ts";
import type { TokenAuthenticator } from "./token.ts";
import { InvalidTokenError, anyOf } from "./token.ts";

type ClientCertificate = NonNullable<Connection["clientCertificate"]>;

export interface AuthenticationOptions {
  /** What proxies in front of this server say is not heard when missing. */
  readonly requestHeader?: RequestHeaderOptions;
  /** Asked in order. */
  readonly tokens: readonly TokenAuthenticator[];
  /** Audiences that this server answers to. */
  readonly audiences: readonly string[];
  readonly anonymous: AnonymousOptions;
}

/**
 * Finds out who sends a request: a component of this process, whom a proxy names, a client
 * certificate, a bearer token, or nobody known. Throws 401 for credentials that are wrong, and where there are none
 * and anonymous requests are not allowed.
 */
export function createAuthenticator(options: AuthenticationOptions): Authenticator {
  // A component makes many requests with one and the same user object.
  const inProcess = new WeakMap<UserInfo, UserInfo>();
  // And a connection brings many with one certificate.
  const certified = new WeakMap<ClientCertificate, UserInfo>();
  return {
    async authenticate(request, connection, warn): Promise<UserInfo> {
      if (connection.user) {
        let user = inProcess.get(connection.user);
        if (!user) inProcess.set(connection.user, (user = withAuthenticatedGroup(connection.user)));
        return user;
      }
      const byProxy =
        options.requestHeader &&
        requestHeaderUser(options.requestHeader, request.headers, connection);
      if (byProxy) return withAuthenticatedGroup(byProxy);

      const { clientCertificate } = connection;
      const known = clientCertificate && certified.get(clientCertificate);
      if (known) return known;
      const byCertificate = clientCertificateUser(connection);
      if (clientCertificate && byCertificate) {
        const user = withAuthenticatedGroup(byCertificate);
        certified.set(clientCertificate, user);
        return user;
      }

      const token = bearerTokenOf(request, warn);
      if (token !== undefined) {
        const identity = await authenticateToken(options.tokens, token, options.audiences).catch(
          (error: unknown) => {
            throw error instanceof InvalidTokenError ? unauthorized() : error;
          },
        );
        return withAuthenticatedGroup(identity.user);
      }
      // A proxy asks for somebody; what it asks for nobody is a mistake of its own.
      if (connection.proxyCertificate && !connection.clientCertificate) throw unauthorized();
      if (isAnonymousAllowed(request.path, options.anonymous)) return anonymousUser;
      throw unauthorized();
    },
  };
}

/** Common name is the user, organizations are the groups. */
export function clientCertificateUser({ clientCertificate }: Connection): UserInfo | undefined {
  if (!clientCertificate?.commonName) return undefined;
  return {
    name: clientCertificate.commonName,
    groups: clientCertificate.organizations,
    extra: { [extraKeys.credentialId]: [`X509SHA256=${clientCertificate.fingerprint}`] },
  };
}

/** Throws `InvalidTokenError` when nobody knows the token. */
export async function authenticateToken(
  authenticators: readonly TokenAuthenticator[],
  token: string,
  audiences: readonly string[],
) {
  const unknown = "invalid bearer token";
  try {
    const identity = await anyOf(() => authenticators).authenticateToken(token, audiences);
    if (identity) return identity;
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    throw new InvalidTokenError(`[${unknown}, ${error.message}]`, { cause: error });
  }
  throw new InvalidTokenError(unknown);
}
