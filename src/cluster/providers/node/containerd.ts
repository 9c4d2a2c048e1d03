import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statfsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { removeCniResults, writeCniConfig } from "./cni.ts";
import { containerdConfig } from "./containerd-config.ts";
import { waitForCri } from "./cri-probe.ts";
import type { Host } from "./host.ts";
import { cgroupsOf, removeCgroups } from "./cgroups.ts";
import { unmountBelow } from "./mounts.ts";
import { checkName, nodeCgroup } from "./names.ts";
import {
  endProcess,
  identify,
  isAlive,
  listProcesses,
  readPidFile,
  send,
  writePidFile,
} from "./processes.ts";
import type { ProcessEntry, ProcessIdentity } from "./processes.ts";

/** Where a node's runtime keeps its things. All paths are absolute, and the node's own. */
export interface ContainerdFiles {
  readonly profile: string;
  readonly node: string;
  /** Images and containers; removed when the node is deleted. */
  readonly root: string;
  /** What a reboot may take. */
  readonly state: string;
  readonly socket: string;
  /** Process and start time of the runtime. */
  readonly pidFile: string;
}

export interface ContainerdOptions extends ContainerdFiles {
  /** `nsenter --net=` goes there; undefined for the host's own network. */
  readonly networkNamespace: string | undefined;
  readonly podCidr: string;
  readonly mtu: number;
  readonly host: Host;
  readonly sandboxImage: string;
  /** For `config.toml`, the CNI configuration and `certs.d`, which is for registries. */
  readonly configDir: string;
  readonly logFile: string;
  readonly clock: Clock;
}

export interface Containerd {
  readonly pid: number;
  /** It was there already, and was left alone. */
  readonly adopted: boolean;
  readonly snapshotter: "overlayfs" | "native";
}

/**
 * Starts a node's runtime, or finds it running, and resolves when it answers the CRI. It is a
 * session of its own: neither it nor its containers end with whoever started it. Throws with the
 * end of the log when it ends before it answers.
 */
export async function startContainerd(
  options: ContainerdOptions,
  signal?: AbortSignal,
): Promise<Containerd> {
  const { root, state, socket, pidFile, configDir, clock } = options;
  checkName("profile", options.profile);
  checkName("node", options.node);
  if (Buffer.byteLength(socket) > 107) {
    throw new Error(`the path of the socket is longer than 107 bytes: ${socket}`);
  }
  for (const folder of [root, state, configDir, dirname(socket), dirname(pidFile)]) {
    await mkdir(folder, { recursive: true, mode: 0o711 });
  }
  await mkdir(dirname(options.logFile), { recursive: true });
  const snapshotter = snapshotterFor(root);
  const running = await readPidFile(pidFile);
  if (running && (await answers({ socket, clock, identity: running }, signal))) {
    return { pid: running.pid, adopted: true, snapshotter };
  }
  const config = join(configDir, "config.toml");
  await writeConfig({ ...options, snapshotter, file: config });
  await rm(socket, { force: true });
  const logLength = await makeRoomInLog(options.logFile);
  const identity = await launch({ ...options, config });
  try {
    await writePidFile(pidFile, identity);
    if (!(await answers({ socket, clock, identity }, signal))) throw new Error("containerd ended");
    return { pid: identity.pid, adopted: false, snapshotter };
  } catch (error) {
    await endProcess({ identity, clock, graceMs: 1000, pidFile });
    if (signal?.aborted) throw error;
    const said = await logSince(options.logFile, logLength);
    throw new Error(`${String(error)}\nThe end of ${options.logFile}:\n${said}`, { cause: error });
  }
}

/** False when the process ends before it answers. */
async function answers(
  runtime: {
    readonly socket: string;
    readonly clock: Clock;
    readonly identity: ProcessIdentity;
  },
  signal?: AbortSignal,
): Promise<boolean> {
  const { socket, clock, identity } = runtime;
  const wait = (signal: AbortSignal) =>
    waitForCri({ socket, clock, hasEnded: () => !isAlive(identity) }, signal);
  return withTimeout(clock, readyTimeoutMs, signal, wait);
}

async function launch(
  options: ContainerdOptions & { readonly config: string },
): Promise<ProcessIdentity> {
  const { host, networkNamespace, config } = options;
  const containerd = required(host.binaries.containerd, "containerd was detected");
  const nsenter = required(host.binaries.nsenter, "nsenter was detected");
  const program = networkNamespace ? nsenter : containerd;
  const enter = networkNamespace ? [`--net=${networkNamespace}`, containerd] : [];
  const log = await open(options.logFile, "a");
  try {
    const child = spawn(program, [...enter, "--config", config], {
      detached: true, // a session of its own; `nsenter` becomes containerd, so the number stays
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
    });
    child.unref();
    await once(child, "spawn");
    const pid = required(child.pid, "what was spawned has a number");
    // One that has ended already has no start time: no process has 0, so it counts as ended.
    return identify(pid) ?? { pid, startTicks: 0 };
  } finally {
    await log.close();
  }
}

/** Ends the runtime alone: containers run on, and are found again at the next start. */
export async function stopContainerd(
  options: ContainerdFiles & { readonly clock: Clock },
  signal?: AbortSignal,
): Promise<void> {
  const { clock, pidFile } = options;
  const identity = await readPidFile(pidFile);
  if (identity) await endProcess({ identity, clock, graceMs: 10_000, pidFile }, signal);
  await rm(pidFile, { force: true });
}

