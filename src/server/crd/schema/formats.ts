import { parseDuration } from "#base/duration.ts";
import { isCidr, isIpv4, isIpv6 } from "#machinery/validation/names.ts";

type Test = (value: string) => boolean;

const matches =
  (pattern: RegExp): Test =>
  (value) =>
    pattern.test(value);

const uuid = (version: string, variant = "[0-9a-f]") =>
  matches(
    new RegExp(
      `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
      "i",
    ),
  );

const label = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";

/** Formats of strings that upstream checks, by their names without dashes. */
const stringFormats: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["bsonobjectid", matches(/^[0-9a-f]{24}$/i)],
  ["uri", matches(/^(?:\/|[a-z][a-z0-9+.-]*:)[^\s\p{Cc}]*$/iu)],
  ["email", matches(/^(?:[^<>@]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/)],
  ["hostname", isHostname],
  ["ipv4", (value) => isIpv4(value).length === 0],
  ["ipv6", (value) => isIpv6(value).length === 0],
  ["cidr", (value) => isCidr(value).length === 0],
  [
    "mac",
    matches(
      /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4,6}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4}$/i,
    ),
  ],
  ["uuid", uuid("[0-9a-f]")],
  ["uuid3", uuid("3")],
  ["uuid4", uuid("4", "[89ab]")],
  ["uuid5", uuid("5", "[89ab]")],
  ["isbn", (value) => isIsbn10(value) || isIsbn13(value)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ["hexcolor", matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ["rgbcolor", isRgbColor],
  ["byte", matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ["password", () => true],
  ["date", isDate],
  ["duration", isDuration],
  ["datetime", isDateTime],
  ["k8sshortname", (value) => value.length <= 63 && new RegExp(`^${label}$`).test(value)],
  [
    "k8slongname",
    (value) => value.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(value),
  ],
]);

const numberFormats: Readonly<Record<string, readonly string[]>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** Whether upstream knows the format for values of the type. Others are ignored, with a warning. */
export function isKnownFormat(format: string, type = ""): boolean {
  if (type === "" || type === "string") return stringFormats.has(normalized(format));
  return numberFormats[type]?.includes(format) ?? false;
}

export function isOfFormat(value: string, format: string): boolean {
  return stringFormats.get(normalized(format))?.(value) ?? true;
}

function normalized(format: string): string {
  return format.replaceAll("-", "");
}

function isHostname(value: string): boolean {
  if (value.length > 255) return false;
  return /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*\.?$/i.test(
    value,
  );
}

function isDate(value: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (!match) return false;
  const [, year, month, day] = match.map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() === (month ?? 0) - 1 && date.getUTCDate() === day;
}

function isDateTime(value: string): boolean {
  const [date = "", time = "", ...more] = value.toLowerCase().split("t");
  if (more.length > 0 || !isDate(date)) return false;
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time);
  if (!match) return false;
  const [, hours = 0, minutes = 0, seconds = 0] = match.map(Number);
  return hours <= 23 && minutes <= 59 && seconds <= 59;
}

function isDuration(value: string): boolean {
  if (parseDuration(value) !== undefined) return true;
  const unit =
    "ns|nano|nanos|nanosecond|nanoseconds|us|µs|μs|micro|micros|microsecond|microseconds|ms|milli|" +
    "millis|millisecond|milliseconds|s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|" +
    "hour|hours|d|day|days|w|wk|week|weeks";
  return new RegExp(`^\\d+\\s*(?:${unit})$`, "i").test(value.trim());
}

function isIsbn10(value: string): boolean {
  const digits = value.replace(/[\s-]/g, "");
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + (index + 1) * (digit === "X" ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(value: string): boolean {
  const digits = value.replace(/[\s-]/g, "");
  if (!/^\d{13}$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}

function isCreditCard(value: string): boolean {
  const digits = value.replace(/\D/g, "");
  const known =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!known.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

function isRgbColor(value: string): boolean {
  const match = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(value);
  return match !== null && match.slice(1).every((part) => Number(part) <= 255);
}
