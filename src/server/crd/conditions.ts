import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from "#api/apiextensions/v1.ts";

export type Condition = CustomResourceDefinitionCondition;
export type ConditionDraft = Pick<Condition, "type" | "status" | "reason" | "message">;

export function conditionOf(
  { status }: CustomResourceDefinition,
  type: string,
): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(crd: CustomResourceDefinition, type: string): boolean {
  return conditionOf(crd, type)?.status === "True";
}

/** The conditions with this one among them; its time changes when its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  draft: ConditionDraft,
  now: string,
): Condition[] {
  const all = conditions ?? [];
  const existing = all.find(({ type }) => type === draft.type);
  if (!existing) return [...all, { ...draft, lastTransitionTime: now }];
  const isSame = existing.status === draft.status && existing.lastTransitionTime !== undefined;
  const lastTransitionTime = isSame ? existing.lastTransitionTime : now;
  const changed = { ...existing, ...draft, ...(lastTransitionTime && { lastTransitionTime }) };
  return all.map((condition) => (condition === existing ? changed : condition));
}
