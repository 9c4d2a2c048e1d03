import { fromBase64, text } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Secret } from "#api/core/v1.ts";
import type { TokenAuthenticator } from "./token.ts";

export interface BootstrapTokenOptions {
  /** A secret of kube-system. */
  readonly findSecret: (name: string) => Promise<Secret | undefined>;
  readonly clock: Clock;
}

const tokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const ownGroup = "system:bootstrappers";

/**
 * Tokens with which new nodes come to ask for a certificate: `ID.SECRET`, kept in the secret
 * `bootstrap-token-ID`. One that is not good is nobody's, so that nothing is told of it.
 */
export function bootstrapTokenAuthenticator(options: BootstrapTokenOptions): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const [, id, secretPart] = tokenPattern.exec(token) ?? [];
      if (id === undefined || secretPart === undefined) return undefined;
      const secret = await options.findSecret(`bootstrap-token-${id}`);
      if (!secret || secret.metadata.deletionTimestamp) return undefined;
      if (secret.type !== "bootstrap.kubernetes.io/token") return undefined;
      const valueOf = (key: string) => text(fromBase64(secret.data?.[key] ?? ""));
      if (!isSame(valueOf("token-secret"), secretPart)) return undefined;
      if (valueOf("token-id") !== id) return undefined;
      if (hasExpired(valueOf("expiration"), options.clock.now())) return undefined;
      if (valueOf("usage-bootstrap-authentication") !== "true") return undefined;
      const groups = groupsOf(valueOf("auth-extra-groups"));
      if (!groups) return undefined;
      return { user: { name: `system:bootstrap:${id}`, groups }, audiences };
    },
  };
}

/** Without telling by the time it takes how much of it was right. */
function isSame(kept: string, given: string): boolean {
  if (kept.length !== given.length) return false;
  let difference = 0;
  for (let at = 0; at < kept.length; at++) {
    difference |= kept.charCodeAt(at) ^ given.charCodeAt(at);
  }
  return difference === 0;
}

/** A time that cannot be read is over. */
function hasExpired(expiration: string, now: number): boolean {
  if (!expiration) return false;
  const time = Date.parse(expiration);
  return Number.isNaN(time) || time <= now;
}

/** Sorted; undefined when one of them is none that such a token may give. */
function groupsOf(extraGroups: string): string[] | undefined {
  const extra = extraGroups === "" ? [] : extraGroups.split(",").map((group) => group.trim());
  if (extra.some((group) => !groupPattern.test(group))) return undefined;
  return [...new Set([ownGroup, ...extra])].sort();
}
