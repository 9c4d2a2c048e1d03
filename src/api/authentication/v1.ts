import { bool, int64, list, mapOfLists, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectMeta } from "#api/meta/v1.ts";

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
    status: object(2, () => SelfSubjectReviewStatus).default({}),
  },
) {}

export abstract class SelfSubjectReviewStatus extends message(
  "io.k8s.api.authentication.v1.SelfSubjectReviewStatus",
  {
    userInfo: object(1, () => UserInfo).optional(),
  },
) {}

export abstract class UserInfo extends message("io.k8s.api.authentication.v1.UserInfo", {
  username: string(1).optional(),
  uid: string(2).optional(),
  groups: list(3, string).optional(),
  extra: mapOfLists(4).optional(),
}) {}

export abstract class TokenRequest extends kind(
  "io.k8s.api.authentication.v1.TokenRequest",
  { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => TokenRequestSpec).default({}),
    status: object(3, () => TokenRequestStatus).default({}),
  },
) {}

export abstract class TokenRequestSpec extends message(
  "io.k8s.api.authentication.v1.TokenRequestSpec",
  {
    audiences: list(1, string).optional(),
    boundObjectRef: object(3, () => BoundObjectReference).optional(),
    expirationSeconds: int64(4).default(3600),
  },
) {}

export abstract class BoundObjectReference extends message(
  "io.k8s.api.authentication.v1.BoundObjectReference",
  {
    kind: string(1).optional(),
    apiVersion: string(2).optional(),
    name: string(3).optional(),
    uid: string(4).optional(),
  },
) {}

export abstract class TokenRequestStatus extends message(
  "io.k8s.api.authentication.v1.TokenRequestStatus",
  {
    token: string(1).optional(),
    expirationTimestamp: time(2).optional(),
  },
) {}

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
    spec: object(2, () => TokenReviewSpec),
    status: object(3, () => TokenReviewStatus).default({}),
  },
) {}

export abstract class TokenReviewSpec extends message(
  "io.k8s.api.authentication.v1.TokenReviewSpec",
  {
    token: string(1),
    audiences: list(2, string).optional(),
  },
) {}

export abstract class TokenReviewStatus extends message(
  "io.k8s.api.authentication.v1.TokenReviewStatus",
  {
    authenticated: bool(1).optional(),
    user: object(2, () => UserInfo).optional(),
    error: string(3).optional(),
    audiences: list(4, string).optional(),
  },
) {}
