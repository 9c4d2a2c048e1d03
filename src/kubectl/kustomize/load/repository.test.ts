import { test } from "node:test";
import assert from "node:assert/strict";
import { parseRepository } from "./repository.ts";

const repositories: readonly (readonly [raw: string, url: string, path: string, ref: string])[] = [
  ["github.com/org/repo", "https://github.com/org/repo", "", ""],
  ["https://github.com/org/repo/a/b?ref=v1", "https://github.com/org/repo", "a/b", "v1"],
  ["https://github.com/org/repo.git/a", "https://github.com/org/repo.git", "a", ""],
  ["https://example.com/x/y/z//a/b?version=x", "https://example.com/x/y/z", "a/b", "x"],
  ["git@github.com:org/repo.git//a", "git@github.com:org/repo.git", "a", ""],
  ["ssh://git@example.com/org/repo/a", "ssh://git@example.com/org/repo", "a", ""],
  ["git::https://example.com/org/repo", "https://example.com/org/repo", "", ""],
  ["file:///srv/repos/x", "file:///srv/repos/x", "", ""],
  ["file:///srv/repos/x.git/a?ref=main", "file:///srv/repos/x.git", "a", "main"],
  [
    "https://me@dev.azure.com/org/project/_git/repo/a/b",
    "https://me@dev.azure.com/org/project/_git/repo",
    "a/b",
    "",
  ],
];

test("URLs name a repository, a directory in it, and a commit", () => {
  for (const [raw, url, path, ref] of repositories) {
    const found = parseRepository(raw);
    assert.deepEqual([found?.url, found?.path, found?.ref], [url, path, ref], raw);
  }
});

test("paths are no repositories", () => {
  for (const path of ["../base", "base", "/abs", "a.yaml", "example.com/org/repo", ""]) {
    assert.equal(parseRepository(path), undefined, path);
  }
  assert.equal(parseRepository("https://example.com/org/repo//../../x"), undefined);
});

test("a query says how it is cloned", () => {
  const found = parseRepository("https://github.com/o/r?timeout=2s&submodules=false");
  assert.deepEqual([found?.timeoutSeconds, found?.submodules], [2, false]);
  assert.equal(parseRepository("https://github.com/o/r")?.timeoutSeconds, 27);
});
