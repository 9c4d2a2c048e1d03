import { test } from "node:test";
import assert from "node:assert/strict";
import { utf8 } from "#base/bytes.ts";
import { readLines } from "./lines.ts";

test("finds lines wherever the chunks are cut, even within a character", async () => {
  const whole = utf8('{"a":"키잡이"}\n\n{"b":2}\n{"c":3}');
  for (const size of [1, 2, 3, 7, 100]) {
    async function* chunks() {
      for (let at = 0; at < whole.length; at += size) {
        yield await Promise.resolve(whole.subarray(at, at + size));
      }
    }
    const lines: string[] = [];
    for await (const line of readLines(chunks())) lines.push(line);
    assert.deepEqual(lines, ['{"a":"키잡이"}', '{"b":2}', '{"c":3}']);
  }
});
