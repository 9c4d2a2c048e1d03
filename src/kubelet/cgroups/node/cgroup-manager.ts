import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Pod } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { podQosClass, podRequests } from "#machinery/pod-resources.ts";
import { quantityMilli } from "#schema/quantity.ts";
import type { CgroupManager } from "../../pod-worker/dependencies.ts";
import { cpuPeriodUs, podCgroup, sharesOf, weightOf } from "../pod-resources.ts";
import type { PodCgroup } from "../pod-resources.ts";
import type { CgroupHierarchy } from "./hierarchy.ts";

export interface CgroupManagerOptions {
  readonly hierarchy: CgroupHierarchy;
  /** Of everything of this node: "/kijabi/<profile>/<node>". */
  readonly parent: string;
  /** What pods may use of the node together. */
  readonly allocatableCpuMilli: number;
  /** `podPidsLimit`; no limit when undefined. */
  readonly pidsMax?: number;
  readonly clock: Clock;
}

/**
 * Cgroups as upstream lays them out: `kubepods/pod<uid>` for guaranteed pods and
 * `kubepods/burstable/pod<uid>`, `kubepods/besteffort/pod<uid>` for the others. The runtime makes
 * the containers' own ones below, with the cgroupfs driver.
 */
export function createCgroupManager(options: CgroupManagerOptions): CgroupManager {
  return new Cgroups(options);
}

const qosFolders = ["", "burstable", "besteffort"] as const;
const busyMsMax = 2000;

class Cgroups implements CgroupManager {
  readonly #options: CgroupManagerOptions;
  readonly #top: string;
  /** What was written, by pod: the same again is not worth a write. */
  readonly #written = new Map<string, string>();
  /** Of the burstable pods: together they make the weight of their class. */
  readonly #burstableMilli = new Map<string, number>();
  #prepared: Promise<void> | undefined;

  constructor(options: CgroupManagerOptions) {
    this.#options = options;
    this.#top = join(options.parent, "kubepods");
  }

  async ensure(pod: Pod): Promise<string> {
    const uid = pod.metadata.uid;
    const settings = podCgroup(pod);
    const path = join(this.#top, folderOf(settings), `pod${uid}`);
    const wanted = JSON.stringify(settings);
    if (this.#written.get(uid) === wanted) return path;
    this.#prepared ??= this.#prepare();
    await this.#prepared.catch((error: unknown) => {
      this.#prepared = undefined; // the next pod tries again
      throw error;
    });
    await this.#makeFolders(path);
    await this.#apply(path, settings);
    if (podQosClass(pod) === "Burstable") {
      this.#burstableMilli.set(uid, quantityMilli(podRequests(pod.spec).cpu ?? "0"));
      await this.#weighBurstable();
    }
    this.#written.set(uid, wanted);
    return path;
  }

  async remove(podUid: string): Promise<void> {
    for (const root of this.#roots()) {
      for (const qos of qosFolders) {
        await this.#removeTree(join(root, this.#top, qos, `pod${podUid}`));
      }
    }
    this.#written.delete(podUid);
    if (this.#burstableMilli.delete(podUid)) await this.#weighBurstable();
  }

  /** The classes: who asked for nothing gets what nobody else wants. */
  async #prepare(): Promise<void> {
    for (const qos of qosFolders) await this.#makeFolders(join(this.#top, qos));
    await this.#setWeight(this.#top, sharesOf(this.#options.allocatableCpuMilli));
    await this.#setWeight(join(this.#top, "besteffort"), 2);
    await this.#weighBurstable();
  }

  async #weighBurstable(): Promise<void> {
    let milli = 0;
    for (const one of this.#burstableMilli.values()) milli += one;
    await this.#setWeight(join(this.#top, "burstable"), sharesOf(milli));
  }

