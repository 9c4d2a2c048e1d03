/** Freezes a decoded object through and through: readers share it, so none may change it. */
export function deepFreeze<T>(value: T): T {
  // The elements of typed arrays cannot be frozen.
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
