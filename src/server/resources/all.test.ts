import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { apiVersionOf } from "#schema/message.ts";
import { servedVersions } from "../discovery/groups.ts";
import { allResources } from "./all.ts";
import { createSurroundings } from "./testing.ts";

const reference = (name: string) =>
  new URL(`../../../../shared/reference/${name}`, import.meta.url);
const definitions = allResources(createSurroundings().dependencies);

function rows(name: string): string[][] {
  const lines = readFileSync(reference(name), "utf8").trimEnd().split("\n").slice(1);
  return lines.map((line) => line.split("\t"));
}
const skipWithout = (name: string) => (existsSync(reference(name)) ? false : `${name} is not here`);

test("no kind is served twice", () => {
  const keys = definitions.map(({ type }) => `${apiVersionOf(type.info)} ${type.info.resource}`);
  assert.equal(new Set(keys).size, keys.length);
});

test("columns are upstream's", { skip: skipWithout("printer-columns.tsv") }, () => {
  const theirs = new Map<string, string[]>();
  for (const [groupVersions = "", kind = "", , name, type, format, priority] of rows(
    "printer-columns.tsv",
  )) {
    const group = groupVersions.includes("/") ? groupVersions.replace(/\/.*/, "") : "";
    const key = `${group} ${kind.replace(/ .*/, "")}`;
    theirs.set(key, [...(theirs.get(key) ?? []), `${name} ${type} ${format} ${priority}`]);
  }
  for (const { type, columns, virtual } of definitions) {
    if (virtual) continue;
    const group = type.info.kind === "Event" ? "" : type.info.group;
    const expected = theirs.get(`${group} ${type.info.kind}`);
    const ours = (columns ?? []).map(
      (column) => `${column.name} ${column.type} ${column.format ?? ""} ${column.priority ?? 0}`,
    );
    assert.deepEqual(ours, expected, `${type.info.group} ${type.info.kind}`);
  }
});

test("what is served is served as upstream does", { skip: skipWithout("resources.tsv") }, () => {
  const theirs = new Map(rows("resources.tsv").map((row) => [`${row[0]} ${row[1]}`, row]));
  for (const version of servedVersions(definitions)) {
    for (const resource of version.resources) {
      const row = theirs.get(`${version.groupVersion} ${resource.name}`) ?? [];
      const { shortNames = [], categories = [] } = resource.definition.type.info;
      const subresources = resource.subresources.map(({ name, kind, verbs }) => {
        const own = kind.group === version.group && kind.version === version.version;
        const groupVersion = kind.group ? `${kind.group}/${kind.version}` : kind.version;
        return `${name}=${own ? "" : `${groupVersion}.`}${kind.kind}(${verbs.join(",")})`;
      });
      const ours = [
        version.groupVersion,
        resource.name,
        resource.singular,
        resource.kind,
        String(resource.namespaced),
        resource.verbs.join(","),
        shortNames.join(","),
        categories.join(","),
        subresources.join(";"),
      ];
      assert.deepEqual(ours, row.slice(0, 9), `${version.groupVersion} ${resource.name}`);
    }
  }
});
