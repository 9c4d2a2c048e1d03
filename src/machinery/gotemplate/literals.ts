import type { ByteString } from "../go/byte-string.ts";
import { parseFloat64, parseInteger } from "../go/numbers.ts";
import { quote, unquoteCharacter } from "../go/quote.ts";
import { GoComplex, GoFloat, GoInteger } from "../go/values.ts";
import type { NumberLiteral } from "./syntax.ts";

/** A text that is no number of Go's. */
export class LiteralError extends Error {
  override name = "LiteralError";
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;

/** `'x'`: the number of a character. Throws `LiteralError`. */
export function characterLiteral(text: ByteString): NumberLiteral {
  const character = unquoteCharacter(text, 1, "'");
  if (!character) throw new LiteralError("invalid syntax");
  if (text.slice(1 + character.size) !== "'") {
    throw new LiteralError(`malformed character constant: ${text}`);
  }
  return { kind: "number", text, value: new GoInteger("int", character.code) };
}

/** `1+2i`. Throws `LiteralError`. */
export function complexLiteral(text: ByteString): NumberLiteral {
  const split = /^(.+?)((?<![eEpP])[+-].*)i$/.exec(text);
  const real = float(split?.[1] ?? "");
  const imaginary = float(split?.[2] ?? "");
  if (real === undefined || imaginary === undefined) {
    throw new LiteralError("syntax error scanning complex number");
  }
  return { kind: "number", text, value: new GoComplex(real, imaginary) };
}

/** `12`, `0x1f`, `1_000`, `2.5e3`, `3i`. Throws `LiteralError`. */
export function numberLiteral(text: ByteString): NumberLiteral {
  const imaginary = text.endsWith("i") ? float(text.slice(0, -1)) : undefined;
  if (imaginary !== undefined) return { kind: "number", text, value: new GoComplex(0, imaginary) };
  const whole = parseInteger(text);
  if (whole !== undefined && whole >= int64Min && whole <= int64Max) {
    return { kind: "number", text, value: new GoInteger("int", whole) };
  }
  // It is a number, but no type of a template's constants holds it.
  if (whole !== undefined && whole >= 0 && whole <= uint64Max && !text.startsWith("+")) {
    return { kind: "number", text, value: undefined };
  }
  const value = parseFloat64(text) ?? (whole === undefined ? undefined : Number(whole));
  if (value === undefined) throw new LiteralError(`illegal number syntax: ${quote(text)}`);
  if (!/[.eEpP]/.test(text)) throw new LiteralError(`integer overflow: ${quote(text)}`);
  return { kind: "number", text, value: new GoFloat(value) };
}

function float(text: string): number | undefined {
  const whole = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  return whole ?? parseFloat64(text);
}
