import { test } from "node:test";
import assert from "node:assert/strict";
import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { TarEntry } from "./entry.ts";
import { TarTruncatedError, readTar } from "./read.ts";
import { padding, tarEnd, tarHeader } from "./write.ts";

const file = (name: string, content: string, more: Partial<TarEntry> = {}) => ({
  content,
  entry: {
    type: "file",
    name,
    mode: 0o644,
    sizeBytes: utf8(content).length,
    modifiedMs: 1_700_000_000_000,
    userId: 1000,
    groupId: 1000,
    linkTarget: "",
    ...more,
  } satisfies TarEntry,
});

const all = [
  file("a", "hello"),
  file("dir/block", "x".repeat(512)),
  file("empty", "", { mode: 0o4755 }),
  file(`${"long/".repeat(40)}é`, "deep"),
  file("link", "", { type: "link", linkTarget: "t".repeat(150) }),
  file("dir", "", { type: "directory", mode: 0o700 }),
];

const archive = concatBytes([
  ...all.flatMap(({ entry, content }) => [
    tarHeader(entry),
    utf8(content),
    padding(utf8(content).length),
  ]),
  tarEnd,
]);

// oxlint-disable-next-line typescript/require-await -- a stream of what is there
async function* cut(bytes: Bytes, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function read(source: AsyncIterable<Bytes>) {
  const found: { entry: TarEntry; content: string }[] = [];
  for await (const { content, ...entry } of readTar(source)) {
    const parts: Bytes[] = [];
    for await (const part of content) parts.push(part);
    found.push({ entry, content: text(concatBytes(parts)) });
  }
  return found;
}

for (const size of [1, 7, 512, 10_000]) {
  test(`what was archived is read again, in pieces of ${size}`, async () => {
    assert.deepEqual(await read(cut(archive, size)), all);
  });
}

test("contents may be left unread", async () => {
  const names: string[] = [];
  for await (const { name } of readTar(cut(archive, 100))) names.push(name);
  assert.deepEqual(
    names,
    all.map(({ entry }) => entry.name),
  );
});

test("an archive that ends early, or is none, is refused", async () => {
  await assert.rejects(read(cut(archive.slice(0, 700), 100)), TarTruncatedError);
  await assert.rejects(read(cut(utf8("x".repeat(512)), 100)), /invalid tar header/);
});
