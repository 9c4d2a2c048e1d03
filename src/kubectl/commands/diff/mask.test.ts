import { test } from "node:test";
import assert from "node:assert/strict";
import { masked } from "./mask.ts";

const secret = (data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s" },
  data,
});

test("of a secret only is told which values differ", () => {
  const [live, merged] = masked(
    secret({ same: "x", changed: "x", gone: "x" }),
    secret({ same: "x", changed: "y", added: "x" }),
  );
  assert.deepEqual(live?.data, { same: "***", changed: "*** (before)", gone: "***" });
  assert.deepEqual(merged?.data, { same: "***", changed: "*** (after)", added: "***" });
});

test("a secret that is not there yet is told nothing of", () => {
  const [live, merged] = masked(undefined, secret({ a: "x" }));
  assert.equal(live, undefined);
  assert.deepEqual(merged?.data, { a: "***" });
});
