import {
  encodeRune,
  isPrintable,
  isValidRune,
  runeAt,
  runeCount,
  runeError,
} from "./byte-string.ts";
import type { ByteString } from "./byte-string.ts";
import { formatFloat } from "./numbers.ts";
import type { FloatVerb } from "./numbers.ts";
import { canBackquote, quote } from "./quote.ts";
import {
  fromJson,
  GoComplex,
  GoFloat,
  GoInteger,
  isList,
  sortedEntries,
  typeOf,
} from "./values.ts";
import type { GoValue } from "./values.ts";

/** Formats as Go's fmt.Sprintf does; what does not fit together is shown in the text: `%!d(string=x)`. */
export function sprintf(format: ByteString, values: readonly GoValue[]): ByteString {
  return new FormatReader(format, values).read();
}

/** All values by %v; a space stands between two that are no strings. */
export function sprint(values: readonly GoValue[]): ByteString {
  let result = "";
  let afterString = false;
  values.forEach((value, index) => {
    const isString = typeof value === "string";
    if (index > 0 && !isString && !afterString) result += " ";
    result += show(value, "v");
    afterString = isString;
  });
  return result;
}

/** All values by %v, with spaces between and a newline at the end. */
export function sprintln(values: readonly GoValue[]): ByteString {
  return `${values.map((value) => show(value, "v")).join(" ")}\n`;
}

/** One value by one verb without flags. */
export function show(value: GoValue, verb: "v" | "s"): ByteString {
  return formatValue(value, verb, noFlags);
}

/** By %#v: as Go's source would write it. */
export function goSyntax(value: GoValue): ByteString {
  return formatValue(value, "v", { ...noFlags, goSyntax: true });
}

interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** Of %#v. */
  readonly goSyntax: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const noFlags: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  goSyntax: false,
  width: undefined,
  precision: undefined,
};

function formatValue(value: GoValue, verb: ByteString, flags: Flags): ByteString {
  if (value === null) {
    return verb === "v" || verb === "T" ? pad("<nil>", flags) : `%!${verb}(<nil>)`;
  }
  if (verb === "T") return pad(truncate(typeOf(value), flags), flags);
  return formatKnown(value, verb, flags);
}

function formatKnown(value: Exclude<GoValue, null>, verb: ByteString, flags: Flags): ByteString {
  let result: ByteString | undefined;
  if (typeof value === "string") result = formatString(value, verb, flags);
  else if (typeof value === "boolean") {
    if (verb === "t" || verb === "v") result = pad(String(value), flags);
  } else if (value instanceof GoInteger) result = formatInteger(value, verb, flags);
  else if (value instanceof GoFloat) result = formatFloat64(value.value, verb, flags);
  else if (value instanceof GoComplex) result = formatComplex(value, verb, flags);
  else if (verb === "p") result = undefined;
  else if (isList(value)) {
    const items = value.map((item) => formatHeld(fromJson(item), verb, flags));
    return flags.goSyntax ? `[]interface {}{${items.join(", ")}}` : `[${items.join(" ")}]`;
  } else {
    const entries = sortedEntries(value).map(
      ([key, held]) => `${formatKnown(key, verb, flags)}:${formatHeld(held, verb, flags)}`,
    );
    return flags.goSyntax
      ? `map[string]interface {}{${entries.join(", ")}}`
      : `map[${entries.join(" ")}]`;
  }
  return result ?? `%!${verb}(${typeOf(value)}=${formatKnown(value, "v", flags)})`;
}

/** What a list or map holds: there a nil fits every verb. */
function formatHeld(value: GoValue, verb: ByteString, flags: Flags): ByteString {
  if (value === null) return flags.goSyntax ? "interface {}(nil)" : "<nil>";
  return formatKnown(value, verb, flags);
}

function formatString(value: ByteString, verb: ByteString, flags: Flags): ByteString | undefined {
  switch (verb) {
    case "v":
      return flags.goSyntax ? formatQuoted(value, flags) : pad(truncate(value, flags), flags);
    case "s":
      return pad(truncate(value, flags), flags);
    case "q":
      return formatQuoted(value, flags);
    case "x":
      return pad(formatBytes(value, flags), flags);
    case "X":
      return pad(formatBytes(value, flags).toUpperCase(), flags);
    default:
      return undefined;
  }
}

function formatQuoted(value: ByteString, flags: Flags): ByteString {
  const shown = truncate(value, flags);
  if (flags.sharp && canBackquote(shown)) return pad(`\`${shown}\``, flags);
  return pad(quote(shown, { asciiOnly: flags.plus }), flags);
}

function formatBytes(value: ByteString, { precision, sharp, space }: Flags): string {
  const bytes = Array.from(value.slice(0, precision), (byte) =>
    byte.charCodeAt(0).toString(16).padStart(2, "0"),
  );
  if (bytes.length === 0) return "";
  const prefix = sharp ? "0x" : "";
  return space ? bytes.map((byte) => prefix + byte).join(" ") : prefix + bytes.join("");
}