  async #apply(path: string, settings: PodCgroup): Promise<void> {
    const { pidsMax } = this.#options;
    await this.#setWeight(path, settings.cpuShares);
    if (this.#options.hierarchy.version === 1) {
      await this.#set("cpu", path, "cpu.cfs_period_us", String(cpuPeriodUs));
      await this.#set("cpu", path, "cpu.cfs_quota_us", String(settings.cpuQuotaUs ?? -1));
      await this.#set("memory", path, "memory.limit_in_bytes", String(settings.memoryBytes ?? -1));
    } else {
      await this.#set("cpu", path, "cpu.max", `${settings.cpuQuotaUs ?? "max"} ${cpuPeriodUs}`);
      await this.#set("memory", path, "memory.max", String(settings.memoryBytes ?? "max"));
    }
    if (pidsMax !== undefined) await this.#set("pids", path, "pids.max", String(pidsMax));
  }

  async #setWeight(path: string, shares: number): Promise<void> {
    if (this.#options.hierarchy.version === 1) {
      await this.#set("cpu", path, "cpu.shares", String(shares));
    } else {
      await this.#set("cpu", path, "cpu.weight", String(weightOf(shares)));
    }
  }

  async #set(controller: string, path: string, file: string, value: string): Promise<void> {
    const root = this.#rootOf(controller);
    if (root === undefined) return; // the kernel lacks the controller, as it may lack pids
    try {
      await writeFile(join(root, path, file), value, { flag: "r+" });
    } catch (error) {
      throw new Error(`cgroup ${path}: ${file} cannot be set to ${value}`, { cause: error });
    }
  }

  /** Only in the trees whose settings are ours; the runtime makes its own in all of them. */
  async #makeFolders(path: string): Promise<void> {
    const { hierarchy } = this.#options;
    if (hierarchy.version === 1) {
      const roots = ["cpu", "memory", "pids"].map((controller) => this.#rootOf(controller));
      for (const root of new Set(roots)) {
        if (root !== undefined) await mkdir(join(root, path), { recursive: true });
      }
      return;
    }
    await mkdir(join(hierarchy.root, path), { recursive: true });
    await this.#delegate(hierarchy.root, path);
  }

  /** In v2 a cgroup has the controllers that its parents, all the way up, pass on to it. */
  async #delegate(root: string, path: string): Promise<void> {
    const parents: string[] = [];
    for (let folder = path; folder !== "/" && folder !== "."; folder = dirname(folder)) {
      parents.unshift(folder);
    }
    for (const parent of ["/", ...parents]) {
      const folder = join(root, parent);
      const words = async (file: string) =>
        (await readFile(join(folder, file), "utf8")).trim().split(/\s+/).filter(Boolean);
      const passed = new Set(await words("cgroup.subtree_control"));
      const missing = (await words("cgroup.controllers")).filter((name) => !passed.has(name));
      if (missing.length === 0) continue;
      const change = missing.map((name) => `+${name}`).join(" ");
      await writeFile(join(folder, "cgroup.subtree_control"), change, { flag: "r+" });
    }
  }

  #rootOf(controller: string): string | undefined {
    const { hierarchy } = this.#options;
    return hierarchy.version === 2 ? hierarchy.root : hierarchy.controllers.get(controller);
  }

  #roots(): readonly string[] {
    const { hierarchy } = this.#options;
    return hierarchy.version === 2 ? [hierarchy.root] : [...new Set(hierarchy.roots)];
  }

  async #removeTree(path: string): Promise<void> {
    for (const name of await foldersIn(path)) await this.#removeTree(join(path, name));
    await this.#removeFolder(path);
  }

  /** A cgroup is busy for a moment after its last process ended. */
  async #removeFolder(path: string): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonic() + busyMsMax;
    for (;;) {
      try {
        return await rmdir(path);
      } catch (error) {
        if (hasCode(error, "ENOENT")) return;
        if (!hasCode(error, "EBUSY") || clock.monotonic() > deadlineMs) throw error;
        await sleep(clock, 10);
      }
    }
  }
}

function folderOf({ qosClass }: PodCgroup): string {
  return qosClass === "Guaranteed" ? "" : qosClass.toLowerCase();
}

async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
