import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { freePort } from "./open.ts";

/** How a load reaches etcd. */
export interface EtcdTarget {
  readonly kind: "etcd";
  readonly port: number;
}

export interface BenchEtcd extends AsyncDisposable {
  readonly pid: number;
  readonly target: EtcdTarget;
}

const root = resolve(import.meta.dirname, "../..");
const startMsMax = 30_000;

export function hasEtcd(): boolean {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((path) => existsSync(join(path, "etcd")));
}

/** One etcd, as Debian has it, with its data beside that of our servers and no TLS. */
export async function openEtcd(): Promise<BenchEtcd> {
  const home = join(root, ".cache/bench-home");
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, "etcd-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const child = spawn(
    "etcd",
    [
      "--name=bench",
      `--data-dir=${folder}`,
      "--log-level=error",
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=bench=${peerUrl}`,
      "--quota-backend-bytes=8000000000",
    ],
    { stdio: "ignore" },
  );
  const exited = once(child, "exit");
  const etcd: BenchEtcd = {
    pid: required(child.pid, "etcd runs"),
    target: { kind: "etcd", port },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const startedAt = performance.now();
  while (!(await isListening(port))) {
    if (performance.now() - startedAt > startMsMax || child.exitCode !== null) {
      await etcd[Symbol.asyncDispose]();
      throw new Error("etcd does not start");
    }
    await sleep(systemClock(), 50);
  }
  return etcd;
}

/** It listens once it has elected itself. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