/** To as many characters as the precision says. */
function truncate(value: ByteString, { precision }: Flags): ByteString {
  if (precision === undefined) return value;
  let at = 0;
  for (let left = precision; left > 0 && at < value.length; left--) at += runeAt(value, at).size;
  return value.slice(0, at);
}

function pad(text: ByteString, { width = 0, minus, zero }: Flags): ByteString {
  const missing = width - runeCount(text);
  if (missing <= 0) return text;
  if (minus) return text + " ".repeat(missing);
  return (zero ? "0" : " ").repeat(missing) + text;
}

function formatInteger(
  { type, value }: GoInteger,
  verb: ByteString,
  flags: Flags,
): ByteString | undefined {
  switch (verb) {
    case "v":
      return flags.goSyntax && type === "uint8"
        ? digitsOf(value, "x", { ...flags, sharp: true })
        : digitsOf(value, "d", flags);
    case "d":
    case "b":
    case "o":
    case "O":
    case "x":
    case "X":
      return digitsOf(value, verb, flags);
    case "c":
      return pad(encodeRune(runeOf(value)), flags);
    case "q":
      return pad(quote(encodeRune(runeOf(value)), { quote: "'", asciiOnly: flags.plus }), flags);
    case "U":
      return formatUnicode(value, flags);
    default:
      return undefined;
  }
}

const radixes = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 } as const;

function digitsOf(value: bigint, verb: keyof typeof radixes, flags: Flags): string {
  const { precision, width, zero, minus, plus, space, sharp } = flags;
  if (precision === 0 && value === 0n) return " ".repeat(width ?? 0);
  const sign = value < 0n ? "-" : plus ? "+" : space ? " " : "";
  let least = precision ?? 0;
  // Zeros on the left are digits, which the sign stands in front of.
  if (precision === undefined && zero && !minus) least = (width ?? 0) - sign.length;
  const radix = radixes[verb];
  let text = (value < 0n ? -value : value).toString(radix).padStart(least, "0");
  if (sharp && radix === 2) text = `0b${text}`;
  if (sharp && radix === 8 && !text.startsWith("0")) text = `0${text}`;
  if (sharp && radix === 16) text = `0x${text}`;
  if (verb === "X") text = text.toUpperCase();
  if (verb === "O") text = `0o${text}`;
  return pad(sign + text, { ...flags, zero: false });
}

function runeOf(value: bigint): number {
  return value >= 0n && value <= 0x10ffffn ? Number(value) : runeError;
}

function formatUnicode(value: bigint, flags: Flags): ByteString {
  const code = BigInt.asUintN(64, value);
  const digits = code.toString(16).toUpperCase();
  const text = `U+${digits.padStart(Math.max(4, flags.precision ?? 0), "0")}`;
  const isShown = flags.sharp && code <= 0x10ffffn && isPrintable(Number(code));
  const character = isShown && isValidRune(Number(code)) ? ` '${encodeRune(Number(code))}'` : "";
  return pad(text + character, { ...flags, zero: false });
}

function formatComplex(
  { real, imaginary }: GoComplex,
  verb: ByteString,
  flags: Flags,
): ByteString | undefined {
  const left = formatFloat64(real, verb, flags);
  const right = formatFloat64(imaginary, verb, { ...flags, plus: true });
  return left === undefined ? undefined : `(${left}${right}i)`;
}

function formatFloat64(value: number, verb: ByteString, flags: Flags): string | undefined {
  const known: Readonly<Record<string, readonly [FloatVerb, number]>> = {
    v: ["g", -1],
    b: ["b", -1],
    g: ["g", -1],
    G: ["G", -1],
    x: ["x", -1],
    X: ["X", -1],
    f: ["f", 6],
    F: ["f", 6],
    e: ["e", 6],
    E: ["E", 6],
  };
  const form = known[verb];
  if (!form) return undefined;
  const [kind, usual] = form;
  const precision = flags.precision ?? usual;
  let text = formatFloat(value, kind, precision);
  const isNegative = text.startsWith("-");
  if (isNegative) text = text.slice(1);
  const sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  if (flags.sharp && kind !== "b") text = withZeros(text, verb, precision);
  if (sign && flags.zero && !flags.minus) {
    return sign + pad(text, { ...flags, width: (flags.width ?? 0) - 1 });
  }
  return pad(sign + text, flags);
}

/** With the decimal point and the zeros that "#" asks for. */
function withZeros(text: string, verb: ByteString, precision: number): string {
  const [, number = "", tail = ""] = (verb === "x" || verb === "X"
    ? /^(.*?)([pP].*)?$/
    : /^(.*?)([eEpP].*)?$/
  ).exec(text) ?? [text];
  let missing = "vgGx".includes(verb) ? (precision < 0 ? 6 : precision) : 0;
  missing -= number.replace(/^[0.]+/, "").replace(".", "").length;
  const hasPoint = number.includes(".");
  if (!hasPoint && number === "0") missing--;
  return number + (hasPoint ? "" : ".") + "0".repeat(Math.max(0, missing)) + tail;
}

