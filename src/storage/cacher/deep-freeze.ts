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

/**
 * Freezes a value that is about to be shared, and says whether its JSON, parsed, is the same value:
 * JSON leaves out what is undefined, and has no other numbers than finite ones.
 */
export function freezeJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      // What is frozen came from here, or out of JSON.
      if (value === null || Object.isFrozen(value)) return true;
      if (!freezeContent(value)) return false;
      Object.freeze(value);
      return true;
    default:
      return false;
  }
}

function freezeContent(value: object): boolean {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (!freezeJson(item)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    if (!freezeJson((value as Readonly<Record<string, unknown>>)[key])) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
