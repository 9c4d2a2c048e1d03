import { invariant } from "#base/invariant.ts";

export type FloatVerb = "b" | "e" | "E" | "f" | "g" | "G" | "x" | "X";

/**
 * Formats a float64. A precision of -1 means as many digits as tell it from all others. Halves
 * are rounded to even, by the exact decimal value, which `toFixed` does not do.
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (!Number.isFinite(value)) return sign ? "-Inf" : "+Inf";
  const positive = Math.abs(value);
  switch (verb) {
    case "b": {
      const { mantissa, exponent } = parts(positive);
      return `${sign}${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
    }
    case "x":
      return sign + hexadecimal(positive, precision);
    case "X":
      return sign + hexadecimal(positive, precision).toUpperCase();
    case "e":
    case "E": {
      const digits = precision < 0 ? shortest(positive) : significant(positive, precision + 1);
      return sign + exponential(digits, precision < 0 ? digits.text.length - 1 : precision, verb);
    }
    case "f":
      return sign + (precision < 0 ? plain(shortest(positive)) : fixed(positive, precision));
    case "g":
    case "G":
      return sign + general(positive, precision, verb === "g" ? "e" : "E");
    default:
      return verb satisfies never;
  }
}

/** Digits d1 d2 … of d1.d2… × 10^exponent, without zeros at the end. */
interface Digits {
  readonly text: string;
  readonly exponent: number;
}

function shortest(value: number): Digits {
  if (value === 0) return { text: "0", exponent: 0 };
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  return { text: digits.replace(".", ""), exponent: Number(exponent) };
}

/** Rounded to that many digits. */
function significant(value: number, count: number): Digits {
  if (value === 0) return { text: "0", exponent: 0 };
  let { exponent } = shortest(value);
  let scaled = scale(value, count - 1 - exponent).toString();
  // The fewest digits may lie on the other side of a power of ten than the value itself.
  if (scaled.length !== count) {
    exponent += scaled.length - count;
    scaled = scale(value, count - 1 - exponent).toString();
  }
  return { text: scaled.replace(/0+$/, "") || "0", exponent };
}

function fixed(value: number, decimals: number): string {
  const text = scale(value, decimals)
    .toString()
    .padStart(decimals + 1, "0");
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

function plain({ text, exponent }: Digits): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${text}`;
  const whole = text.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = text.slice(exponent + 1);
  return fraction ? `${whole}.${fraction}` : whole;
}

function exponential({ text, exponent }: Digits, decimals: number, letter: string): string {
  const fraction = text.slice(1, decimals + 1).padEnd(decimals, "0");
  const power = String(Math.abs(exponent)).padStart(2, "0");
  const mantissa = decimals > 0 ? `${text.charAt(0)}.${fraction}` : text.charAt(0);
  return `${mantissa}${letter}${exponent < 0 ? "-" : "+"}${power}`;
}

function general(value: number, precision: number, letter: string): string {
  const wanted = Math.max(precision, 1);
  const digits = precision < 0 ? shortest(value) : significant(value, wanted);
  const count = digits.text.length;
  const limit = precision < 0 ? 6 : count > digits.exponent ? Math.min(wanted, count) : wanted;
  const isPlain = digits.exponent >= -4 && digits.exponent < limit;
  return isPlain ? plain(digits) : exponential(digits, count - 1, letter);
}

/** value × 10^power, rounded half to even. */
function scale(value: number, power: number): bigint {
  const { mantissa, exponent } = parts(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  return divideToEven(numerator, denominator);
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** value = mantissa × 2^exponent, with a mantissa of 53 bits unless it is denormal. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function hexadecimal(value: number, precision: number): string {
  let { mantissa, exponent } = parts(value);
  if (mantissa === 0n) {
    return precision > 0 ? `0x0.${"0".repeat(precision)}p+00` : "0x0p+00";
  }
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  let digits = 13;
  if (precision >= 0 && precision < 13) {
    digits = precision;
    mantissa = divideToEven(mantissa, 1n << BigInt(4 * (13 - precision)));
    if (mantissa >= 2n << BigInt(4 * precision)) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const text = mantissa.toString(16);
  let fraction = text.slice(1).padEnd(Math.max(precision, digits), "0");
  if (precision < 0) fraction = fraction.replace(/0+$/, "");
  const power = exponent + 52;
  const shown = `${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return `0x${text.charAt(0)}${fraction ? `.${fraction}` : ""}p${shown}`;
}

/** A literal as Go's source has it: `-12`, `0x_ff`, `0o17`, `1_000`. Undefined: it is none. */
export function parseInteger(text: string): bigint | undefined {
  const match =
    /^([+-]?)(?:(0[xX])((?:_?[\da-fA-F])+)|(0[bB])((?:_?[01])+)|(0[oO]?)((?:_?[0-7])+)|(0|[1-9](?:_?\d)*))$/.exec(
      text,
    );
  if (!match) return undefined;
  const [, sign, , hex, , binary, , octal, decimal] = match;
  const digits = hex ?? binary ?? octal ?? decimal;
  invariant(digits !== undefined, "one of the alternatives matched");
  const prefix = hex ? "0x" : binary ? "0b" : octal ? "0o" : "";
  const value = BigInt(prefix + digits.replaceAll("_", ""));
  return sign === "-" ? -value : value;
}

/** A literal with a point or an exponent, hexadecimal ones included. Undefined: it is none. */
export function parseFloat64(text: string): number | undefined {
  const hex =
    /^([+-]?)0[xX]((?:_?[\da-fA-F])*)(?:\.([\da-fA-F](?:_?[\da-fA-F])*)?)?[pP]([+-]?\d+)$/;
  const parsed = hex.exec(text);
  if (parsed) {
    const [, sign, whole = "", fraction = "", power] = parsed.map((part) =>
      part?.replaceAll("_", ""),
    );
    if (!whole && !fraction) return undefined;
    const shift = Number(power) - 4 * fraction.length;
    const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** shift;
    return sign === "-" ? -value : value;
  }
  const digits = text.replace(/(?<=\d)_(?=\d)/g, "");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}
