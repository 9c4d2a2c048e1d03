import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { matrixFile, referenceRows, registrations, render, rowsOf } from "./matrix.ts";
import { readAllRows, skipWithout } from "./reference.ts";

const table = readFileSync(matrixFile, "utf8");

test("docs/conformance.md says what the tests show; else: npm run conformance", () => {
  assert.equal(table, render(rowsOf(table), registrations()));
});

test("every conformance test is of one row of the table", () => {
  const known = new Set(rowsOf(table).map(({ name }) => name));
  const tested = registrations().map(({ name }) => name);
  assert.deepEqual(
    tested.filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual(
    tested.filter((name, index) => tested.indexOf(name) !== index),
    [],
    "shown twice",
  );
});

test(
  "the table has upstream's rows, all of them",
  { skip: skipWithout("conformance-tests.tsv") },
  () => assert.deepEqual(rowsOf(table), referenceRows(readAllRows("conformance-tests.tsv"))),
);
