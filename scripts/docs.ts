import { globSync, readFileSync, writeFileSync } from "node:fs";
import { docComments } from "../src/schema/doc-comments.ts";

// Collects the doc comments of the API's definitions into the file that OpenAPI reads them from. A
// test says when the file is out of date.
const api = `${import.meta.dirname}/../src/api`;
const found = globSync("**/*.ts", { cwd: api }).flatMap((file) =>
  Object.entries(docComments(readFileSync(`${api}/${file}`, "utf8"))),
);
const sorted = found.sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(`${api}/docs.json`, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
