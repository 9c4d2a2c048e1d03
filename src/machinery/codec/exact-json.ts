/**
 * JSON whose integers keep their digits, as in a Go program: what 64 bits hold and a double does not
 * becomes a bigint. Everything else is what `JSON.parse` makes of it.
 */
export function parseExactJson(text: string): unknown {
  // Only what is long enough needs the reader that looks at each number.
  return longDigits.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
}

const longDigits = /\d{16}/;

function revive(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const { source = "" } = context ?? {};
  return typeof value === "number" && /^-?\d+$/.test(source) ? exactInteger(source) : value;
}

/** A double where that is as good, or where 64 bits are not enough. */
export function exactInteger(digits: string | bigint): number | bigint {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number;
  const exact = BigInt(digits);
  return BigInt.asIntN(64, exact) === exact ? exact : number;
}

/** As `JSON.stringify`, of values that may have bigints. */
export function exactJsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "bigint" ? rawJson(String(item)) : item,
    );
  }
}

/** Text that goes into JSON as it is; too new for the compiler's library. */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
