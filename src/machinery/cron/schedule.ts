import { parseDuration } from "#base/duration.ts";
import { FieldProblem, parseField } from "./fields.ts";
import type { Bounds, Field } from "./fields.ts";
import { startOfDay } from "./zone.ts";
import type { TimeZone, WallTime } from "./zone.ts";

/** Tells times, in milliseconds since the epoch. */
export interface Schedule {
  /** The first time after this one; undefined if there is none within five years. */
  next(after: number): number | undefined;
}

/** As crontab has it, or a word such as @daily, or "@every 1h30m"; a text tells what is wrong. */
export function parseSchedule(text: string, zone: TimeZone): Schedule | string {
  if (text === "") return "empty spec string";
  try {
    if (!text.startsWith("@")) return calendarSchedule(text, zone);
    return named[text] ? calendarSchedule(named[text], zone) : everySchedule(text);
  } catch (error) {
    if (error instanceof FieldProblem) return error.message;
    throw error;
  }
}

const named: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function everySchedule(text: string): Schedule {
  const match = /^@every (.*)$/s.exec(text);
  if (!match) throw new FieldProblem(`unrecognized descriptor: ${text}`);
  const nanos = parseDuration(match[1] ?? "");
  if (nanos === undefined) {
    const quoted = JSON.stringify(match[1]);
    throw new FieldProblem(`failed to parse duration ${text}: time: invalid duration ${quoted}`);
  }
  const everyMs = Math.max(1_000, Math.floor(nanos / 1e9) * 1_000);
  return { next: (after) => Math.floor(after / 1_000) * 1_000 + everyMs };
}

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const dayNames = "sun mon tue wed thu fri sat".split(" ");
const bounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  day: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: monthNames },
  weekday: { min: 0, max: 6, names: dayNames },
} satisfies Record<string, Bounds>;

const minuteMs = 60_000;
const yearsMax = 5;

function calendarSchedule(text: string, zone: TimeZone): Schedule {
  const fields = text.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== 5) {
    throw new FieldProblem(
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`,
    );
  }
  const [minutes = "", hours = "", days = "", months = "", weekdays = ""] = fields;
  const minute = parseField(minutes, bounds.minute);
  const hour = parseField(hours, bounds.hour);
  const day = parseField(days, bounds.day);
  const month = parseField(months, bounds.month);
  const weekday = parseField(weekdays, bounds.weekday);
  return {
    next(after) {
      // The clocks of a zone may jump: time goes on in real steps, and each is read anew.
      let ms = (Math.floor(after / minuteMs) + 1) * minuteMs;
      let wall = zone.wallTimeAt(ms);
      const yearMax = wall.year + yearsMax;
      for (; wall.year <= yearMax; wall = zone.wallTimeAt(ms)) {
        if (!month.has(wall.month)) ms = startOfDay(zone, wall.year, wall.month + 1, 1);
        else if (!fitsDay(wall, day, weekday)) {
          ms = startOfDay(zone, wall.year, wall.month, wall.day + 1);
        } else if (!hour.has(wall.hour)) ms += (60 - wall.minute) * minuteMs;
        else if (!minute.has(wall.minute)) ms += minuteMs;
        else return ms;
      }
      return undefined;
    },
  };
}

/** Where both are given, one of them is enough. */
function fitsDay(wall: WallTime, day: Field, weekday: Field): boolean {
  const fits = [day.has(wall.day), weekday.has(wall.weekday)];
  return day.isAny || weekday.isAny ? fits.every(Boolean) : fits.some(Boolean);
}
