import { parseFloat64, parseInteger } from "../go/numbers.ts";

/** Whether upstream's reader takes a bare word for something else than text. */
export function isAmbiguous(text: string): boolean {
  if (text === "" || words.has(text)) return true;
  const first = text.charAt(0);
  if (first === ".") return parseFloat64(text) !== undefined;
  if (!/[-+0-9]/.test(first)) return false;
  return isTimestamp(text) || isNumber(text.replaceAll("_", "")) || base60.test(text);
}

const words: ReadonlySet<string> = new Set(
  [
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
    ["~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"],
    ["+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"],
  ].flat(),
);

/** Numbers as some readers know them: 1:30:00. Upstream does not read, but quotes them. */
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

export function isNumber(text: string): boolean {
  const whole = parseInteger(text);
  if (whole !== undefined) {
    const isSigned = whole >= -(2n ** 63n) && whole < 2n ** 63n;
    if (isSigned || (/^\d/.test(text) && whole < 2n ** 64n)) return true;
  }
  const isFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text);
  return isFloat && parseFloat64(text) !== undefined;
}

const time =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/** A date, or a date and time: with a zone behind a "T", and without one behind a space. */
export function isTimestamp(text: string): boolean {
  const match = time.exec(text);
  if (!match) return false;
  const [, year, month, day, separator, hours, minutes, seconds, zone] = match;
  const days = new Date(Date.UTC(2000, Number(month), 0)).getUTCDate();
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const most = month !== undefined && Number(month) === 2 && !isLeap ? 28 : days;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > most)
    return false;
  if (separator === undefined) return true;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return false;
  if (separator === " ") return zone === undefined;
  if (zone === undefined) return false;
  return zone === "Z" || (Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) <= 60);
}
