import assert from "node:assert/strict";
import { test } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { LogLines } from "./log-lines.ts";
import type { LogOptions } from "./log-lines.ts";

const nowMs = Date.parse("2026-01-01T00:01:00Z");
const log =
  "2026-01-01T00:00:00.5Z stdout F one\n" +
  "2026-01-01T00:00:10.123456789Z stderr F oops\n" +
  "2026-01-01T00:00:20.1Z stdout P half \n" +
  "2026-01-01T00:00:21.1Z stdout F line\n" +
  "broken\n" +
  "2026-01-01T00:00:50+00:00 stdout F \n";

function read(options: LogOptions, pieceBytes = 1000, content = log): string {
  const lines = new LogLines(options, nowMs);
  const bytes = utf8(content);
  let output = "";
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    output += text(lines.push(bytes.subarray(start, start + pieceBytes)));
  }
  return output + text(lines.finish());
}

test("the runtime's lines become what the container wrote", () => {
  const cases: [LogOptions, string][] = [
    [{}, "one\noops\nhalf line\n\n"],
    [{ stream: "Stdout" }, "one\nhalf line\n\n"],
    [{ stream: "Stderr" }, "oops\n"],
    [{ limitBytes: 6 }, "one\noo"],
    [{ sinceSeconds: 40 }, "half line\n\n"],
    [{ sinceTime: "2026-01-01T00:00:45Z" }, "\n"],
    [
      { timestamps: true },
      "2026-01-01T00:00:00.500000000Z one\n" +
        "2026-01-01T00:00:10.123456789Z oops\n" +
        "2026-01-01T00:00:20.100000000Z half line\n" +
        "2026-01-01T00:00:50.000000000+00:00 \n",
    ],
  ];
  for (const [options, expected] of cases) {
    for (const pieceBytes of [1, 7, 1000]) assert.equal(read(options, pieceBytes), expected);
  }
});

test("a last line without an end is shown as far as it goes", () => {
  assert.equal(read({}, 10, "2026-01-01T00:00:00Z stdout F no end"), "no end");
});
