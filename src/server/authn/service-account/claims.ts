import { fromBase64, text } from "#base/bytes.ts";

/** What a token of a service account says. Times in seconds since the epoch. */
export interface ServiceAccountClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number;
  readonly iat: number;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: BoundReference;
    readonly pod?: BoundReference;
    readonly secret?: BoundReference;
    readonly node?: BoundReference;
    /** After this time a use of the token is worth a warning: it should have been rotated. */
    readonly warnafter?: number;
  };
}

export interface BoundReference {
  readonly name: string;
  readonly uid: string;
}

/** Undefined when the payload has not the form of such a token. */
export function parseClaims(payload: unknown): ServiceAccountClaims | undefined {
  if (!isRecord(payload)) return undefined;
  const { iss, sub, aud, exp, nbf, iat, jti, "kubernetes.io": own } = payload;
  if (typeof iss !== "string" || typeof sub !== "string" || !isRecord(own)) return undefined;
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!Array.isArray(audiences) || !audiences.every((entry) => typeof entry === "string")) {
    return undefined;
  }
  const account = parseReference(own["serviceaccount"]);
  if (typeof own["namespace"] !== "string" || !account || typeof exp !== "number") return undefined;
  const pod = parseReference(own["pod"]);
  const secret = parseReference(own["secret"]);
  const node = parseReference(own["node"]);
  const warnAfter = own["warnafter"];
  return {
    iss,
    sub,
    aud: audiences,
    exp,
    nbf: typeof nbf === "number" ? nbf : 0,
    iat: typeof iat === "number" ? iat : 0,
    jti: typeof jti === "string" ? jti : "",
    "kubernetes.io": {
      namespace: own["namespace"],
      serviceaccount: account,
      ...(pod && { pod }),
      ...(secret && { secret }),
      ...(node && { node }),
      ...(typeof warnAfter === "number" && { warnafter: warnAfter }),
    },
  };
}

function parseReference(value: unknown): BoundReference | undefined {
  if (!isRecord(value) || typeof value["name"] !== "string") return undefined;
  return { name: value["name"], uid: typeof value["uid"] === "string" ? value["uid"] : "" };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Who says to have signed a token, before anybody has checked it. Undefined for what is no JWT. */
export function issuerOf(token: string): string | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const payload = (parts[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims: unknown = JSON.parse(text(fromBase64(payload)));
    if (typeof claims !== "object" || claims === null || !("iss" in claims)) return undefined;
    return typeof claims.iss === "string" ? claims.iss : undefined;
  } catch {
    // Not a JWT, hence another kind of token.
    return undefined;
  }
}
