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

/**
 * As `JSON.parse`, but what is half of a pair of surrogates becomes U+FFFD, as Go's parser has it: a
 * text that has no UTF-8 could not be stored, nor be found again.
 */
export function parseJson(source: string): unknown {
  const value: unknown = JSON.parse(source);
  return surrogate.test(source) ? wellFormed(value) : value;
}

/** Only as an escape: bytes that would be one are no UTF-8. */
const surrogate = /\\u[dD][89a-fA-F]/;

/** Of a value with texts of any kind, one whose texts all have UTF-8. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isRow(value)) return value;
  const row: Row = {};
  for (const key of Object.keys(value)) setKey(row, key.toWellFormed(), wellFormed(value[key]));
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
