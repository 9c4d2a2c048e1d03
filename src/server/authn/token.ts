import type { UserInfo } from "../pipeline/request.ts";

/** Who a token speaks for, and to whom. */
export interface TokenIdentity {
  readonly user: UserInfo;
  /** Of the audiences asked for, those that the token is meant for. */
  readonly audiences: readonly string[];
}

/**
 * One kind of bearer tokens. Undefined: not one of these. Throws `InvalidTokenError` when it is
 * one of these, and not good.
 */
export interface TokenAuthenticator {
  authenticateToken(
    token: string,
    audiences: readonly string[],
  ): Promise<TokenIdentity | undefined>;
}

/** For tokens that name no audience: they are meant for this server, whose own audiences count. */
export function forAudiences(
  own: readonly string[],
  authenticator: TokenAuthenticator,
): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const common = own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) return undefined;
      const identity = await authenticator.authenticateToken(token, common);
      return identity && { ...identity, audiences: common };
    },
  };
}

/**
 * Asks in order until one knows the token; who is asked may be others the next time. Throws what
 * all of those say that found it wrong.
 */
export function anyOf(authenticators: () => readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const problems: string[] = [];
      for (const authenticator of authenticators()) {
        try {
          const identity = await authenticator.authenticateToken(token, audiences);
          if (identity) return identity;
        } catch (error) {
          if (!(error instanceof InvalidTokenError)) throw error;
          problems.push(error.message);
        }
      }
      if (problems.length === 0) return undefined;
      throw new InvalidTokenError(problems.join(", "));
    },
  };
}

export class InvalidTokenError extends Error {
  override name = "InvalidTokenError";
}
