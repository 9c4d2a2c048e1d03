import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#base/random.ts";
import { orderOf, prefixEnd } from "./keys.ts";
import { SortedMap } from "./sorted-map.ts";

test("a sorted map is what a sorted array of pairs would be", () => {
  const random = seededRandom(7);
  const map = new SortedMap<number>();
  const model = new Map<string, number>();
  const name = () => String(Math.floor(random.float() * 6_000)).padStart(5, "0");
  for (let step = 0; step < 30_000; step++) {
    const key = name();
    // Mostly growing at first, mostly shrinking later.
    if (random.float() < (step < 15_000 ? 0.8 : 0.3)) {
      assert.equal(map.set(key, step), model.get(key));
      model.set(key, step);
    } else {
      assert.equal(map.delete(key), model.get(key));
      model.delete(key);
    }
    if (step % 500 !== 0) continue;
    const pairs = [...model].sort(([left], [right]) => (left < right ? -1 : 1));
    assert.equal(map.size, pairs.length);
    assert.deepEqual([...map.pairs("", undefined)], pairs);
    assert.deepEqual(map.first(), pairs[0]);
    const [from, to] = [name(), name()].sort();
    const within = pairs.filter(([key]) => key >= (from ?? "") && key < (to ?? ""));
    assert.deepEqual([...map.pairs(from ?? "", to)], within);
    assert.deepEqual(
      map.slice(from ?? "", to, 700),
      within.slice(0, 700).map(([, value]) => value),
    );
    assert.equal(map.count(from ?? "", to), within.length);
    assert.equal(map.get(key), model.get(key));
  }
});

test("keys in order and in reverse leave the map whole", () => {
  for (const direction of [1, -1]) {
    const map = new SortedMap<number>();
    for (let n = 0; n < 5_000; n++) map.set(String(50_000 + n * direction), n);
    const keys = [...map.pairs("", undefined)].map(([key]) => key);
    assert.equal(keys.length, 5_000);
    assert.deepEqual(keys, keys.toSorted());
  }
});

test("orders keys as their UTF-8 bytes are", () => {
  const keys = ["", "a", "a/", "a0", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];
  const bytes = (key: string) => Buffer.from(key);
  for (const left of keys) {
    for (const right of keys) {
      const [one, two] = [orderOf(left), orderOf(right)];
      const order = one < two ? -1 : one > two ? 1 : 0;
      assert.equal(order, Buffer.compare(bytes(left), bytes(right)), `${left} and ${right}`);
    }
  }
});

test("knows where a prefix ends", () => {
  const table: readonly [string, string | undefined][] = [
    ["", undefined],
    ["/registry/pods/", "/registry/pods0"],
    ["a\u{10ffff}", "b"],
    ["\u{10ffff}", undefined],
    ["\ud7ff", "\ue000"],
    ["\uffff", "\u{10000}"],
  ];
  for (const [prefix, end] of table) assert.equal(prefixEnd(prefix), end);
});
