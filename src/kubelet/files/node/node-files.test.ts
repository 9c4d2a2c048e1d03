import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { Pod } from "#api/core/v1.ts";
import { text } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import type { ContainerRun } from "../../pod-worker/runtime-state.ts";
import type { LogOptions } from "../log-lines.ts";
import { createNodeFiles } from "./node-files.ts";
import { readLogs } from "./read-logs.ts";
import { rotateLogs } from "./rotate-logs.ts";

const { signal } = new AbortController();
const line = (content: string) => `2026-01-01T00:00:00Z stdout F ${content}\n`;

test("a pod's files are made, read and removed", async (t) => {
  const root = folder(t);
  const files = createNodeFiles({
    root,
    logRoot: join(root, "logs"),
    clusterDns: ["10.96.0.10"],
    clusterDomain: "cluster.local",
    hostResolver: { servers: [], searches: [], options: [] },
  });
  const pod = applyDefaults(Pod, {
    metadata: { name: "p", namespace: "default", uid: "u1" },
    spec: {
      containers: [{ name: "c", terminationMessagePolicy: "FallbackToLogsOnError" }],
    },
  } satisfies Draft<Pod>);
  const [container] = pod.spec.containers;
  assert.ok(container);

  const logs = await files.logDirectory(pod);
  assert.equal(logs, join(root, "logs/default_p_u1"));
  assert.ok(statSync(join(logs, "c")).isDirectory());
  const hosts = await files.hostsFile(pod, ["10.244.0.5"]);
  assert.match(readFileSync(hosts ?? "", "utf8"), /^10\.244\.0\.5\tp$/m);
  assert.equal(statSync(hosts ?? "").mode & 0o777, 0o644);
  const inode = statSync(hosts ?? "").ino;
  await files.hostsFile(pod, ["10.244.0.6"]);
  assert.equal(statSync(hosts ?? "").ino, inode);
  assert.match(readFileSync(hosts ?? "", "utf8"), /^10\.244\.0\.6\tp$/m);

  const termination = await files.terminationLog(pod, container, 0);
  assert.ok(termination);
  assert.equal(termination.containerPath, "/dev/termination-log");
  const run = (exitCode: number) =>
    ({ attempt: 0, exitCode, logPath: join(logs, "c/0.log") }) as ContainerRun;
  assert.equal(await files.terminationMessage(pod, container, run(1)), undefined);
  writeFileSync(
    join(logs, "c/0.log"),
    Array.from({ length: 100 }, (_, n) => line(`n${n}`)).join(""),
  );
  assert.equal(await files.terminationMessage(pod, container, run(0)), undefined);
  const tail = await files.terminationMessage(pod, container, run(1));
  assert.match(tail ?? "", /^n20\n[^]*n99\n$/);
  writeFileSync(termination.hostPath, "x".repeat(5000));
  assert.equal(await files.terminationMessage(pod, container, run(1)), "x".repeat(4096));

  await files.removePod("u1");
  assert.deepEqual(readdirSync(join(root, "pods")), []);
  assert.deepEqual(readdirSync(join(root, "logs")), []);
});

test("the last lines are found from the end", async (t) => {
  const path = join(folder(t), "0.log");
  const long = "y".repeat(50_000);
  writeFileSync(path, [line("a"), line(long), line("b"), line("c")].join(""));
  const read = async (options: LogOptions) => {
    let output = "";
    const request = { path, options, ended: () => true, clock: systemClock() };
    for await (const piece of readLogs(request, signal)) output += text(piece);
    return output;
  };
  assert.equal(await read({ tailLines: 0 }), "");
  assert.equal(await read({ tailLines: 1 }), "c\n");
  assert.equal(await read({ tailLines: 3 }), `${long}\nb\nc\n`);
  assert.equal(await read({ tailLines: 4 }), `a\n${long}\nb\nc\n`);
  assert.equal(await read({ tailLines: 9, limitBytes: 3 }), "a\ny");
  rmSync(path);
  await assert.rejects(read({}), /does not exist/);
});

test("a follower reads on through a rotation, until the container has ended", async (t) => {
  const path = join(folder(t), "0.log");
  let ended = false;
  const request = { path, options: { follow: true }, ended: () => ended, clock: systemClock() };
  const output = readLogs(request, signal)[Symbol.asyncIterator]();
  const next = async () => text((await output.next()).value ?? new Uint8Array(0));
  const first = next();
  writeFileSync(path, line("one")); // it waits for a log that is not there yet
  assert.equal(await first, "one\n");
  appendFileSync(path, line("two"));
  assert.equal(await next(), "two\n");
  appendFileSync(path, line("three"));
  renameSync(path, `${path}.old`);
  writeFileSync(path, line("four"));
  assert.equal((await next()) + (await next()), "three\nfour\n");
  appendFileSync(path, line("five"));
  ended = true;
  assert.equal(await next(), "five\n");
  assert.equal((await output.next()).done, true);
});

test("a follower stops when nobody listens any more", async (t) => {
  const path = join(folder(t), "0.log");
  writeFileSync(path, line("one"));
  const leaving = new AbortController();
  const request = { path, options: { follow: true }, ended: () => false, clock: systemClock() };
  const output = readLogs(request, leaving.signal)[Symbol.asyncIterator]();
  await output.next();
  const end = output.next();
  leaving.abort();
  assert.equal((await end).done, true);
});

test("a log that is too long is rotated, and old ones are packed and dropped", async (t) => {
  const root = folder(t);
  const path = join(root, "0.log");
  const clock = new VirtualClock();
  const reopened: string[] = [];
  let fails = false;
  const runtime = {
    async reopenContainerLog({ containerId = "" }) {
      if (fails) throw new Error("no such container");
      reopened.push(containerId);
      writeFileSync(path, "");
      return {};
    },
  };
  const options = { runtime, clock, logger: silentLogger, bytesMax: 10, filesMax: 3 };
  const rotate = () => rotateLogs([{ containerId: "id", path }], options, signal);
  writeFileSync(path, "short");
  await rotate();
  assert.deepEqual(readdirSync(root), ["0.log"]);
  for (const number of [1, 2, 3]) {
    writeFileSync(path, `long enough ${number}`);
    await rotate();
    await clock.advance(1000);
  }
  assert.deepEqual(reopened, ["id", "id", "id"]);
  assert.deepEqual(readdirSync(root), [
    "0.log",
    "0.log.20260101-000001.gz",
    "0.log.20260101-000002",
  ]);
  const packed = gunzipSync(readFileSync(join(root, "0.log.20260101-000001.gz")));
  assert.equal(packed.toString(), "long enough 2");
  fails = true;
  writeFileSync(path, "long enough 4");
  await rotate();
  assert.equal(readFileSync(path, "utf8"), "long enough 4");
  assert.ok(!existsSync(`${path}.20260101-000003`));
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "files-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}
