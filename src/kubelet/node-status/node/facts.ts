import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, release, totalmem } from "node:os";
import type { Runtime } from "../../cri/runtime.ts";
import type { NodeFacts, NodeHealth } from "../node-status.ts";

/** Reads what the machine is, once at start. */
export async function readFacts(
  options: {
    readonly address: string;
    readonly kubeletPort: number;
    readonly kubeletVersion: string;
    readonly root: string;
    readonly runtime: Runtime;
  },
  signal: AbortSignal,
): Promise<NodeFacts> {
  const [disk, version, machineId, bootId, osRelease, systemUuid, memory] = await Promise.all([
    statfs(options.root),
    options.runtime.version({ version: "0.1.0" }, signal),
    firstLine("/etc/machine-id"),
    firstLine("/proc/sys/kernel/random/boot_id"),
    readFile("/etc/os-release", "utf8").catch(() => ""),
    firstLine("/sys/class/dmi/id/product_uuid"),
    memoryInfo(),
  ]);
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: disk.blocks * disk.bsize,
    podsMax: 110,
    address: options.address,
    kubeletPort: options.kubeletPort,
    machineId,
    systemUuid: systemUuid || machineId,
    bootId,
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(osRelease)?.[1] ?? "Linux",
    architecture: arch() === "x64" ? "amd64" : arch(),
    runtimeVersion: `${version.runtimeName}://${version.runtimeVersion.replace(/^v/, "")}`,
    kubeletVersion: options.kubeletVersion,
    swapBytes: memory.swapTotal,
  };
}

/** Asks the runtime and the machine how they are. Never throws: trouble is part of the answer. */
export async function readHealth(
  options: { readonly root: string; readonly runtime: Runtime; readonly imagesMax: number },
  signal: AbortSignal,
): Promise<NodeHealth> {
  const problems: string[] = [];
  let images: NodeHealth["images"] = [];
  try {
    const { status } = await options.runtime.status({ verbose: false }, signal);
    for (const condition of status?.conditions ?? []) {
      if (!condition.status) {
        const state = `${condition.type}=false reason:${condition.reason} message:${condition.message}`;
        problems.push(`container runtime network not ready: ${state}`);
      }
    }
    const list = await options.runtime.listImages({}, signal);
    images = list.images
      .map(({ repoTags, repoDigests, size }) => ({
        names: [...repoDigests, ...repoTags],
        sizeBytes: size,
      }))
      .filter(({ names }) => names.length > 0)
      .sort((left, right) => right.sizeBytes - left.sizeBytes)
      .slice(0, options.imagesMax);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    problems.push(`container runtime is down: ${text}`);
  }
  const [memory, disk] = await Promise.all([memoryInfo(), statfs(options.root)]);
  return {
    problems,
    images,
    memoryAvailableBytes: memory.available,
    diskAvailableBytes: disk.bavail * disk.bsize,
  };
}

async function memoryInfo(): Promise<{ available: number; swapTotal: number }> {
  const text = await readFile("/proc/meminfo", "utf8");
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { available: bytes("MemAvailable"), swapTotal: bytes("SwapTotal") };
}

async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n")[0]?.trim() ?? "";
}
