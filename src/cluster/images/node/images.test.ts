import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { utf8 } from "#base/bytes.ts";
import { digestName, normalizeImageName, writeOciArchive } from "./oci-archive.ts";
import { pauseProgram, writePauseImage } from "./pause.ts";
import { createTar } from "./tar.ts";

function temporaryFolder(t: { after: (work: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), "kijabi-images-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("image names get what they leave out", () => {
  const table = {
    nginx: "docker.io/library/nginx:latest",
    "nginx:1.14.2": "docker.io/library/nginx:1.14.2",
    "docker.io/redis:6.0.5": "docker.io/library/redis:6.0.5",
    "index.docker.io/library/redis": "docker.io/library/redis:latest",
    "jocatalin/kubernetes-bootcamp:v2": "docker.io/jocatalin/kubernetes-bootcamp:v2",
    "registry.k8s.io/pause:3.10": "registry.k8s.io/pause:3.10",
    "localhost:5000/a/b": "localhost:5000/a/b:latest",
    "busybox@sha256:abc": "docker.io/library/busybox@sha256:abc",
  };
  for (const [name, normalized] of Object.entries(table)) {
    assert.equal(normalizeImageName(name), normalized);
    assert.equal(normalizeImageName(normalized), normalized);
  }
  assert.equal(digestName("localhost:5000/a/b:v1", "sha256:1"), "localhost:5000/a/b@sha256:1");
});

test("tar files are what tar reads", (t) => {
  const folder = temporaryFolder(t);
  const long = `${"deep/".repeat(30)}file`;
  const archive = createTar([
    { path: "bin", type: "directory" },
    { path: "bin/tool", type: "file", mode: 0o755, data: utf8("tool".repeat(300)) },
    { path: "bin/link", type: "symlink", target: "tool" },
    { path: "bin/hard", type: "hardlink", target: "bin/tool" },
    { path: long, type: "file", data: utf8("far down") },
  ]);
  writeFileSync(join(folder, "a.tar"), archive);
  execFileSync("tar", ["-xf", "a.tar"], { cwd: folder, stdio: "pipe" });
  assert.equal(readFileSync(join(folder, "bin/link"), "utf8"), "tool".repeat(300));
  assert.equal(readFileSync(join(folder, "bin/hard"), "utf8"), "tool".repeat(300));
  assert.equal(readFileSync(join(folder, long), "utf8"), "far down");
});

test("the same image twice is the same bytes, and layers are stored once", async (t) => {
  const folder = temporaryFolder(t);
  const layerFile = join(folder, "layer.tar");
  writeFileSync(layerFile, createTar([{ path: "a", type: "file", data: new Uint8Array(5000) }]));
  const write = async (name: string) => {
    const file = join(folder, name);
    const config = { architecture: "amd64", command: ["/a"] } as const;
    const layers = [{ file: layerFile }];
    const written = await writeOciArchive({
      file,
      images: [
        { names: ["one", "one:v2"], config, layers },
        { names: ["two"], config: { ...config, environment: ["A=1"] }, layers },
      ],
    });
    return { written, bytes: readFileSync(file) };
  };
  const [first, second] = [await write("1.tar"), await write("2.tar")];
  assert.deepEqual(first, second);
  assert.ok(first.bytes.length < 2 * 5000 + 9 * 1024, `${first.bytes.length} bytes`);
  assert.deepEqual(first.written[0]?.names, [
    "docker.io/library/one:latest",
    "docker.io/library/one:v2",
  ]);
  assert.notEqual(first.written[0]?.digest, first.written[1]?.digest);
});

test("the pause image has its program", async (t) => {
  const file = join(temporaryFolder(t), "pause.tar");
  const [image] = await writePauseImage({ file, architecture: "arm64" });
  assert.deepEqual(image?.names, ["registry.k8s.io/pause:3.10"]);
  assert.ok(readFileSync(file).includes(pauseProgram("arm64")));
});

const skip =
  process.platform !== "linux" || process.arch !== "x64" || process.getuid?.() !== 0
    ? "runs the program of this machine's architecture as process 1, which takes root"
    : false;

test("pause, as process 1, reaps orphans and ends at SIGTERM", { skip }, async (t) => {
  const program = join(temporaryFolder(t), "pause");
  writeFileSync(program, pauseProgram("amd64"), { mode: 0o755 });
  // An orphan that ends later is handed to process 1 of its namespace.
  const script = `(sleep 0.2 &) ; exec ${program}`;
  const unshare = spawn("unshare", ["--fork", "--pid", "--kill-child", "sh", "-c", script]);
  t.after(() => unshare.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve) => unshare.on("exit", resolve));
  const children = (pid: number | undefined): number[] => {
    const content = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return content.split(" ").filter(Boolean).map(Number);
  };
  let pause = 0;
  await until(() => {
    pause = children(unshare.pid)[0] ?? 0;
    return pause > 0 && readFileSync(`/proc/${pause}/cmdline`, "utf8").startsWith(program);
  });
  assert.equal(children(pause).length, 1);
  await until(() => children(pause).length === 0);
  process.kill(pause, "SIGUSR1");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(unshare.exitCode, null);
  process.kill(pause, "SIGTERM");
  assert.equal(await ended, 0);
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "waited 5 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
