import type { Connection, UserInfo } from "../pipeline/request.ts";
import { headerValues } from "./header-values.ts";
import { decodeKey } from "./impersonation/headers.ts";

/** How a proxy that has authenticated somebody says who he is. Header names in lower case. */
export interface RequestHeaderOptions {
  /** Common names of certificates that may say so; all of the authority's when empty. */
  readonly allowedNames: readonly string[];
  /** The first one with a value counts. */
  readonly userHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  /** All values of all of them count. */
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

/** The names that upstream's documentation proposes, and kubeadm sets. */
export const usualRequestHeaders: RequestHeaderOptions = {
  allowedNames: ["front-proxy-client"],
  userHeaders: ["x-remote-user"],
  uidHeaders: ["x-remote-uid"],
  groupHeaders: ["x-remote-group"],
  extraPrefixes: ["x-remote-extra-"],
};

/** Undefined when no proxy is speaking, or one that is not allowed to. */
export function requestHeaderUser(
  options: RequestHeaderOptions,
  headers: Readonly<Record<string, string>>,
  { proxyCertificate }: Connection,
): UserInfo | undefined {
  if (!proxyCertificate) return undefined;
  const { allowedNames } = options;
  if (allowedNames.length > 0 && !allowedNames.includes(proxyCertificate.commonName)) {
    return undefined;
  }
  const first = (names: readonly string[]) =>
    names.map((name) => headerValues(headers[name])[0]).find(Boolean) ?? "";
  const name = first(options.userHeaders);
  if (!name) return undefined;
  const uid = first(options.uidHeaders);
  const extra = extraOf(options.extraPrefixes, headers);
  return {
    name,
    ...(uid && { uid }),
    groups: options.groupHeaders.flatMap((header) => headerValues(headers[header]).filter(Boolean)),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function extraOf(
  prefixes: readonly string[],
  headers: Readonly<Record<string, string>>,
): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const prefix of prefixes) {
    for (const [header, value] of Object.entries(headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = decodeKey(header.slice(prefix.length));
      (extra[key] ??= []).push(...headerValues(value));
    }
  }
  return extra;
}
