import type { Taint, Toleration } from "#api/core/v1.ts";

/** The first taint with one of the effects that none of the tolerations lets pass. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly Taint["effect"][],
): Taint | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations ?? []),
  );
}

export function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  const value = taint.value ?? "";
  switch (toleration.operator ?? "Equal") {
    case "Exists":
      return true;
    case "Equal":
      return Boolean(toleration.key) && (toleration.value ?? "") === value;
    case "Lt":
      return isNumber(value) && Number(value) < Number(toleration.value);
    case "Gt":
      return isNumber(value) && Number(value) > Number(toleration.value);
    default:
      return false;
  }
}

const isNumber = (text: string) => /^-?\d+$/.test(text);
