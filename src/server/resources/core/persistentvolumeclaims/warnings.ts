import type { PersistentVolumeClaim } from "#api/core/v1.ts";
import { parseQuantity } from "#schema/quantity.ts";

const classAnnotation = "volume.beta.kubernetes.io/storage-class";
const nanosPerUnit = 1_000_000_000n;

export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[classAnnotation] !== undefined) {
    warnings.push(
      `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" ` +
        "attribute instead",
    );
  }
  for (const part of ["requests", "limits"] as const) {
    const amount = spec.resources[part]?.["storage"];
    const nanos = amount === undefined ? undefined : parseQuantity(amount)?.nanos;
    if (nanos === undefined || nanos % nanosPerUnit === 0n) continue;
    warnings.push(
      `spec.resources.${part}[storage]: fractional byte value ${JSON.stringify(amount)} is ` +
        "invalid, must be an integer",
    );
  }
  return warnings;
}
