import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Action, Operation, Outcome } from "./history.ts";
import { explainHistory } from "./linearizable.ts";

let client = 0;
/** An operation from one moment to another. */
function operation(began: number, ended: number, action: Action, outcome: Outcome): Operation {
  return { client: `client-${++client}`, key: "a", action, began, ended, outcome };
}

const create = (value: string): Action => ({ type: "create", value });
const update = (value: string, guard?: number): Action => ({ type: "update", value, guard });
const remove: Action = { type: "delete", guard: undefined };
const get: Action = { type: "get" };
const written = (revision: number): Outcome => ({ type: "written", revision });
const found = (value: string, revision: number): Outcome => ({ type: "found", value, revision });
const [absent, unknown, exists, conflict, deleted, refused]: readonly Outcome[] = (
  ["absent", "unknown", "exists", "conflict", "deleted", "refused"] as const
).map((type) => ({ type }));

interface Case {
  readonly name: string;
  readonly operations: readonly Operation[];
}

const right: readonly Case[] = [
  { name: "nothing at all", operations: [] },
  {
    name: "reads that overlap a write see what is before or behind it",
    operations: [
      operation(1, 10, create("x"), written(2)),
      operation(2, 3, get, absent as Outcome),
      operation(4, 5, get, found("x", 2)),
    ],
  },
  {
    name: "a write whose answer is lost takes effect late",
    operations: [
      operation(1, Infinity, create("x"), unknown as Outcome),
      operation(2, 3, get, absent as Outcome),
      operation(4, 5, get, found("x", 2)),
    ],
  },
  {
    name: "a write whose answer is lost never happens",
    operations: [
      operation(1, Infinity, create("x"), unknown as Outcome),
      operation(2, 3, create("y"), written(2)),
      operation(4, 5, get, found("y", 2)),
    ],
  },
  {
    name: "of two guarded writes one loses",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 6, update("y", 2), written(3)),
      operation(4, 5, update("z", 2), conflict as Outcome),
    ],
  },
  {
    name: "a guard on what a lost write made",
    operations: [
      operation(1, Infinity, create("x"), unknown as Outcome),
      operation(2, 3, get, found("x", 2)),
      operation(4, 5, update("y", 2), written(3)),
    ],
  },
];

const wrong: readonly Case[] = [
  {
    name: "a stale read",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 4, update("y"), written(3)),
      operation(5, 6, get, found("x", 2)),
    ],
  },
  {
    name: "reads that go back in time beside one write",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 10, update("y"), written(3)),
      operation(4, 5, get, found("y", 3)),
      operation(6, 7, get, found("x", 2)),
    ],
  },
  {
    name: "a lost write",
    operations: [operation(1, 2, create("x"), written(2)), operation(3, 4, get, absent as Outcome)],
  },
  {
    name: "a lost write, of which a later create tells",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 4, create("y"), written(3)),
    ],
  },
  {
    name: "two guarded writes of one version",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 6, update("y", 2), written(3)),
      operation(4, 5, update("z", 2), written(4)),
    ],
  },
  {
    name: "what was refused and happened",
    operations: [
      operation(1, 2, create("x"), refused as Outcome),
      operation(3, 4, get, found("x", 2)),
    ],
  },
  {
    name: "what nobody wrote",
    operations: [operation(1, 2, get, found("x", 2))],
  },
  {
    name: "somebody was in the way where nobody was",
    operations: [operation(1, 2, create("x"), exists as Outcome)],
  },
  {
    name: "an update that happened twice, around a delete",
    operations: [
      operation(1, 2, create("x"), written(2)),
      operation(3, 4, update("y"), written(3)),
      operation(5, 6, remove, deleted as Outcome),
      operation(7, 8, get, found("y", 5)),
    ],
  },
];

describe("a history of one key", () => {
  for (const { name, operations } of right) {
    test(`is linearizable: ${name}`, () => assert.equal(explainHistory(operations), undefined));
  }
  for (const { name, operations } of wrong) {
    test(`is not: ${name}`, () => assert.match(explainHistory(operations) ?? "", /no order/));
  }
});
