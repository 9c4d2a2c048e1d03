import type { APIServiceCondition } from "#api/apiregistration/v1.ts";

/** What is to be said of an APIService's availability; the time is told when it changes. */
export interface Availability {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** Of what this server answers itself. */
export const localCondition: Availability = {
  status: "True",
  reason: "Local",
  message: "Local APIServices are always available",
};

export function availableOf(
  conditions: readonly APIServiceCondition[] | undefined,
): APIServiceCondition | undefined {
  return conditions?.find(({ type }) => type === "Available");
}

/** The conditions with this one among them; its time changes when its status does. */
export function withCondition(
  conditions: readonly APIServiceCondition[] | undefined,
  { status, reason, message }: Availability,
  now: number,
): APIServiceCondition[] {
  const existing = availableOf(conditions);
  const said = { type: "Available", status, reason, message };
  const lastTransitionTime = `${new Date(now).toISOString().slice(0, 19)}Z`;
  if (!existing) return [...(conditions ?? []), { ...said, lastTransitionTime }];
  const isSame = existing.status === status && existing.lastTransitionTime !== undefined;
  const changed = { ...existing, ...said, ...(!isSame && { lastTransitionTime }) };
  return (conditions ?? []).map((one) => (one === existing ? changed : one));
}
