import { compactVerify } from "jose/jws/compact/verify";
import type { Clock } from "#base/clock.ts";
import { text } from "#base/bytes.ts";
import type { VerificationKey } from "#pki/keys.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { extraKeys, serviceAccountGroups, serviceAccountUserName } from "../identity.ts";
import { InvalidTokenError } from "../token.ts";
import type { TokenAuthenticator } from "../token.ts";
import type { BoundKind, BoundObject, BoundObjects } from "./bound-objects.ts";
import { issuerOf, parseClaims } from "./claims.ts";
import type { ServiceAccountClaims } from "./claims.ts";

export interface ServiceAccountAuthenticatorOptions {
  /** The first one signs; the others are older keys whose tokens still count. */
  readonly keys: readonly VerificationKey[];
  /** Tokens of other issuers are left to other authenticators. */
  readonly issuers: readonly string[];
  readonly objects: BoundObjects;
  readonly clock: Clock;
}

/** How far clocks may differ; deletions count after it, too. */
const leewaySeconds = 60;
const cachedTokensMax = 4096;

/**
 * Tokens of service accounts. A signature is checked once per token; whether the token's objects
 * still exist is looked up on every use, so that deleting one takes effect at once.
 */
export function serviceAccountAuthenticator(
  options: ServiceAccountAuthenticatorOptions,
): TokenAuthenticator {
  const verified = new Map<string, ServiceAccountClaims>();
  return {
    async authenticateToken(token, audiences) {
      let claims = verified.get(token);
      if (!claims) {
        if (!options.issuers.includes(issuerOf(token) ?? "")) return undefined;
        claims = await verifySignature(token, options.keys);
        remember(verified, token, claims);
      }
      const nowSeconds = options.clock.now() / 1000;
      checkTimes(claims, nowSeconds);
      const matching = claims.aud.filter((audience) => audiences.includes(audience));
      if (matching.length === 0) {
        throw new InvalidTokenError(
          `token audiences ${quoteAll(claims.aud)} is invalid for the target audiences ` +
            quoteAll(audiences),
        );
      }
      await checkObjects(claims, options.objects, nowSeconds);
      return { user: userOf(claims), audiences: matching };
    },
  };
}

async function verifySignature(
  token: string,
  keys: readonly VerificationKey[],
): Promise<ServiceAccountClaims> {
  const result = await compactVerify(
    token,
    ({ kid, alg }) => {
      const key = keys.find((candidate) => candidate.keyId === kid && candidate.algorithm === alg);
      if (!key) throw new InvalidTokenError("the token is signed by an unknown key");
      return key.publicKey;
    },
    { algorithms: ["ES256", "RS256"] },
  ).catch((error: unknown) => {
    if (error instanceof InvalidTokenError) throw error;
    throw new InvalidTokenError("the token's signature is wrong", { cause: error });
  });
  const claims = parseClaims(JSON.parse(text(result.payload)));
  if (!claims) throw new InvalidTokenError("the token has not the claims of a service account's");
  const { namespace, serviceaccount } = claims["kubernetes.io"];
  if (claims.sub !== serviceAccountUserName(namespace, serviceaccount.name)) {
    throw new InvalidTokenError("the token's subject is not the service account that it names");
  }
  return claims;
}

function remember(
  verified: Map<string, ServiceAccountClaims>,
  token: string,
  claims: ServiceAccountClaims,
): void {
  if (verified.size >= cachedTokensMax) {
    const [oldest] = verified.keys();
    if (oldest !== undefined) verified.delete(oldest);
  }
  verified.set(token, claims);
}

function checkTimes(claims: ServiceAccountClaims, nowSeconds: number): void {
  if (nowSeconds > claims.exp + leewaySeconds) {
    throw new InvalidTokenError("service account token has expired");
  }
  if (nowSeconds < Math.max(claims.nbf, claims.iat) - leewaySeconds) {
    throw new InvalidTokenError("service account token is not valid yet");
  }
}

async function checkObjects(
  claims: ServiceAccountClaims,
  objects: BoundObjects,
  nowSeconds: number,
): Promise<void> {
  const { namespace, serviceaccount, pod, secret, node } = claims["kubernetes.io"];
  const account = await objects.find("ServiceAccount", namespace, serviceaccount.name);
  if (!account) throw new InvalidTokenError(`serviceaccounts "${serviceaccount.name}" not found`);
  if (isDeleted(account, nowSeconds)) {
    throw new InvalidTokenError(
      `service account ${namespace}/${serviceaccount.name} has been deleted`,
    );
  }
  if (account.uid !== serviceaccount.uid) {
    throw new InvalidTokenError(
      `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`,
    );
  }
  const check = async (kind: BoundKind, word: string, name: string, uid: string) => {
    const object = await objects.find(kind, namespace, name);
    if (!object || isDeleted(object, nowSeconds)) {
      throw new InvalidTokenError("service account token has been invalidated");
    }
    if (object.uid !== uid) {
      throw new InvalidTokenError(
        `${word} UID (${object.uid}) does not match service account ${word} ref claim (${uid})`,
      );
    }
  };
  if (secret) await check("Secret", "secret", secret.name, secret.uid);
  if (pod) await check("Pod", "pod", pod.name, pod.uid);
  // The node of a pod is only told; a token ends with a node when it is bound to the node itself.
  else if (node) await check("Node", "node", node.name, node.uid);
}

function isDeleted(object: BoundObject, nowSeconds: number): boolean {
  if (!object.deletionTimestamp) return false;
  return Date.parse(object.deletionTimestamp) / 1000 < nowSeconds - leewaySeconds;
}

function userOf(claims: ServiceAccountClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims["kubernetes.io"];
  return {
    name: serviceAccountUserName(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    extra: {
      ...(pod && { [extraKeys.podName]: [pod.name], [extraKeys.podUid]: [pod.uid] }),
      ...(claims.jti && { [extraKeys.credentialId]: [`JTI=${claims.jti}`] }),
      ...(node && { [extraKeys.nodeName]: [node.name] }),
      ...(node?.uid && { [extraKeys.nodeUid]: [node.uid] }),
    },
  };
}

function quoteAll(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
}
