import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import { usualRequestHeaders } from "#server/authn/request-header.ts";
import type { Access } from "./access.ts";
import type { ClusterPki } from "./pki.ts";
import { frontProxyName } from "./pki.ts";

/** Who may say in headers who asks. */
export interface ProxyTrust {
  readonly options: RequestHeaderOptions;
  /** PEM; may hold several. */
  readonly authority: string;
}

/**
 * Servers behind APIServices trust what this one trusts: besides the proxies that somebody has set
 * up in front of it, it is one itself.
 */
export function proxyTrust(
  { options: { requestHeader }, requestHeaderAuthority }: Access,
  { frontProxyAuthority }: Pick<ClusterPki, "frontProxyAuthority">,
): ProxyTrust {
  const own = frontProxyAuthority.certificatePem;
  if (!requestHeader || requestHeaderAuthority === undefined) {
    return { options: usualRequestHeaders, authority: own };
  }
  const { allowedNames } = requestHeader;
  // Where all names are allowed, this one is too.
  const names = allowedNames.length > 0 ? [...new Set([...allowedNames, frontProxyName])] : [];
  return {
    options: { ...requestHeader, allowedNames: names },
    authority: joinPem(requestHeaderAuthority, own),
  };
}

export function joinPem(foreign: string | undefined, own: string): string {
  return foreign === undefined ? own : `${foreign.trimEnd()}\n${own}`;
}
