import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { kustomize } from "../kustomize.ts";
import { diskFiles } from "./disk-files.ts";
import { remoteFiles } from "./remote-files.ts";

const { signal } = new AbortController();
const options = { remote: remoteFiles };
let folder = "";

const git = (...args: readonly string[]) =>
  execFileSync("git", args, { cwd: join(folder, "repo"), stdio: "pipe" });

before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustomize-test-"));
  mkdirSync(join(folder, "repo", "base"), { recursive: true });
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  write("repo/base/kustomization.yaml", "resources: [a.yaml]\n");
  write("repo/base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  git("init", "-b", "main");
  git("add", "-A");
  git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-m", "first");
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("a directory of a repository is built from a working copy", async () => {
  const copies = () => readdirSync(tmpdir()).filter((name) => /^kustomize-\w{6}$/.test(name));
  const before = copies();
  const url = `file://${folder}/repo//base?ref=main`;
  assert.match(await kustomize(diskFiles, url, options, signal), /name: a/);
  assert.deepEqual(copies(), before);
});

test("a repository that is not there is told with git's words", async () => {
  const url = `file://${folder}/nope`;
  await assert.rejects(kustomize(diskFiles, url, options, signal), {
    name: "KustomizeError",
    message: /^failed to run 'git fetch --depth=1 file:\/\/.*nope HEAD': .*exit status 128$/s,
  });
});

test("a file of a web server is a resource", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/a.yaml" ? 200 : 500;
    response.end("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = join(folder, "web");
  mkdirSync(directory);
  const build = (path: string) => {
    writeFileSync(join(directory, "kustomization.yaml"), `resources: [${url}/${path}]`);
    return kustomize(diskFiles, directory, options, signal);
  };
  try {
    assert.match(await build("a.yaml"), /name: web/);
    await assert.rejects(build("b.yaml"), /HTTP Error: status code 500 \(Internal Server Error\)$/);
  } finally {
    server.close();
  }
  await assert.rejects(build("a.yaml"), /Get "http:\/\/127.0.0.1:\d+\/a.yaml": /);
});
