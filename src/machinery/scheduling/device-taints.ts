import type { DeviceTaint, DeviceToleration } from "#api/resource/v1.ts";

/** Whether the toleration lets a device with the taint be used. */
export function toleratesDevice(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  const { effect, key, operator, value } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === "Exists" || (value ?? "") === (taint.value ?? "");
}
