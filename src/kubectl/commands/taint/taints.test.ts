import assert from "node:assert/strict";
import { test } from "node:test";
import type { Taint } from "#api/core/v1.ts";
import { changeTaints, parseTaints, refuseContradictions } from "./taints.ts";

const taint = (key: string, effect: Taint["effect"], value?: string): Taint => ({
  key,
  ...(value && { value }),
  effect,
});

const old = [taint("a", "NoSchedule", "1"), taint("a", "NoExecute"), taint("b", "NoSchedule")];

function change(words: readonly string[], overwrite = false) {
  const { taints, operation } = changeTaints("n", old, parseTaints(words), overwrite);
  return `${operation}: ${taints.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).join(" ")}`;
}

test("taints are added before the old ones, replaced, and removed by key or effect", () => {
  const [first, second, third] = ["a=1:NoSchedule", "a=:NoExecute", "b=:NoSchedule"];
  assert.equal(change(["c:NoSchedule"]), `tainted: c=:NoSchedule ${first} ${second} ${third}`);
  assert.equal(change(["a-"]), `untainted: ${third}`);
  assert.equal(change(["a:NoExecute-"]), `untainted: ${first} ${third}`);
  assert.equal(change(["c:NoSchedule", "b-"]), `modified: c=:NoSchedule ${first} ${second}`);
  assert.equal(change(["a=2:NoSchedule"], true), `modified: a=2:NoSchedule ${second} ${third}`);
});

test("what contradicts itself or the node is told", () => {
  assert.throws(() => change(["a=2:NoSchedule"]), /already has a taint\(s\) with same effect/);
  assert.throws(() => change(["c-"]), /taint "c" not found/);
  assert.throws(() => change(["b:NoExecute-"]), /taint "b:NoExecute" not found/);
  assert.throws(() => parseTaints(["a=b"]), /invalid taint spec: a=b/);
  assert.throws(() => parseTaints(["a"]), /invalid taint spec: a/);
  assert.throws(() => parseTaints(["a:Never"]), /unsupported taint effect/);
  assert.throws(() => parseTaints(["a:NoExecute", "a=1:NoExecute"]), /duplicated taints/);
  assert.throws(() => refuseContradictions(parseTaints(["a:NoExecute", "a-"])), /both modify/);
});
