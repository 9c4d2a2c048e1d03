import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { alignRows, alignText, descriptionOptions, Tabwriter } from "./tabwriter.ts";
import type { TabwriterOptions } from "./tabwriter.ts";

/** One a line: options, what is written (null: a flush), and what Go's tabwriter made of it. */
const cases = readFileSync(new URL("./tabwriter-cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as [TabwriterOptions, (string | null)[], string]);

test("aligns as Go's text/tabwriter does", () => {
  assert.equal(cases.length, 80);
  for (const [options, texts, expected] of cases) {
    const writer = new Tabwriter(options);
    const parts = texts.map((text) => (text === null ? writer.flush() : writer.write(text)));
    assert.equal(parts.join("") + writer.flush(), expected, JSON.stringify([options, texts]));
  }
});

test("rows of a table, and fields of a description", () => {
  assert.equal(
    alignRows([
      ["NAME", "AGE", "LABELS"],
      ["한글", "1d", ""],
    ]),
    "NAME   AGE   LABELS\n한글     1d    \n",
  );
  assert.equal(
    alignText("Name:\tweb\nNamespace:\tdefault\n", descriptionOptions),
    "Name:       web\nNamespace:  default\n",
  );
});
