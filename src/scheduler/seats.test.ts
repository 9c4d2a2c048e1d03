import { test } from "node:test";
import assert from "node:assert/strict";
import { Seats } from "./seats.ts";

test("only so many go on at a time, in their order, also after a failure", async () => {
  const seats = new Seats(2);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) =>
    seats.with(async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === "a") throw new Error("a failed");
    });
  const done = ["a", "b", "c", "d"].map(work);
  const [first] = done;
  assert.ok(first);
  assert.deepEqual(log, ["a", "b"]);
  ends[0]?.();
  await assert.rejects(first, { message: "a failed" });
  assert.deepEqual(log, ["a", "b", "c"]);
  ends[1]?.();
  await done[1];
  assert.deepEqual(log, ["a", "b", "c", "d"]);
  for (const end of ends) end();
  await Promise.all(done.slice(1));
});
