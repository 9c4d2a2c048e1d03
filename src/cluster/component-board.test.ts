import assert from "node:assert/strict";
import { test } from "node:test";
import { revision } from "#storage/store.ts";
import { createComponentBoard } from "./component-board.ts";

test("a loop is healthy until it ends, however it ends", async () => {
  const board = createComponentBoard({ current: () => Promise.resolve(revision(1)) });
  const healthy = async () =>
    (await board.health()).filter(({ problem }) => !problem).map(({ name }) => name);
  assert.deepEqual(await healthy(), ["etcd-0"]);
  const loop = Promise.withResolvers<void>();
  const watched = board.while("scheduler", loop.promise);
  assert.deepEqual(await healthy(), ["scheduler", "etcd-0"]);
  loop.reject(new Error("broken"));
  await assert.rejects(watched, /broken/);
  assert.deepEqual(await healthy(), ["etcd-0"]);
});

test("a store that does not answer is told of by the name that clients know", async () => {
  const board = createComponentBoard({ current: () => Promise.reject(new Error("no disk")) });
  const health = await board.health();
  assert.deepEqual(health.at(-1), { name: "etcd-0", problem: "no disk" });
});
