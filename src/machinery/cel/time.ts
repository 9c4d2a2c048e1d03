import { checkedDuration, checkedTimestamp } from "./operators.ts";
import { ErrorValue, type Result, type Timestamp } from "./values.ts";

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** A Go duration such as "1h30m"; undefined when the text is none. */
export function parseDuration(text: string): Result | undefined {
  const [, sign, body = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === "0") return checkedDuration(0n);
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of body.matchAll(
    /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const scale = unitNanos[unit] ?? 1n;
    nanos += BigInt(whole || "0") * scale;
    if (fraction) nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  const result = checkedDuration(sign === "-" ? -nanos : nanos);
  return result instanceof ErrorValue ? undefined : result;
}

/** Seconds, as `string(duration)` and JSON write it: "5400s", "1.5s". */
export function formatDuration(nanos: bigint): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = (magnitude % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  const text = `${magnitude / 1_000_000_000n}${fraction && `.${fraction}`}s`;
  return nanos < 0n ? `-${text}` : text;
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339; undefined when the text is none, or no such day exists. */
export function parseTimestamp(text: string): Result | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const [, , , , , , , fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (Number(offsetHours) > 24 || Number(offsetMinutes) > 60) return undefined;
  date.setUTCHours(hour, minute, second);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  const millis = BigInt(date.getTime() - offset * 60_000);
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  const result = checkedTimestamp(millis * 1_000_000n + nanos);
  return result instanceof ErrorValue ? undefined : result;
}

/** RFC 3339 in UTC, with as many digits of a second as there are. */
export function formatTimestamp(nanos: bigint): string {
  const { millis, rest } = splitNanos(nanos);
  const fraction = rest.toString().padStart(9, "0").replace(/0+$/, "");
  const seconds = new Date(millis).toISOString().slice(0, -5);
  return `${seconds}${fraction && `.${fraction}`}Z`;
}

/** Whole seconds as milliseconds, and the nanoseconds above them. */
function splitNanos(nanos: bigint): { readonly millis: number; readonly rest: bigint } {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { millis: Number((nanos - rest) / 1_000_000n), rest };
}

/** A part of a time, in UTC or in a time zone ("America/New_York", "+02:00"). */
export function timePart(part: (date: Date, nanos: bigint) => number) {
  return (time: Timestamp, zone?: string): Result => {
    const { millis, rest } = splitNanos(time.nanos);
    const offset = zone === undefined ? 0 : zoneOffsetMillis(zone, millis);
    if (offset instanceof ErrorValue) return offset;
    return part(new Date(millis + offset), rest);
  };
}

export function dayOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000);
}

function zoneOffsetMillis(zone: string, millis: number): number | ErrorValue {
  const fixed = /^([+-]?)(\d+):(\d+)$/.exec(zone);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return minutes * 60_000 * (fixed[1] === "-" ? -1 : 1);
  }
  if (zone === "" || zone === "UTC") return 0;
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(millis);
  } catch {
    return new ErrorValue(`unknown time zone ${zone}`);
  }
  const value = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const isBefore = parts.some(({ type, value: era }) => type === "era" && era.startsWith("B"));
  const local = new Date(0);
  local.setUTCFullYear(
    isBefore ? 1 - value("year") : value("year"),
    value("month") - 1,
    value("day"),
  );
  local.setUTCHours(value("hour"), value("minute"), value("second"));
  return local.getTime() - Math.floor(millis / 1000) * 1000;
}
