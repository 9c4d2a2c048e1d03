import { compactVerify } from "jose/jws/compact/verify";
import { fromBase64, text } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { Secret, ServiceAccount } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import type { VerificationKey } from "#pki/keys.ts";
import { serviceAccountGroups, serviceAccountUserName } from "../identity.ts";
import { InvalidTokenError } from "../token.ts";
import type { TokenAuthenticator } from "../token.ts";
import { issuerOf } from "./claims.ts";

export interface SecretTokenOptions {
  readonly keys: readonly VerificationKey[];
  /** Acts inside the server. */
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What these tokens have in place of the cluster's issuer. */
const issuer = "kubernetes/serviceaccount";
const lastUsedLabel = "kubernetes.io/legacy-token-last-used";
const invalidSinceLabel = "kubernetes.io/legacy-token-invalid-since";
const prefix = "kubernetes.io/serviceaccount";
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Tokens that stand in secrets, which do not expire: they count as long as their secret has them
 * and their account is there. The secret tells on which day they were last used.
 */
export function secretTokenAuthenticator(options: SecretTokenOptions): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      if (issuerOf(token) !== issuer) return undefined;
      const { namespace, secretName, name, uid } = await verify(token, options.keys);
      const secret = await options.client.find(Secret, { namespace, name: secretName });
      if (!secret || secret.metadata.deletionTimestamp) {
        throw new InvalidTokenError("Token has been invalidated");
      }
      if (text(fromBase64(secret.data?.["token"] ?? "")) !== token) {
        throw new InvalidTokenError("Token does not match server's copy");
      }
      await checkAccount(options.client, { namespace, name, uid });
      await noteUse(secret, options);
      if (secret.metadata.labels?.[invalidSinceLabel]) {
        throw new InvalidTokenError(
          `the token in secret ${namespace}/${secretName} for service account ` +
            `${namespace}/${name} has been marked invalid. Use tokens from the TokenRequest API ` +
            `or manually created secret-based tokens, or remove the '${invalidSinceLabel}' label ` +
            "from the secret to temporarily allow use of this token",
        );
      }
      const groups = serviceAccountGroups(namespace);
      return { user: { name: serviceAccountUserName(namespace, name), uid, groups }, audiences };
    },
  };
}

interface SecretClaims {
  readonly namespace: string;
  readonly secretName: string;
  readonly name: string;
  readonly uid: string;
}

async function verify(token: string, keys: readonly VerificationKey[]): Promise<SecretClaims> {
  const { payload } = await compactVerify(
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
  const claims = JSON.parse(text(payload)) as Readonly<Record<string, unknown>>;
  const claim = (key: string, word: string) => {
    const value = claims[key];
    if (typeof value === "string" && value) return value;
    throw new InvalidTokenError(`${word} claim is missing`);
  };
  const subject = claim("sub", "sub");
  const found = {
    namespace: claim(`${prefix}/namespace`, "namespace"),
    secretName: claim(`${prefix}/secret.name`, "secretName"),
    name: claim(`${prefix}/service-account.name`, "serviceAccountName"),
    uid: claim(`${prefix}/service-account.uid`, "serviceAccountUID"),
  };
  if (subject === serviceAccountUserName(found.namespace, found.name)) return found;
  throw new InvalidTokenError("sub claim is invalid");
}

async function checkAccount(
  client: Client,
  { namespace, name, uid }: Omit<SecretClaims, "secretName">,
): Promise<void> {
  const account = await client.find(ServiceAccount, { namespace, name });
  if (!account) throw new InvalidTokenError(`serviceaccounts "${name}" not found`);
  const { deletionTimestamp, uid: known } = account.metadata;
  if (deletionTimestamp) {
    throw new InvalidTokenError(`ServiceAccount ${namespace}/${name} has been deleted`);
  }
  if (known !== uid) {
    throw new InvalidTokenError(`ServiceAccount UID (${known}) does not match claim (${uid})`);
  }
}

/** Once a day; whoever asks is not kept from it by a label that could not be written. */
async function noteUse(
  secret: Secret,
  { client, clock, logger }: SecretTokenOptions,
): Promise<void> {
  const { namespace, name, uid, labels } = secret.metadata;
  const [today, tomorrow] = [0, dayMs].map((ms) =>
    new Date(clock.now() + ms).toISOString().slice(0, 10),
  );
  const lastUsed = labels?.[lastUsedLabel];
  // Of two servers one may be a day ahead.
  if (lastUsed === today || lastUsed === tomorrow) return;
  const patch = { metadata: { uid, labels: { [lastUsedLabel]: today } } };
  try {
    await client.patch(Secret, { namespace, name }, { type: "merge", patch });
  } catch (error) {
    logger.warn("cannot label a token's secret with the day of its use", {
      namespace,
      name,
      error,
    });
  }
}
