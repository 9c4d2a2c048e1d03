import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { profilePaths } from "../../src/cluster/node/paths.ts";
import type { ProfilePaths } from "../../src/cluster/node/paths.ts";
import { readPidFile, send } from "../../src/cluster/providers/node/processes.ts";
import { ServerProcess } from "../ha/server-process.ts";
import { runCommand } from "../support/command.ts";

const namePrefix = "kijabi-faults-";
const profilePrefix = "faults-";
const profile = `${profilePrefix}${process.pid}`;

/** Why file systems cannot be mounted here; false when they can. */
export const mountMissing: string | false = whyNoMounts();

/** Where the server of one test lives; it and all in it are gone when the test ends. */
export class Place {
  readonly folder: string;
  readonly #image: string;
  readonly #mount: string;
  #server: ServerProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.#image = join(folder, "image");
    this.#mount = join(folder, "mount");
  }

  static async make(context: TestContext): Promise<Place> {
    await sweep();
    // Named after this process, so that others see when nobody uses it any more.
    const place = new Place(await mkdtemp(join(tmpdir(), `${namePrefix}${process.pid}-`)));
    context.after(() => place.#remove());
    process.env["KIJABI_HOME"] = place.folder;
    // There are many starts: what is compiled is kept between them.
    process.env["NODE_COMPILE_CACHE"] ??= join(place.folder, "compiled");
    process.env["LC_ALL"] = "C";
    return place;
  }

  get paths(): ProfilePaths {
    return profilePaths(profile);
  }

  get profile(): string {
    return profile;
  }

  async makeServer(
    options: { etcd?: readonly string[]; settings?: Partial<ClusterConfig> } = {},
  ): Promise<ServerProcess> {
    this.#server = await ServerProcess.make(profile, options.etcd, undefined, options.settings);
    return this.#server;
  }

  /** From now on profiles are on a file system of their own, of so many megabytes. */
  async mountImage(megabytes: number): Promise<string> {
    await mkdir(this.#mount);
    await runCommand("truncate", ["-s", `${megabytes}M`, this.#image]);
    // Without a part that is kept for root, whom the server is.
    await runCommand("mkfs.ext4", ["-q", "-m", "0", this.#image]);
    await this.remount();
    process.env["KIJABI_HOME"] = this.#mount;
    return this.#mount;
  }

  /** What an administrator does once the medium is well again. */
  async remount(): Promise<void> {
    if (isMounted(this.#mount)) await runCommand("umount", [this.#mount]);
    await runCommand("e2fsck", ["-p", this.#image], { expectCode: "any" });
    await runCommand("mount", ["-o", "loop,errors=remount-ro", this.#image, this.#mount]);
  }

  /**
   * What the kernel does of its own accord when a medium fails. Nobody should be writing: of a sync
   * that is under way at that moment, Linux 6.18 may say that it succeeded, and lose it.
   */
  async makeReadOnly(): Promise<void> {
    await runCommand("mount", ["-o", "remount,abort", this.#mount]);
  }

  async #remove(): Promise<void> {
    // What is mounted may be read-only: nothing can be removed from there.
    await this.#server?.kill();
    await removeFolder(this.folder);
    await this.#server?.[Symbol.asyncDispose]();
  }
}

function whyNoMounts(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root may mount";
  if (!existsSync("/dev/loop-control")) return "this machine has no loop devices";
  if (!existsSync("/sbin/mkfs.ext4")) return "mkfs.ext4 is missing (Debian: e2fsprogs)";
  return false;
}

function isMounted(mount: string): boolean {
  const lines = readFileSync("/proc/mounts", "utf8").split("\n");
  return lines.some((line) => line.split(" ")[1] === mount);
}

async function removeFolder(folder: string): Promise<void> {
  const mount = join(folder, "mount");
  if (isMounted(mount)) await runCommand("umount", ["-l", mount]);
  await rm(folder, { recursive: true, force: true });
}

/** Ends and removes what was left by runs that were themselves ended. */
async function sweep(): Promise<void> {
  const run = "/run/kijabi";
  for (const name of existsSync(run) ? await readdir(run) : []) {
    if (!name.startsWith(profilePrefix) || isAtWork(name, profilePrefix)) continue;
    const server = await readPidFile(join(run, name, "server.pid"));
    if (server) send(server, "SIGKILL");
    await rm(join(run, name), { recursive: true, force: true });
  }
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(namePrefix) || isAtWork(name, namePrefix)) continue;
    await removeFolder(join(tmpdir(), name));
  }
}

/** Whether the process that the name tells of still runs. */
function isAtWork(name: string, prefix: string): boolean {
  const pid = Number.parseInt(name.slice(prefix.length), 10);
  return Number.isInteger(pid) && existsSync(`/proc/${pid}`);
}
