import { test } from "node:test";
import assert from "node:assert/strict";
import { ByteCache } from "./byte-cache.ts";

test("what was not used for longest goes first, and never is there too much", () => {
  const cache = new ByteCache<object>(10);
  const [a, b, c, d] = [{}, {}, {}, {}];
  cache.set(a, new Uint8Array(4));
  cache.set(b, new Uint8Array(4));
  assert.equal(cache.get(a)?.length, 4);
  cache.set(c, new Uint8Array(4));
  assert.equal(cache.get(b), undefined);
  assert.deepEqual([cache.get(a)?.length, cache.get(c)?.length, cache.bytes], [4, 4, 8]);
  cache.set(a, new Uint8Array(1));
  assert.equal(cache.bytes, 5);
  cache.set(d, new Uint8Array(11));
  assert.deepEqual([cache.get(d), cache.get(a), cache.bytes], [undefined, undefined, 0]);
});
