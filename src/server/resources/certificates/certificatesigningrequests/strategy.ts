import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from "#api/certificates/v1.ts";

type Request = Readonly<CertificateSigningRequest>;

export function conditionsOf(
  { status }: Request,
  type: string,
): readonly CertificateSigningRequestCondition[] {
  return (status.conditions ?? []).filter((condition) => condition.type === type);
}

/** A signer may not touch what the approver decided; who adds or removes it is refused later. */
export function keepDecisions(request: CertificateSigningRequest, old: Request): void {
  const { conditions } = request.status;
  if (!conditions) return;
  for (const type of ["Approved", "Denied"]) {
    const kept = [...conditionsOf(old, type)];
    if (kept.length !== conditionsOf(request, type).length) continue;
    for (const [index, condition] of conditions.entries()) {
      const stored = condition.type === type ? kept.shift() : undefined;
      if (stored) conditions[index] = stored;
    }
  }
}

/** Conditions say when they were written and when they last changed, whoever writes them. */
export function completeTimes(
  { status }: CertificateSigningRequest,
  old: Request,
  nowMs: number,
): void {
  const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  for (const [index, condition] of (status.conditions ?? []).entries()) {
    const known = conditionsOf(old, condition.type).find(
      (stored) => stored.status === condition.status && stored.lastTransitionTime,
    );
    status.conditions?.splice(index, 1, {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? known?.lastTransitionTime ?? now,
    });
  }
}
