import type { Secret, ServiceAccount } from "#api/core/v1.ts";

/** What becomes of tokens that nobody has used for long. */
export interface TokenPlan {
  readonly secret: Secret;
  /** Whoever uses it then hears so, and has a year to say that it is needed; then it goes. */
  readonly step: "invalidate" | "delete";
}

export interface TokenState {
  readonly secrets: readonly Secret[];
  readonly accountOf: (namespace: string, name: string) => ServiceAccount | undefined;
  readonly isMounted: (secret: Secret) => boolean;
  /** The first day on which uses were noted: "2026-01-31". */
  readonly since: string | undefined;
  readonly now: number;
}

const dayMs = 24 * 60 * 60_000;
const unusedMs = 365 * dayMs;
const lastUsedLabel = "kubernetes.io/legacy-token-last-used";
export const invalidSinceLabel = "kubernetes.io/legacy-token-invalid-since";

/** Days as labels have them: of a year before or after, they compare as texts do. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Only what was made for accounts by itself goes: what somebody made, somebody may need. */
export function planTokens(state: TokenState): readonly TokenPlan[] {
  const { since, now } = state;
  if (!isDay(since) || now < Date.parse(since) + dayMs + unusedMs) return [];
  const oldMs = now - unusedMs;
  const oldDay = dayOf(oldMs);
  return state.secrets.flatMap((secret): TokenPlan[] => {
    const { creationTimestamp, deletionTimestamp, labels = {} } = secret.metadata;
    if (deletionTimestamp || Date.parse(creationTimestamp) >= oldMs) return [];
    const lastUsed = labels[lastUsedLabel];
    // What cannot be read says nothing, and is left alone.
    if (lastUsed !== undefined && (!isDay(lastUsed) || lastUsed >= oldDay)) return [];
    if (!isMadeForAccount(secret, state) || state.isMounted(secret)) return [];
    const invalidSince = labels[invalidSinceLabel];
    if (!isDay(invalidSince)) return [{ secret, step: "invalidate" }];
    return invalidSince < oldDay ? [{ secret, step: "delete" }] : [];
  });
}

function isMadeForAccount({ metadata }: Secret, { accountOf }: TokenState): boolean {
  const { annotations = {}, name, namespace = "" } = metadata;
  const accountName = annotations["kubernetes.io/service-account.name"];
  const account = accountName ? accountOf(namespace, accountName) : undefined;
  const uid = annotations["kubernetes.io/service-account.uid"];
  if (!account || (uid && uid !== account.metadata.uid)) return false;
  return account.secrets?.some((reference) => reference.name === name) ?? false;
}
