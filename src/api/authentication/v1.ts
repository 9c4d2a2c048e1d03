import { bool, int64, list, mapOfLists, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectMeta } from "#api/meta/v1.ts";

/** Asks the server who you are. Not stored; kubectl auth whoami uses it. */
export abstract class SelfSubjectReview extends kind(
  "io.k8s.api.authentication.v1.SelfSubjectReview",
  {
    group: "authentication.k8s.io",
    version: "v1",
    kind: "SelfSubjectReview",
    resource: "selfsubjectreviews",
    singular: "selfsubjectreview",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Who the server takes you for. */
    status: object(2, () => SelfSubjectReviewStatus).default({}),
  },
) {}

/** Who a request came from. */
export abstract class SelfSubjectReviewStatus extends message(
  "io.k8s.api.authentication.v1.SelfSubjectReviewStatus",
  {
    /** Name, groups and more of whoever sent the request. */
    userInfo: object(1, () => UserInfo)
      .implicit()
      .optional(),
  },
) {}

/** Someone who makes requests. */
export abstract class UserInfo extends message("io.k8s.api.authentication.v1.UserInfo", {
  /** The name, unique among all active users. */
  username: string(1).optional(),
  /** Tells the user from others of the same name, at other times. */
  uid: string(2).optional(),
  /** Groups that the user is in. */
  groups: list(3, string).optional(),
  /** More that the authenticator says of the user, by key. */
  extra: mapOfLists(4).optional(),
}) {}

/** Asks for a token of a ServiceAccount. Created at the account's subresource token; not stored. */
export abstract class TokenRequest extends kind(
  "io.k8s.api.authentication.v1.TokenRequest",
  { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What kind of token is wanted. */
    spec: object(2, () => TokenRequestSpec).default({}),
    /** The token that was made. Filled in by the server. */
    status: object(3, () => TokenRequestStatus).default({}),
  },
) {}

/** What kind of token is wanted. */
export abstract class TokenRequestSpec extends message(
  "io.k8s.api.authentication.v1.TokenRequestSpec",
  {
    /** For whom the token is; others must refuse it. Default: the API server. */
    audiences: list(1, string).always().optional(),
    /**
     * An object without which the token is no longer valid. Default: the token is bound to the
     * account alone.
     */
    boundObjectRef: object(3, () => BoundObjectReference).optional(),
    /**
     * Seconds for which the token is to be valid, at least 600. Another time may be given: see the
     * status. Default 3600.
     */
    expirationSeconds: int64(4).default(3600),
  },
) {}

/** An object whose end is the end of a token. */
export abstract class BoundObjectReference extends message(
  "io.k8s.api.authentication.v1.BoundObjectReference",
  {
    /** Pod, Secret or Node. */
    kind: string(1).optional(),
    /** The object's API version: v1. */
    apiVersion: string(2).optional(),
    /** The object's name. */
    name: string(3).optional(),
    /** The object's unique id. Missing: that of the object of this name now. */
    uid: string(4).optional(),
  },
) {}

/** A token that was made. */
export abstract class TokenRequestStatus extends message(
  "io.k8s.api.authentication.v1.TokenRequestStatus",
  {
    /** The token, a JWT. */
    token: string(1).always().optional(),
    /** When it ceases to be valid. */
    expirationTimestamp: time(2).optional(),
  },
) {}

/** Asks whose token something is. Not stored. */
export abstract class TokenReview extends kind(
  "io.k8s.api.authentication.v1.TokenReview",
  {
    group: "authentication.k8s.io",
    version: "v1",
    kind: "TokenReview",
    resource: "tokenreviews",
    singular: "tokenreview",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The token to check, and for whom it should be meant. */
    spec: object(2, () => TokenReviewSpec),
    /** Whether it is valid, and whose it is. Filled in by the server. */
    status: object(3, () => TokenReviewStatus).default({}),
  },
) {}

/** A token to check. */
export abstract class TokenReviewSpec extends message(
  "io.k8s.api.authentication.v1.TokenReviewSpec",
  {
    /** The token, as it came after Bearer. */
    token: string(1),
    /** Those for whom it must be meant: one of them is enough. Default: the API server. */
    audiences: list(2, string).optional(),
  },
) {}

/** Whose token it is. */
export abstract class TokenReviewStatus extends message(
  "io.k8s.api.authentication.v1.TokenReviewStatus",
  {
    /** Whether the token is valid. */
    authenticated: bool(1).implicit().optional(),
    /** The user to whom the token belongs. */
    user: object(2, () => UserInfo)
      .implicit()
      .optional(),
    /** Why it could not be checked. */
    error: string(3).optional(),
    /**
     * Those of spec.audiences for whom the token is meant. A service must find itself here.
     * Missing: the token is for the API server, and its issuer knows no audiences.
     */
    audiences: list(4, string).optional(),
  },
) {}
