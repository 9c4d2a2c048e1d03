import { test } from "node:test";
import assert from "node:assert/strict";
import { concatBytes, text, utf8 } from "./bytes.ts";
import { ChunkWriter } from "./chunks.ts";

test("pieces of all sizes come out in order, in chunks of one size", () => {
  for (const expected of [0, 3, 1000]) {
    const writer = new ChunkWriter({ chunkBytes: 10, expected });
    const pieces = ["a", "", "bcdefghij", "k".repeat(35), "ü", "lmnopqrst"];
    for (const piece of pieces) writer.write(utf8(piece));
    writer.ascii("0123456789abc");
    const full = writer.takeFull();
    assert(!writer.hasFull);
    assert(full.slice(1).every(({ length }) => length === 10));
    const all = [...full, ...writer.finish()];
    assert.equal(text(concatBytes(all)), `${pieces.join("")}0123456789abc`);
    assert(all.every(({ length }) => length > 0));
    assert.deepEqual(writer.finish(), []);
  }
});

test("a chunk that is given back is filled again", () => {
  const writer = new ChunkWriter({ chunkBytes: 4 });
  writer.write(utf8("abcde"));
  const [first] = writer.takeFull();
  assert(first);
  assert.equal(text(first), "abcd");
  writer.recycle(first);
  writer.write(utf8("fghi"));
  writer.write(utf8("jkl"));
  const [second] = writer.takeFull();
  const [third] = writer.finish();
  assert(second && third);
  assert.deepEqual([text(second), text(third)], ["efgh", "ijkl"]);
  assert.equal(third.buffer, first.buffer);
});
