import assert from "node:assert/strict";
import { test } from "node:test";
import { revision } from "../../store.ts";
import { packPage, unpackPage } from "./packed-page.ts";

test("a page comes out of its packing as it was", () => {
  const sizes = [0, 10, 0, 65_536, 1, 0, 40_000, 30_000, 200_000, 5, 0];
  const valueOf = (index: number, size: number) =>
    Uint8Array.from({ length: size }, (_, at) => (index * 7 + at) % 256);
  const page = () => ({
    entries: sizes.map((size, index) => ({
      key: `/registry/pods/키-${index}`,
      value: valueOf(index, size),
      created: revision(index + 1),
      modified: revision(2 ** 40 + index),
    })),
    revision: revision(2 ** 41),
    remaining: 3,
    more: true,
  });
  const packed = packPage(page());
  const bytes = packed.slabs.reduce((sum, { length }) => sum + length, 0);
  assert.equal(
    bytes,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  assert.ok(packed.slabs.every(({ buffer, length }) => buffer.byteLength === length));
  assert.deepEqual(unpackPage(structuredClone(packed)), page());
  assert.deepEqual(unpackPage(packPage({ ...page(), entries: [] })).entries, []);
});
