import { describe, test } from "node:test";
import assert from "node:assert/strict";
import type { Attributes } from "../authz/authorizer.ts";
import { WatchCounts } from "./watches.ts";
import { estimateWork } from "./work.ts";
import type { StoredSize, WorkParts } from "./work.ts";

const attributes = (changes: Partial<Attributes> = {}): Attributes => ({
  user: { name: "ann", groups: [] },
  verb: "list",
  isResource: true,
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "default",
  name: "",
  path: "",
  ...changes,
});
const size = (objects: number, averageBytes: number): StoredSize => ({ objects, averageBytes });

describe("the seats of a list", () => {
  const table: [query: string, size: StoredSize | undefined, seats: number, change?: object][] = [
    ["", undefined, 1],
    ["", size(0, 0), 1],
    ["", size(100, 1_000), 1],
    ["", size(400, 1_000), 4],
    ["limit=200", size(400, 1_000), 2],
    // What is streamed from memory never takes more than a megabyte of it.
    ["", size(50_000, 10_000), 10],
    ["resourceVersion=7&resourceVersionMatch=Exact", size(50_000, 10_000), 100],
    ["limit=500&resourceVersion=7", size(50_000, 1_000), 5],
    ["limit=500&continue=x", size(50_000, 1_000), 5],
    ["limit=500&continue=x&labelSelector=a", size(4_000, 1_000), 20],
    ["fieldSelector=metadata.name%3Da", size(50_000, 10_000), 1, { name: "a" }],
    ["resourceVersion=0", size(400, 1_000), 4],
    ["resourceVersion=7", size(400, 1_000), 1, { verb: "watch" }],
    ["resourceVersion=0", size(400, 1_000), 4, { verb: "watch" }],
    ["", size(400, 1_000), 4, { verb: "watch" }],
    ["resourceVersion=7&sendInitialEvents=true", size(400, 1_000), 4, { verb: "watch" }],
    ["", size(400, 1_000), 1, { verb: "get", name: "a" }],
    ["", size(400, 1_000), 1, { isResource: false, verb: "get" }],
  ];
  for (const [query, stored, seats, change] of table) {
    const of = `${JSON.stringify(stored)} ${JSON.stringify(change ?? {})}`;
    test(`?${query} of ${of}: ${seats}`, () => {
      const parts: WorkParts = { size: () => stored, watches: () => 0, seatsMax: Infinity };
      const work = estimateWork(attributes(change), new URLSearchParams(query), parts);
      assert.deepEqual(work, { seats, finalSeats: 0, finalMs: 0 });
    });
  }

  test("are no more than its level gives one request", () => {
    const parts = { size: () => size(50_000, 10_000), watches: () => 0, seatsMax: 3 };
    assert.equal(estimateWork(attributes(), new URLSearchParams(), parts).seats, 3);
  });
});

describe("what a change takes after its answer", () => {
  const table: [watches: number, seatsMax: number, finalSeats: number, finalMs: number][] = [
    [9, Infinity, 0, 0],
    [10, Infinity, 1, 5],
    [95, Infinity, 10, 5],
    [200, Infinity, 10, 10],
    [200, 4, 4, 25],
  ];
  for (const [watches, seatsMax, finalSeats, finalMs] of table) {
    test(`with ${watches} watches, of at most ${seatsMax} seats`, () => {
      const parts = { size: () => size(1, 1), watches: () => watches, seatsMax };
      const work = estimateWork(attributes({ verb: "create" }), new URLSearchParams(), parts);
      assert.deepEqual(work, { seats: 1, finalSeats, finalMs });
    });
  }

  test("is nothing for a token", () => {
    const change = { verb: "create", resource: "serviceaccounts", subresource: "token" };
    const parts = { size: () => undefined, watches: () => 500, seatsMax: Infinity };
    assert.equal(estimateWork(attributes(change), new URLSearchParams(), parts).finalSeats, 0);
  });
});

test("watches count for what they may be told of, until they end", () => {
  const counts = new WatchCounts();
  const ofNode = { fields: [{ key: "spec.nodeName", operator: "In", values: ["n"] }], labels: [] };
  const watches: Partial<Attributes>[] = [
    { namespace: "" },
    { namespace: "default" },
    { namespace: "default", name: "a" },
    { namespace: "other" },
    { namespace: "", selectors: ofNode as NonNullable<Attributes["selectors"]> },
    { resource: "services" },
  ];
  const ends = watches.map((watch) => counts.add(attributes(watch)));
  assert.equal(counts.toldOf(attributes({ name: "a" })), 3);
  assert.equal(counts.toldOf(attributes({ name: "b" })), 2);
  assert.equal(counts.toldOf(attributes({ namespace: "other" })), 2);
  for (const end of ends) {
    end();
    end();
  }
  assert.equal(counts.toldOf(attributes({ name: "a" })), 0);
});