/** Reads a format from left to right and takes the values that it asks for. */
class FormatReader {
  readonly #format: ByteString;
  readonly #values: readonly GoValue[];
  #at = 0;
  #next = 0;
  /** Some value was asked for by its number: then none counts as too many. */
  #reordered = false;
  #goodNumber = true;
  #afterNumber = false;
  #result = "";

  constructor(format: ByteString, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  read(): ByteString {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf("%", this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      this.#result += this.#format.slice(this.#at, end);
      this.#at = end + 1;
      if (percent >= 0) this.#directive();
    }
    if (!this.#reordered && this.#next < this.#values.length) this.#extra();
    return this.#result;
  }

  #directive(): void {
    this.#goodNumber = true;
    this.#afterNumber = false;
    const flags = this.#flags();
    this.#number();
    const { width, turned } = this.#width();
    const precision = this.#precision();
    if (!this.#afterNumber) this.#number();
    if (this.#at >= this.#format.length) {
      this.#result += "%!(NOVERB)";
      return;
    }
    const { size } = runeAt(this.#format, this.#at);
    const verb = this.#format.slice(this.#at, this.#at + size);
    this.#at += size;
    const minus = flags.minus || turned;
    this.#verb(verb, { ...flags, minus, zero: flags.zero && !turned, width, precision });
  }

  #verb(verb: ByteString, flags: Flags): void {
    if (verb === "%") this.#result += "%";
    else if (!this.#goodNumber) this.#result += `%!${verb}(BADINDEX)`;
    else if (this.#next >= this.#values.length) this.#result += `%!${verb}(MISSING)`;
    else {
      const value = this.#values[this.#next++] ?? null;
      const isV = verb === "v" || verb === "w";
      const changed = isV ? { goSyntax: flags.sharp, sharp: false, plus: false } : {};
      this.#result += formatValue(value, verb, { ...flags, ...changed });
    }
  }

  #flags(): Flags {
    const [text = ""] = /^[#0+\- ]*/.exec(this.#format.slice(this.#at)) ?? [];
    this.#at += text.length;
    return {
      ...noFlags,
      plus: text.includes("+"),
      minus: text.includes("-"),
      sharp: text.includes("#"),
      space: text.includes(" "),
      zero: text.includes("0"),
    };
  }

  #width(): { width: number | undefined; turned: boolean } {
    if (this.#format[this.#at] !== "*") {
      const width = this.#digits();
      if (this.#afterNumber && width !== undefined) this.#goodNumber = false;
      return { width, turned: false };
    }
    this.#at++;
    this.#afterNumber = false;
    const width = this.#valueAsNumber();
    if (width === undefined) this.#result += "%!(BADWIDTH)";
    return { width: width && Math.abs(width), turned: (width ?? 0) < 0 };
  }

  #precision(): number | undefined {
    // A point at the very end is read as a verb.
    if (this.#format[this.#at] !== "." || this.#at + 1 === this.#format.length) return undefined;
    this.#at++;
    if (this.#afterNumber) this.#goodNumber = false;
    this.#number();
    if (this.#format[this.#at] !== "*") return this.#digits() ?? 0;
    this.#at++;
    this.#afterNumber = false;
    const precision = this.#valueAsNumber();
    if (precision !== undefined && precision >= 0) return precision;
    this.#result += "%!(BADPREC)";
    return undefined;
  }

  /** `[3]`: which value is meant, from 1. */
  #number(): void {
    this.#afterNumber = false;
    if (this.#format[this.#at] !== "[") return;
    this.#reordered = true;
    const close = this.#format.indexOf("]", this.#at + 1);
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#goodNumber = false;
      this.#at++;
      return;
    }
    const text = this.#format.slice(this.#at + 1, close);
    const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    this.#at = close + 1;
    this.#afterNumber = /^\d+$/.test(text);
    if (number >= 1 && number <= this.#values.length) this.#next = number - 1;
    else this.#goodNumber = false;
  }

  #digits(): number | undefined {
    const [text = ""] = /^\d+/.exec(this.#format.slice(this.#at)) ?? [];
    if (Number(text) > widthMax) {
      this.#at = this.#format.length;
      return undefined;
    }
    this.#at += text.length;
    return text === "" ? undefined : Number(text);
  }

  #valueAsNumber(): number | undefined {
    if (this.#next >= this.#values.length) return undefined;
    const value = this.#values[this.#next++];
    if (!(value instanceof GoInteger)) return undefined;
    const number = Number(value.value);
    return Math.abs(number) > widthMax ? undefined : number;
  }

  #extra(): void {
    const shown = this.#values
      .slice(this.#next)
      .map((value) => (value === null ? "<nil>" : `${typeOf(value)}=${show(value, "v")}`));
    this.#result += `%!(EXTRA ${shown.join(", ")})`;
  }
}

const widthMax = 1_000_000;