/**
 * Ends a node's containers at once: their processes, their mounts and their cgroups. The runtime is
 * stopped before, so that it does not start anything meanwhile. Works after a crash of any part.
 */
export async function endContainers(
  options: ContainerdFiles & { readonly clock: Clock },
  signal?: AbortSignal,
): Promise<void> {
  await stopContainerd(options, signal);
  const { socket, state, root } = options;
  const parent = nodeCgroup(options.profile, options.node);
  const cgroups = new Set<string>();
  const deadline = options.clock.monotonic() + 20_000;
  for (;;) {
    const all = listProcesses();
    const shims = all.filter((entry) => isShimOf(entry, socket));
    const inside = descendants(all, shims);
    // The shims' own cgroup is the runtime's, and that is whoever's who started it.
    const own = await cgroupsOf({ processes: inside, parent, shims: shims.map(shimId) });
    for (const path of own.paths) cgroups.add(path);
    const members = all.filter((entry) => own.members.has(entry.pid));
    const victims = [...inside, ...members, ...shims];
    if (victims.length === 0) break;
    if (options.clock.monotonic() > deadline) {
      const left = victims.map((entry) => entry.pid).join(", ");
      throw new Error(`processes of ${options.node}'s containers do not end: ${left}`);
    }
    for (const victim of victims) send(victim, "SIGKILL");
    await new Promise<void>((resolve) => options.clock.after(10, resolve));
    signal?.throwIfAborted();
  }
  await removeShimSockets(state);
  await unmountBelow([state, root], signal);
  await removeCgroups({ parent, paths: [...cgroups], clock: options.clock }, signal);
}

/** Ends the containers, and removes all that the node's runtime has on the machine. */
export async function deleteContainerd(
  options: ContainerdFiles & { readonly clock: Clock },
  signal?: AbortSignal,
): Promise<void> {
  await endContainers(options, signal);
  const sandboxes = await namesIn(join(options.root, "io.containerd.grpc.v1.cri/sandboxes"));
  await removeCniResults({ ...options, sandboxes });
  await rm(options.socket, { force: true });
  await rm(`${options.socket}.ttrpc`, { force: true });
  await rm(options.state, { recursive: true, force: true });
  await rm(options.root, { recursive: true, force: true });
}

const logLengthMax = 10 << 20;

/** It takes a tenth of a second on an idle machine. */
const readyTimeoutMs = 30_000;

/** An overlay on an overlay is refused by the kernel: in a container, images are copied instead. */
function snapshotterFor(root: string): "overlayfs" | "native" {
  return statfsSync(root).type === 0x794c7630 ? "native" : "overlayfs";
}

async function writeConfig(
  options: ContainerdOptions & {
    readonly snapshotter: "overlayfs" | "native";
    readonly file: string;
  },
): Promise<void> {
  const { host, configDir, root } = options;
  const cniConfDir = join(configDir, "net.d");
  const registryDir = join(configDir, "certs.d");
  const cniBinDir = required(host.cniBinDir, "the CNI plugins were detected");
  await mkdir(registryDir, { recursive: true });
  await writeCniConfig({ ...options, confDir: cniConfDir, dataDir: join(root, "cni") });
  const config = containerdConfig({ ...options, cniBinDir, cniConfDir, registryDir });
  await writeFile(options.file, config);
}

function isShimOf(entry: ProcessEntry, socket: string): boolean {
  const [program = "", ...args] = entry.commandLine;
  if (!program.includes("containerd-shim")) return false;
  return args[args.indexOf("-address") + 1] === socket && args.includes("-address");
}

function shimId(shim: ProcessEntry): string {
  return shim.commandLine[shim.commandLine.indexOf("-id") + 1] ?? "";
}

function descendants(
  all: readonly ProcessEntry[],
  ancestors: readonly ProcessEntry[],
): readonly ProcessEntry[] {
  const inside = new Set(ancestors.map((entry) => entry.pid));
  const found: ProcessEntry[] = [];
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of all) {
      if (inside.has(entry.pid) || !inside.has(entry.parent)) continue;
      inside.add(entry.pid);
      found.push(entry);
      grown = true;
    }
  }
  return found;
}

/** Shims make their sockets in a folder of the whole machine, and one that is killed leaves it. */
async function removeShimSockets(state: string): Promise<void> {
  const tasks = join(state, "io.containerd.runtime.v2.task");
  for (const namespace of await namesIn(tasks)) {
    for (const id of await namesIn(join(tasks, namespace))) {
      const file = join(tasks, namespace, id, "address");
      if (!existsSync(file)) continue;
      const address = (await readFile(file, "utf8")).trim();
      if (address.startsWith("unix:///"))
        await rm(address.slice("unix://".length), { force: true });
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

/** The log's length; a long one is put aside, and replaces the one put aside before. */
async function makeRoomInLog(file: string): Promise<number> {
  const length = existsSync(file) ? (await stat(file)).size : 0;
  if (length < logLengthMax) return length;
  await rename(file, `${file}.1`);
  return 0;
}

async function logSince(file: string, length: number): Promise<string> {
  const content = await readFile(file);
  return content.subarray(length).toString("utf8").trim().split("\n").slice(-10).join("\n");
}
