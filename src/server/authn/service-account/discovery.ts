import { exportJWK } from "jose/key/export";
import type { VerificationKey } from "#pki/keys.ts";

export const jwksPath = "/openid/v1/jwks";
export const openIdConfigurationPath = "/.well-known/openid-configuration";
export const jwksContentType = "application/jwk-set+json";

export interface DiscoveryDocuments {
  /** Of `/.well-known/openid-configuration`, as application/json. */
  readonly configuration: object;
  /** Of `/openid/v1/jwks`, as application/jwk-set+json. */
  readonly keys: object;
}

/** What others need to check tokens of service accounts by themselves. */
export async function discoveryDocuments(options: {
  readonly issuer: string;
  /** Where clients reach this server: "https://10.0.0.1:8443". */
  readonly serverUrl: string;
  readonly keys: readonly VerificationKey[];
}): Promise<DiscoveryDocuments> {
  const algorithms = [...new Set(options.keys.map((key) => key.algorithm))];
  return {
    configuration: {
      issuer: options.issuer,
      jwks_uri: options.serverUrl + jwksPath,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: algorithms,
    },
    keys: {
      keys: await Promise.all(
        options.keys.map(async ({ publicKey, keyId, algorithm }) => ({
          use: "sig",
          kid: keyId,
          alg: algorithm,
          ...(await exportJWK(publicKey)),
        })),
      ),
    },
  };
}
