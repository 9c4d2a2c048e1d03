import { SignJWT } from "jose/jwt/sign";
import { toBase64, utf8 } from "#base/bytes.ts";
import { Secret, ServiceAccount } from "#api/core/v1.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import type { SigningKey } from "#pki/keys.ts";

const tokenType = "kubernetes.io/service-account-token";
const nameAnnotation = "kubernetes.io/service-account.name";
const uidAnnotation = "kubernetes.io/service-account.uid";

export interface TokenSecretsOptions {
  readonly key: SigningKey;
  /** PEM; a pod that mounts the secret knows the API server by it. */
  readonly certificateAuthority: string;
}

/**
 * Fills secrets that ask for a service account's token with one that does not expire, and removes
 * them when the account goes. Nobody needs them who can ask for a token that does expire.
 */
export function tokenSecretsController(options: TokenSecretsOptions): Controller {
  return defineController({
    name: "serviceaccount-token-controller",
    for: Secret,
    query: { fieldSelector: `type=${tokenType}` },
    indexes: [
      indexBy(Secret, "account", ({ metadata: { namespace, annotations } }) => [
        `${namespace}/${annotations?.[nameAnnotation]}`,
      ]),
    ],
    watches: [
      watch(ServiceAccount, ({ metadata: { namespace, name } }, cache) =>
        cache
          .byIndex(Secret, "account", `${namespace}/${name}`)
          .map(({ metadata: secret }) => ({ namespace: secret.namespace, name: secret.name })),
      ),
    ],

    async reconcile(secret, ctx) {
      const { namespace, annotations, deletionTimestamp } = secret.metadata;
      const name = annotations?.[nameAnnotation];
      if (!name || deletionTimestamp) return;
      // What is deleted must not hang on a cache that has not heard of the account yet.
      const account =
        ctx.get(ServiceAccount, { namespace, name }) ??
        (await ctx.client.find(ServiceAccount, { namespace, name }));
      if (!account || isOfAnother(secret, account)) return ctx.delete(Secret, secret);
      const filled = await fill(secret, account, options);
      if (filled) await ctx.update(Secret, filled);
      return undefined;
    },
  });
}

/** An account of that name that was made anew is not the one that the secret is for. */
function isOfAnother(secret: Secret, account: ServiceAccount): boolean {
  const uid = secret.metadata.annotations?.[uidAnnotation];
  return uid !== undefined && uid !== "" && uid !== account.metadata.uid;
}

/** Undefined when nothing is missing. */
async function fill(
  secret: Secret,
  account: ServiceAccount,
  { key, certificateAuthority }: TokenSecretsOptions,
): Promise<Secret | undefined> {
  const { metadata, data = {} } = secret;
  const { namespace = "", name, uid } = account.metadata;
  const authority = toBase64(utf8(certificateAuthority));
  const place = toBase64(utf8(namespace));
  const isComplete =
    data["token"] &&
    data["ca.crt"] === authority &&
    data["namespace"] === place &&
    metadata.annotations?.[uidAnnotation] === uid;
  if (isComplete) return undefined;
  const token = data["token"] || toBase64(utf8(await sign(key, secret.metadata.name, account)));
  return {
    ...secret,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [nameAnnotation]: name, [uidAnnotation]: uid },
    },
    data: { ...data, "ca.crt": authority, namespace: place, token },
  };
}

const claimPrefix = "kubernetes.io/serviceaccount";

function sign(key: SigningKey, secretName: string, account: ServiceAccount): Promise<string> {
  const { namespace = "", name, uid } = account.metadata;
  return new SignJWT({
    iss: "kubernetes/serviceaccount",
    [`${claimPrefix}/namespace`]: namespace,
    [`${claimPrefix}/secret.name`]: secretName,
    [`${claimPrefix}/service-account.name`]: name,
    [`${claimPrefix}/service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  })
    .setProtectedHeader({ alg: key.algorithm, kid: key.keyId })
    .sign(key.privateKey);
}
