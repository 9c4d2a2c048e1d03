import { test } from "node:test";
import assert from "node:assert/strict";
import { parseSchedule } from "./schedule.ts";
import { formatInZone, timeZone } from "./zone.ts";

function zoneOf(name: string) {
  const zone = timeZone(name);
  assert.ok(zone, name);
  return zone;
}

/** The next times, as clocks of the zone show them. */
function times(schedule: string, after: string, count: number, zoneName = "UTC"): string[] {
  const zone = zoneOf(zoneName);
  const parsed = parseSchedule(schedule, zone);
  assert.ok(typeof parsed !== "string", schedule);
  const found: string[] = [];
  for (let at = parsed.next(Date.parse(after)); at !== undefined; at = parsed.next(at)) {
    found.push(formatInZone(at, zone).slice(0, zoneName === "UTC" ? 16 : 25));
    if (found.length === count) break;
  }
  return found;
}

test("the next times of a schedule", () => {
  const after = "2026-01-30T10:07:30Z";
  const cases: [schedule: string, ...expected: string[]][] = [
    ["* * * * *", "2026-01-30T10:08", "2026-01-30T10:09"],
    ["*/20 * * * *", "2026-01-30T10:20", "2026-01-30T10:40"],
    ["5/25 10 * * ?", "2026-01-30T10:30", "2026-01-30T10:55", "2026-01-31T10:05"],
    ["0,30 22-23 * * *", "2026-01-30T22:00", "2026-01-30T22:30", "2026-01-30T23:00"],
    ["0 9 * * mon-FRI", "2026-02-02T09:00", "2026-02-03T09:00"],
    ["0 0 31 * *", "2026-01-31T00:00", "2026-03-31T00:00"],
    ["0 0 1 feb 0", "2026-02-01T00:00", "2026-02-08T00:00"],
    ["0 0 */2 2 1", "2026-02-01T00:00", "2026-02-02T00:00", "2026-02-03T00:00"],
    ["0 0 29 2 *", "2028-02-29T00:00"],
    ["@hourly", "2026-01-30T11:00", "2026-01-30T12:00"],
    ["@daily", "2026-01-31T00:00"],
    ["@weekly", "2026-02-01T00:00", "2026-02-08T00:00"],
    ["@monthly", "2026-02-01T00:00", "2026-03-01T00:00"],
    ["@yearly", "2027-01-01T00:00"],
    ["@every 1h30m", "2026-01-30T11:37", "2026-01-30T13:07"],
    ["59 23 31 2 *"],
  ];
  for (const [schedule, ...expected] of cases) {
    assert.deepEqual(times(schedule, after, expected.length || 1), expected, schedule);
  }
});

test("zones have their own midnights, and clocks that jump", () => {
  assert.deepEqual(times("0 9 * * *", "2026-01-01T00:00:00Z", 2, "Asia/Seoul"), [
    "2026-01-02T09:00:00+09:00",
    "2026-01-03T09:00:00+09:00",
  ]);
  // Half past two is not on the clock in the night of 8 March, and half past one is twice in
  // that of 1 November.
  assert.deepEqual(times("30 2 * * *", "2026-03-07T00:00:00Z", 2, "America/New_York"), [
    "2026-03-07T02:30:00-05:00",
    "2026-03-09T02:30:00-04:00",
  ]);
  assert.deepEqual(times("30 1 * * *", "2026-11-01T00:00:00Z", 3, "America/New_York"), [
    "2026-11-01T01:30:00-04:00",
    "2026-11-01T01:30:00-05:00",
    "2026-11-02T01:30:00-05:00",
  ]);
  // In Havana the jump is over midnight.
  assert.deepEqual(times("0 1 * * *", "2026-03-07T12:00:00Z", 2, "America/Havana"), [
    "2026-03-08T01:00:00-04:00",
    "2026-03-09T01:00:00-04:00",
  ]);
  assert.deepEqual(times("@monthly", "2026-01-05T00:00:00Z", 1, "Asia/Kathmandu"), [
    "2026-02-01T00:00:00+05:45",
  ]);
  for (const name of ["Mars/Olympus", "+09:00"]) assert.equal(timeZone(name), undefined, name);
});

test("what cannot be read is told", () => {
  const cases: [schedule: string, problem: string][] = [
    ["", "empty spec string"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["*/2/3 * * * *", "too many slashes: */2/3"],
    ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ["@often", "unrecognized descriptor: @often"],
    ["@every x", 'failed to parse duration @every x: time: invalid duration "x"'],
  ];
  for (const [schedule, problem] of cases) {
    assert.equal(parseSchedule(schedule, zoneOf("UTC")), problem);
  }
});
