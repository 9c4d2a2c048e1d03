/** Freezes a decoded object through and through: readers share it, so none may change it. */
export function deepFreeze<T>(value: T): T {
  if (isObject(value)) freeze(value);
  return value;
}

/** Without lists of values, and calls for what is no object: every object that is read comes by. */
function freeze(value: object): void {
  // The elements of typed arrays cannot be frozen.
  if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (isObject(item)) freeze(item);
    return;
  }
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    if (isObject(inner)) freeze(inner);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
