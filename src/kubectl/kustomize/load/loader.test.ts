import { test } from "node:test";
import assert from "node:assert/strict";
import { kustomize } from "../kustomize.ts";
import { MemoryFiles } from "./files.ts";
import type { RemoteFiles } from "./loader.ts";

const { signal } = new AbortController();
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const url = "https://example.com/a.yaml";

function remote(answers: Readonly<Record<string, string>>, clones: string[] = []): RemoteFiles {
  return {
    fetch(asked) {
      const found = answers[asked];
      const content = new TextEncoder().encode(found ?? "");
      return Promise.resolve({ status: found === undefined ? 404 : 200, content });
    },
    clone({ url: repository, ref }) {
      clones.push(`clone ${repository} ${ref}`);
      const gone = () => Promise.resolve(void clones.push(`remove ${repository}`));
      return Promise.resolve({ directory: "/clone", [Symbol.asyncDispose]: gone });
    },
  };
}

test("URLs are refused where nothing fetches them", async () => {
  const files = new MemoryFiles({ "/k/kustomization.yaml": `resources: [${url}]` });
  await assert.rejects(kustomize(files, "/k", {}, signal), /remote files are not available here/);
  await assert.rejects(
    kustomize(files, "https://github.com/org/repo", {}, signal),
    /cannot clone 'https:\/\/github.com\/org\/repo': remote bases are not available here/,
  );
});

test("a resource may be on a web server", async () => {
  const files = new MemoryFiles({ "/k/kustomization.yaml": `resources: [${url}]` });
  const options = { remote: remote({ [url]: configMap("far") }) };
  assert.match(await kustomize(files, "/k", options, signal), /name: far/);
  await assert.rejects(kustomize(files, "/k", { remote: remote({}) }, signal), {
    message:
      `accumulating resources: accumulating resources from '${url}': ` +
      "HTTP Error: status code 404 (Not Found)",
  });
});

test("a base may be in a repository, which is gone after the build", async () => {
  const files = new MemoryFiles({
    "/k/kustomization.yaml":
      "resources: ['https://github.com/org/repo/base?ref=v2']\nbuildMetadata: [originAnnotations]",
    "/clone/base/kustomization.yaml": "resources: [a.yaml, ../other]",
    "/clone/base/a.yaml": configMap("a"),
    "/clone/other/kustomization.yaml": "resources: [b.yaml]",
    "/clone/other/b.yaml": configMap("b"),
  });
  const clones: string[] = [];
  const text = await kustomize(files, "/k", { remote: remote({}, clones) }, signal);
  assert.match(text, /path: base\/a.yaml\n {6}repo: https:\/\/github.com\/org\/repo\n {6}ref: v2/);
  assert.match(text, /path: other\/b.yaml/);
  assert.deepEqual(clones, [
    "clone https://github.com/org/repo v2",
    "remove https://github.com/org/repo",
  ]);
});

test("a repository's kustomizations stay in it", async () => {
  const files = new MemoryFiles({
    "/k/kustomization.yaml": "resources: [github.com/org/repo]",
    "/clone/kustomization.yaml": "resources: [../secret]",
    "/secret/kustomization.yaml": "namePrefix: x",
  });
  await assert.rejects(
    kustomize(files, "/k", { remote: remote({}), loadRestriction: "LoadRestrictionsNone" }, signal),
    /security; bases in kustomizations found in cloned git repos must be within the repo/,
  );
});

test("a build that is no longer wanted ends", async () => {
  const files = new MemoryFiles({ "/k/kustomization.yaml": "namePrefix: x" });
  const reason = new Error("enough");
  await assert.rejects(kustomize(files, "/k", {}, AbortSignal.abort(reason)), reason);
});
