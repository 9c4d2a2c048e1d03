/** Any JSON object. */
export type Row = Record<string, unknown>;

/** A deep copy of a JSON value: several times faster than `structuredClone`. */
export function cloneJson<T>(value: T): T {
  return clone(value) as T;
}

function clone(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const item of value) list.push(clone(item));
    return list;
  }
  const row: Row = {};
  for (const key of Object.keys(value)) setKey(row, key, clone((value as Row)[key]));
  return row;
}

/** Assigns also what is named "__proto__", which users may send and plain assignment would obey. */
export function setKey(row: Row, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(row, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else row[key] = value;
}

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
