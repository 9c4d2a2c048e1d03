import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { bundle } from "../../scripts/bundle.ts";
import { allCommands } from "../../src/kubectl/commands/tree.ts";
import { runCommand } from "../support/command.ts";
import { openControlPlane } from "../support/control-plane.ts";

// What is published: files that esbuild and the bundle's own loader make of the sources.

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "kijabi-bundle-"));
  await bundle(join(directory, "dist"));
});
after(async () => await rm(directory, { recursive: true }));

const run = (line: string, environment: Readonly<Record<string, string>> = {}, input = "") =>
  runCommand(join(directory, "dist/kubectl"), line.split(" "), {
    environment: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: directory,
      ...environment,
    },
    input,
    timeoutMs: 60_000,
    expectCode: "any",
  });

test("runs, and keeps what was compiled where only its owner can change it", async () => {
  for (const round of ["first", "second"]) {
    const { code, stdout, stderr } = await run("version --client");
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, round);
    assert.match(stdout, /^Client Version: v1\.36\.0/);
  }
  const [kept = ""] = await readdir(join(directory, ".kube/cache/kijabi"));
  assert.match(kept, /^[\da-f]{16}-v\d+\.\d+\.\d+-\w+$/);
  const { mode } = await stat(join(directory, ".kube/cache/kijabi", kept, "version/main"));
  assert.equal(mode & 0o777, 0o600);
});

test("compiled code that is none is made anew", async () => {
  const cache = { KUBECACHEDIR: join(directory, "cache") };
  await run("version --client", cache);
  const [kept = ""] = await readdir(join(cache.KUBECACHEDIR, "kijabi"));
  const file = join(cache.KUBECACHEDIR, "kijabi", kept, "version/main");
  for (const content of ["", "garbage", Buffer.alloc(100_000)]) {
    await writeFile(file, content);
    const { code, stderr } = await run("version --client", cache);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
});

test("does without a home that can be written to", async () => {
  const file = join(directory, "file");
  await writeFile(file, "");
  for (const HOME of [file, join(directory, "nobody's")]) {
    const { code, stderr } = await run("version --client", { HOME });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
  assert.ok(!(await readdir(directory)).includes("nobody's"));
});

test("runs by a link, and beside what the person asks of Node", async () => {
  const link = join(directory, "k");
  await symlink(join(directory, "dist/kubectl"), link);
  await chmod(join(directory, "dist/kubectl"), 0o755);
  const environment = {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    HOME: directory,
    NODE_OPTIONS: "--use-bundled-ca",
  };
  const { stdout } = await runCommand(link, ["version", "--client"], { environment });
  assert.match(stdout, /^Client Version/);
});

test("every command's own file is there, in both languages", async () => {
  for (const { name, hidden } of allCommands) {
    if (hidden) continue;
    const { code, stdout } = await run(`${name} --help`);
    assert.equal(code, 0, name);
    assert.notEqual(stdout, "", name);
  }
  const korean = await run("get --help", { LANG: "ko_KR.UTF-8" });
  assert.match(korean.stdout, /[가-힣]/);
  const unknown = await run("gett");
  assert.match(unknown.stderr, /unknown command "gett"/);
});

test("asks a server, with all that is loaded late on the way", async () => {
  await using plane = await openControlPlane();
  const environment = { KUBECONFIG: plane.kubeconfig };
  const object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n";
  const steps: readonly (readonly [line: string, shown: RegExp, input?: string])[] = [
    ["apply -f -", /^configmap\/a created\n$/, object],
    ["apply -f - --server-side --force-conflicts", /^configmap\/a serverside-applied\n$/, object],
    ["get configmap a -o yaml", /^apiVersion: v1\ndata:\n {2}b: c\n/],
    ["get configmap a -o jsonpath={.data.b}", /^c$/],
    ["get configmap a -o go-template={{.data.b}}", /^c$/],
    ["get configmaps --sort-by=.metadata.name", /^NAME +DATA +AGE\na /],
    ["describe configmap a", /\nb:\n----\nc\n/],
    ["explain configmap.data", /FIELD: data/],
    ["api-resources --api-group=apps -o name", /deployments\.apps/],
    ["label configmap a x=y", /^configmap\/a labeled\n$/],
    ["create deployment d --image=e --dry-run=server -o json", /"image": "e"/],
    ["delete configmap a", /^configmap "a" deleted/],
  ];
  for (const [line, shown, input = ""] of steps) {
    const { code, stdout, stderr } = await run(line, environment, input);
    assert.equal(code, 0, `${line}: ${stderr}`);
    assert.match(stdout, shown, line);
  }
});
