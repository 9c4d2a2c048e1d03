import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

// The table of what the documents do with workloads, held against their lines and the tests.

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const rows = read("../e2e/seeds.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (---|command or|line \|)/.test(line))
  .map((line) => line.slice(2, -2).split(" | "));
const commands = rows.flatMap(([what = ""]) => [...what.matchAll(/`([^`]+)`/g)].map(([, c]) => c));
const lines = read("../fixtures/seeds/kubectl-lines.txt").split("\n").filter(Boolean);

/** Rows that name a test; the others say why there is none. */
const tested = rows.filter(({ length }) => length === 3);

describe("the table of the documents' workloads", () => {
  test("has every line of kubectl that the documents have", () => {
    assert.deepEqual(
      lines.filter((line) => !commands.includes(line)),
      [],
    );
  });

  test("has no line that they do not have", () => {
    assert.deepEqual(
      commands.filter((command) => !lines.includes(command ?? "")),
      [],
    );
  });

  for (const [, file = "", name = ""] of tested) {
    test(`names a test that is there: ${file}, ${name}`, () => {
      const names = [...read(`../e2e/${file}.test.ts`).matchAll(/^cluster\.test\(\s*"(.+)",/gm)];
      assert.ok(
        names.some(([, found]) => found === name),
        `${file} has: ${names.map(([, found]) => found).join("; ")}`,
      );
    });
  }

  test("leaves out no test of the applications", () => {
    const text = read("../e2e/applications.test.ts");
    const names = [...text.matchAll(/^cluster\.test\(\s*"(.+)",/gm)].map(([, name]) => name);
    const named = new Set(tested.map(([, , name]) => name));
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.filter((name) => !named.has(name)),
      [],
    );
  });
});
