/** A wall clock's reading. */
export interface WallTime {
  readonly year: number;
  /** From 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** How the clocks of one place go. */
export interface TimeZone {
  readonly name: string;
  wallTimeAt(ms: number): WallTime;
  /** How far its clocks are ahead of UTC, in milliseconds. */
  offsetAt(ms: number): number;
}

export const utc: TimeZone = {
  name: "UTC",
  wallTimeAt: wallTimeOf,
  offsetAt: () => 0,
};

/** A zone of the IANA data base; undefined for a name that it does not have. */
export function timeZone(name: string): TimeZone | undefined {
  if (name === "UTC" || name === "") return utc;
  // The platform reads offsets as names too; the data base has none.
  if (/^[+-]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const offsetAt = (ms: number) => {
    const second = Math.floor(ms / 1000) * 1000;
    const read: Partial<Record<string, number>> = {};
    for (const { type, value } of format.formatToParts(second)) read[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = read;
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  };
  return { name, offsetAt, wallTimeAt: (ms) => wallTimeOf(ms + offsetAt(ms)) };
}

/** The first moment of a day. Months and days beyond their ends carry over. */
export function startOfDay(zone: TimeZone, year: number, month: number, day: number): number {
  const wall = Date.UTC(year, month - 1, day);
  const guess = wall - zone.offsetAt(wall);
  const ms = wall - zone.offsetAt(guess);
  // Where clocks jump over midnight, the day begins later.
  const isBefore = ms + zone.offsetAt(ms) < wall;
  return isBefore ? ms + (wall - (ms + zone.offsetAt(ms))) : ms;
}

/** As RFC 3339 writes it: "2026-01-02T09:00:00+09:00". */
export function formatInZone(ms: number, zone: TimeZone): string {
  const offset = zone.offsetAt(ms);
  const wall = new Date(ms + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const two = (number: number) => String(number).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return `${wall}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function wallTimeOf(ms: number): WallTime {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay(),
  };
}
