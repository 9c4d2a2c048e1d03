import { isRecord } from "#schema/decode.ts";

/** Values as Go prints them, where kubectl's output shows that. */

const zeroTime = "Mon, 01 Jan 0001 00:00:00 +0000";
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "Mon, 02 Jan 2006 15:04:05 -0700", in the zone of whoever reads it. */
export function formatTime(time: string | undefined): string {
  if (time === undefined) return zeroTime;
  const date = new Date(time);
  const day = `${weekdays[date.getDay()]}, ${two(date.getDate())} ${months[date.getMonth()]}`;
  return `${day} ${date.getFullYear()} ${clockTime(date)} ${zoneOffset(date)}`;
}

/** "2006-01-02 15:04:05 -0700 MST": what Go makes of a time that nobody formats. */
export function plainTime(time: string | undefined): string {
  if (time === undefined) return "<nil>";
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockTime(date)} ${zoneOffset(date)} ${zoneName(date)}`;
}

/** Any JSON: `map[a:1 b:[x y]]`. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return formatNumber(value);
  if (Array.isArray(value)) return formatList(value.map(formatValue));
  if (isRecord(value)) {
    return formatMap(
      Object.fromEntries(Object.entries(value).map(([key, item]) => [key, formatValue(item)])),
    );
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Small numbers get an exponent earlier than in JavaScript, of two digits at least. */
function formatNumber(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return (isSmall ? value.toExponential() : String(value)).replace(/e([+-])(\d)$/, "e$10$2");
}

/** `[a b]` */
export function formatList(items: readonly (string | number)[] | undefined): string {
  return `[${(items ?? []).join(" ")}]`;
}

/** `map[a:b c:d]` */
export function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = sortedBy(Object.entries(map ?? {}), ([key]) => key);
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
}

/** `&SecretReference{Name:a,Namespace:b,}`; what is missing is "nil". */
export function formatReference(
  type: string,
  fields: Readonly<Record<string, string | undefined>> | undefined,
): string {
  if (!fields) return "nil";
  const values = Object.entries(fields).map(([name, value]) => `${name}:${value ?? ""},`);
  return `&${type}{${values.join("")}}`;
}

/** A text in quotes. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u00([01][0-9a-f])/g, "\\x$1");
}

/** An address and a port, with an IPv6 address in brackets. */
export function joinHostPort(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** In the order of their letters' numbers, not by any language's rules. */
export function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort(compareTexts);
}

/** Sorted by a text of each. Those with the same text stay in their order. */
export function sortedBy<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  return items.toSorted((left, right) => compareTexts(textOf(left), textOf(right)));
}

export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const two = (number: number) => String(number).padStart(2, "0");

function clockTime(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function zoneOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.trunc(size / 60))}${two(size % 60)}`;
}

/** The zone's abbreviation. JavaScript tells it only to readers nearby, and some it never tells. */
function zoneName(date: Date): string {
  const { timeZone } = new Intl.DateTimeFormat("en-US").resolvedOptions();
  const known = abbreviations[timeZone];
  if (known) return known;
  for (const locale of ["en-US", "en-GB", "en-AU", "en-NZ", "en-ZA", "en-KE", "en-NG"]) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "short" }).formatToParts(date);
    const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
    if (name && !/^(?:GMT|UTC)[+-]/.test(name)) return name;
  }
  // A zone without an abbreviation goes by its offset, in whole hours where it can.
  return zoneOffset(date).replace(/00$/, "");
}

/** Of zones without summer time. */
const abbreviations: Readonly<Record<string, string>> = {
  "Asia/Calcutta": "IST",
  "Asia/Hong_Kong": "HKT",
  "Asia/Jakarta": "WIB",
  "Asia/Karachi": "PKT",
  "Asia/Kolkata": "IST",
  "Asia/Macau": "CST",
  "Asia/Manila": "PST",
  "Asia/Pyongyang": "KST",
  "Asia/Seoul": "KST",
  "Asia/Shanghai": "CST",
  "Asia/Taipei": "CST",
  "Asia/Tokyo": "JST",
  "Europe/Moscow": "MSK",
};
