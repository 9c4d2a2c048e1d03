import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { docComments } from "#schema/doc-comments.ts";
import docs from "./docs.json" with { type: "json" };

const files = globSync("**/*.ts", { cwd: import.meta.dirname });
const written = files.map((file) =>
  docComments(readFileSync(`${import.meta.dirname}/${file}`, "utf8")),
);

test("docs.json has what the doc comments say (npm run docs writes it)", () => {
  assert.deepEqual(docs, Object.assign({}, ...written));
});
