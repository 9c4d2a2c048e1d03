import { typeNameOf } from "../matching.ts";
import { compareText, isInt } from "../operators.ts";
import { formatDouble } from "../stdlib.ts";
import { formatDuration, formatTimestamp } from "../time.ts";
import {
  Double,
  Duration,
  ErrorValue,
  MapValue,
  type Result,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from "../values.ts";

/** `"%s has %d".format([name, count])`. */
export function formatString(template: string, args: readonly Value[]): Result {
  let next = 0;
  let failed: string | undefined;
  const text = template.replace(/%(?:%|(\.\d+)?(.?))/gs, (whole, precision?: string, verb = "") => {
    if (whole === "%%" || failed !== undefined) return "%";
    if (next >= args.length) {
      failed = `index ${next} out of range`;
      return "";
    }
    const argument = args[next++] ?? null;
    const formatted = formatArgument(verb, argument, Number(precision?.slice(1) ?? 6));
    if (typeof formatted === "string") return formatted;
    failed = formatted.message;
    return "";
  });
  return failed === undefined ? text : new ErrorValue(failed);
}

function formatArgument(verb: string, value: Value, precision: number): string | ErrorValue {
  switch (verb) {
    case "s":
      return plainText(value);
    case "d":
      if (isInt(value)) return String(value);
      if (value instanceof Uint) return String(value.value);
      return mistake("decimal", "integers", value);
    case "f":
      return fixedPoint(value, precision);
    case "e":
      return scientific(value);
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      if (isInt(value) || value instanceof Uint) return wholeOf(value).toString(2);
      return mistake("binary", "integers and bools", value);
    case "o":
      if (isInt(value) || value instanceof Uint) return wholeOf(value).toString(8);
      return mistake("octal", "integers", value);
    case "x":
    case "X": {
      const text = hexadecimal(value);
      return typeof text === "string" && verb === "X" ? text.toUpperCase() : text;
    }
    default:
      return new ErrorValue(
        `could not parse formatting clause: unrecognized formatting clause "${verb}"`,
      );
  }
}

const wholeOf = (value: number | bigint | Uint) =>
  BigInt(value instanceof Uint ? value.value : value);

function mistake(clause: string, allowed: string, value: Value): ErrorValue {
  const given = typeNameOf(value);
  return new ErrorValue(
    `error during formatting: ${clause} clause can only be used on ${allowed}, was given ${given}`,
  );
}

const special = (value: number) =>
  Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

/** Doubles, and the texts that stand for what JSON has no number for. */
function numberOf(value: Value): number | undefined {
  if (value instanceof Double) return value.value;
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

/** As English writes numbers: with commas between thousands. */
function fixedPoint(value: Value, precision: number): string | ErrorValue {
  const number = numberOf(value);
  if (number === undefined) return mistake("fixed-point", "doubles", value);
  if (!Number.isFinite(number)) return symbol(number);
  const [whole = "", fraction] = number.toFixed(precision).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Upstream's English formatter gives six digits, whatever is asked for. */
function scientific(value: Value): string | ErrorValue {
  const number = numberOf(value);
  if (number === undefined) return mistake("scientific", "doubles", value);
  if (!Number.isFinite(number)) return symbol(number);
  const [mantissa = "", exponent = ""] = number.toExponential(6).split("e");
  const digits = exponent.slice(1).padStart(2, "0");
  const raised = Array.from(digits, (digit) => superscripts[Number(digit)]).join("");
  return `${mantissa}×10${exponent.startsWith("-") ? "⁻" : ""}${raised}`;
}

const symbol = (value: number) => (Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞");

function hexadecimal(value: Value): string | ErrorValue {
  if (isInt(value) || value instanceof Uint) return wholeOf(value).toString(16);
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array))
    return mistake("hex", "integers, byte buffers, and strings", value);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function plainText(value: Value): string | ErrorValue {
  if (value === null) return "null";
  if (typeof value === "string" || typeof value === "boolean" || isInt(value)) return String(value);
  if (value instanceof Double) {
    return Number.isFinite(value.value) ? formatDouble(value.value) : special(value.value);
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (Array.isArray(value)) return inside("[", (value as readonly Value[]).map(partText), "]");
  if (value instanceof MapValue) return mapText(value);
  return mistake(
    "string",
    "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
    value,
  );
}

/** What stands in a list or map: texts are quoted, doubles have six digits. */
function partText(value: Value): string | ErrorValue {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Double && Number.isFinite(value.value)) return value.value.toFixed(6);
  if (value instanceof TypeValue) return `type(${value.name})`;
  const text = plainText(value);
  if (text instanceof ErrorValue) return text;
  if (value instanceof Uint8Array) return `b${JSON.stringify(text)}`;
  return value instanceof Double ? JSON.stringify(text) : text;
}

function mapText(map: MapValue): string | ErrorValue {
  const entries: string[] = [];
  for (const key of map.keys()) {
    const found = map.get(key) ?? null;
    const [name, item] = [partText(key), found instanceof ErrorValue ? found : partText(found)];
    if (name instanceof ErrorValue) return name;
    if (item instanceof ErrorValue) return item;
    entries.push(`${name}:${item}`);
  }
  return inside("{", entries.toSorted(compareText), "}");
}

function inside(open: string, parts: readonly (string | ErrorValue)[], close: string) {
  const texts: string[] = [];
  for (const part of parts) {
    if (part instanceof ErrorValue) return part;
    texts.push(part);
  }
  return open + texts.join(", ") + close;
}
