const tlsFailed = "tls: failed to verify certificate: x509:";

/** In the words that users of Kubernetes search for. */
const reasons: Readonly<Record<string, (address: string) => string>> = {
  ECONNREFUSED: (address) => `dial tcp ${address}: connect: connection refused`,
  EHOSTUNREACH: (address) => `dial tcp ${address}: connect: no route to host`,
  ENETUNREACH: (address) => `dial tcp ${address}: connect: network is unreachable`,
  ETIMEDOUT: (address) => `dial tcp ${address}: connect: connection timed out`,
  ENOTFOUND: (address) => `dial tcp: lookup ${hostOf(address)}: no such host`,
  EAI_AGAIN: (address) => `dial tcp: lookup ${hostOf(address)}: server misbehaving`,
  ECONNRESET: () => "EOF",
  CERT_HAS_EXPIRED: () => `${tlsFailed} certificate has expired or is not yet valid`,
  CERT_NOT_YET_VALID: () => `${tlsFailed} certificate has expired or is not yet valid`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => `${tlsFailed} certificate signed by unknown authority`,
  SELF_SIGNED_CERT_IN_CHAIN: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => `${tlsFailed} certificate signed by unknown authority`,
};

/** Why there was no answer from "host:port". */
export function reasonOf(error: unknown, address: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const known = reasons[code];
  if (known) return known(address);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${tlsFailed} ${error.message}`;
  return error.message;
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(":"));
