import { test } from "node:test";
import assert from "node:assert/strict";
import { humanDuration } from "./age.ts";

test("spans of time as people read them", () => {
  const second = 1000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const day = 24 * hour;
  const cases: [ms: number, text: string][] = [
    [-2 * second, "<invalid>"],
    [-second, "0s"],
    [0, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [3 * minute + 10 * second, "3m10s"],
    [10 * minute + 30 * second, "10m"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [7 * hour + 59 * minute, "7h59m"],
    [47 * hour, "47h"],
    [2 * day + 3 * hour, "2d3h"],
    [8 * day, "8d"],
    [729 * day, "729d"],
    [2 * 365 * day + day, "2y1d"],
    [9 * 365 * day, "9y"],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text);
});
