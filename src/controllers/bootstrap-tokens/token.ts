import { fromBase64, text } from "#base/bytes.ts";
import type { Secret } from "#api/core/v1.ts";

/** With which new nodes find a cluster that they can trust, and come in. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

/** Of kube-system: no other secrets are bootstrap tokens. */
export const tokenQuery = {
  namespace: "kube-system",
  fieldSelector: "type=bootstrap.kubernetes.io/token",
};

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** In milliseconds since the epoch; undefined: never. A time that cannot be read is over. */
export function endOf(secret: Secret): number | undefined {
  const time = valueOf(secret, "expiration");
  if (!time) return undefined;
  const end = rfc3339.test(time) ? Date.parse(time) : NaN;
  return Number.isNaN(end) ? -Infinity : end;
}

/** The token if it may sign, and still does. */
export function signingToken(secret: Secret, now: number): BootstrapToken | undefined {
  const id = valueOf(secret, "token-id");
  const key = valueOf(secret, "token-secret");
  if (!/^[a-z0-9]{6}$/.test(id) || secret.metadata.name !== `bootstrap-token-${id}`)
    return undefined;
  if (!key || valueOf(secret, "usage-bootstrap-signing") !== "true") return undefined;
  const end = endOf(secret);
  return end !== undefined && end <= now ? undefined : { id, secret: key };
}

function valueOf({ data }: Secret, key: string): string {
  return text(fromBase64(data?.[key] ?? ""));
}
