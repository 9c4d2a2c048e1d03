import { decodePem, encodePem } from "#pki/pem.ts";
import { toBase64 } from "#base/bytes.ts";
import { parseCertificate } from "#pki/certificate.ts";
import type { RequestHeaderOptions } from "./request-header.ts";

/** By what servers behind this one know its clients, and this one when it speaks for others. */
export interface ClientTrust {
  /** PEM: it signs the certificates of clients. */
  readonly clientAuthority: string;
  readonly requestHeader?: RequestHeaderOptions & {
    /** PEM: it signs the certificates of front proxies. */
    readonly authority: string;
  };
}

/** Where other servers read it. */
export const clientTrustReference = {
  namespace: "kube-system",
  name: "extension-apiserver-authentication",
};

type Data = Readonly<Record<string, string>>;

/**
 * The content of that ConfigMap: what this server trusts, and what is there already, because
 * another server of the same cluster may have put it there. Certificates that have run out go.
 */
export function clientTrustData(existing: Data, trust: ClientTrust, now: number): Data {
  const { clientAuthority, requestHeader } = trust;
  const join = (key: string, pem: string) => joinCertificates([existing[key] ?? "", pem], now);
  const names = (key: string, wanted: readonly string[]) =>
    JSON.stringify([...new Set([...namesIn(existing[key]), ...wanted])]);
  const data: Record<string, string> = {
    ...existing,
    "client-ca-file": join("client-ca-file", clientAuthority),
  };
  if (!requestHeader) return data;
  const { authority, allowedNames, userHeaders, uidHeaders, groupHeaders, extraPrefixes } =
    requestHeader;
  return {
    ...data,
    "requestheader-client-ca-file": join("requestheader-client-ca-file", authority),
    "requestheader-allowed-names": names("requestheader-allowed-names", allowedNames),
    "requestheader-username-headers": names(
      "requestheader-username-headers",
      userHeaders.map(headerCase),
    ),
    "requestheader-uid-headers": names("requestheader-uid-headers", uidHeaders.map(headerCase)),
    "requestheader-group-headers": names(
      "requestheader-group-headers",
      groupHeaders.map(headerCase),
    ),
    "requestheader-extra-headers-prefix": names(
      "requestheader-extra-headers-prefix",
      extraPrefixes.map(headerCase),
    ),
  };
}

/** Each certificate once, as long as it is valid. */
function joinCertificates(pems: readonly string[], now: number): string {
  const kept = new Map<string, string>();
  for (const { label, der } of pems.flatMap((pem) => decodePem(pem))) {
    if (label !== "CERTIFICATE" || parseCertificate(der).notAfter < now) continue;
    kept.set(toBase64(der), encodePem("CERTIFICATE", der));
  }
  return [...kept.values()].join("");
}

function namesIn(list: string | undefined): string[] {
  if (!list) return [];
  const value: unknown = JSON.parse(list);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** "x-remote-user" as "X-Remote-User": which of both makes no difference to who reads headers. */
function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
