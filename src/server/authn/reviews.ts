import type { Clock } from "#base/clock.ts";
import type {
  SelfSubjectReview,
  TokenReview,
  TokenReviewStatus,
  UserInfo as ReviewedUser,
} from "#api/authentication/v1.ts";
import { badRequest } from "#machinery/status.ts";
import type { UserInfo } from "../pipeline/request.ts";
import { authenticateToken } from "./authentication.ts";
import { withAuthenticatedGroup } from "./identity.ts";
import { InvalidTokenError } from "./token.ts";
import type { TokenAuthenticator } from "./token.ts";

export interface TokenReviewer {
  /** The review with its status; a token that is wrong is an answer, not an error. */
  review(review: TokenReview): Promise<TokenReview>;
}

export function createTokenReviewer(options: {
  readonly tokens: readonly TokenAuthenticator[];
  /** Audiences of reviews that name none. */
  readonly audiences: readonly string[];
}): TokenReviewer {
  return {
    async review(review) {
      const { token, audiences } = review.spec;
      if (!token) throw badRequest("token is required for TokenReview in authentication");
      const wanted = audiences?.length ? audiences : options.audiences;
      return { ...review, status: await statusOf(options.tokens, token, wanted) };
    },
  };
}

/** `kubectl auth whoami`. */
export function selfSubjectReview(
  review: SelfSubjectReview,
  user: UserInfo,
  clock: Clock,
): SelfSubjectReview {
  const creationTimestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  // A review is nobody's object: what it was called is not repeated.
  const metadata = { name: "", resourceVersion: "", uid: "", creationTimestamp };
  return { ...review, metadata, status: { userInfo: reviewedUser(user) } };
}

async function statusOf(
  tokens: readonly TokenAuthenticator[],
  token: string,
  audiences: readonly string[],
): Promise<TokenReviewStatus> {
  try {
    const identity = await authenticateToken(tokens, token, audiences);
    return {
      authenticated: true,
      user: reviewedUser(withAuthenticatedGroup(identity.user)),
      audiences: [...identity.audiences],
    };
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    return { user: {}, error: error.message };
  }
}

function reviewedUser(user: UserInfo): ReviewedUser {
  const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [key, [...values]]);
  return {
    username: user.name,
    ...(user.uid && { uid: user.uid }),
    groups: [...user.groups],
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
}
