import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

export type CgroupMode = "v1" | "hybrid" | "v2" | "none";

/** What this machine offers to nodes. Read without changing anything. */
export interface Host {
  readonly linux: boolean;
  readonly root: boolean;
  readonly architecture: "amd64" | "arm64" | undefined;
  /** `hybrid`: controllers are v1, and an empty v2 tree is mounted beside them. */
  readonly cgroup: CgroupMode;
  /** Without it nobody may lower an OOM score. */
  readonly hasSysResource: boolean;
  readonly hasAppArmor: boolean;
  /** `loadable`: the kernel has it as a module that is not loaded yet. */
  readonly overlayfs: "available" | "loadable" | "missing";
  readonly binaries: Readonly<Partial<Record<Binary, string>>>;
  /** The folder that has the CNI plugins `ptp`, `host-local`, `portmap` and `loopback`. */
  readonly cniBinDir: string | undefined;
  /** Debian packages that bring what is missing, sorted. */
  readonly missingPackages: readonly string[];
  /** Why real nodes cannot run here, each with its remedy. Packages are not in it. */
  readonly problems: readonly string[];
}

export type Binary = "containerd" | "ctr" | "runc" | "nft" | "ip" | "nsenter" | "iptables";

const packageOf: Readonly<Record<Binary, string>> = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  nft: "nftables",
  ip: "iproute2",
  nsenter: "util-linux",
  iptables: "iptables", // the portmap plugin drives it for hostPort
};

/** Looks, and changes nothing. */
export function detectHost(environment: Readonly<NodeJS.ProcessEnv> = process.env): Host {
  const linux = process.platform === "linux";
  const root = process.getuid?.() === 0;
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string] as
    | Host["architecture"]
    | undefined;
  const binaries = Object.fromEntries(
    (Object.keys(packageOf) as Binary[]).flatMap((name) => {
      const path = findBinary(name, environment["PATH"] ?? "");
      return path ? [[name, path]] : [];
    }),
  ) as Host["binaries"];
  const cniBinDir = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"].find((folder) =>
    ["ptp", "host-local", "portmap", "loopback"].every((name) => isExecutable(join(folder, name))),
  );
  const missing = new Set<string>();
  for (const [name, debianPackage] of Object.entries(packageOf)) {
    if (!binaries[name as Binary]) missing.add(debianPackage);
  }
  if (!cniBinDir) missing.add("containernetworking-plugins");
  const facts = {
    linux,
    root,
    architecture,
    cgroup: linux ? cgroupMode() : "none",
    hasSysResource: linux && hasCapability(24),
    hasAppArmor: readText("/sys/module/apparmor/parameters/enabled").trim() === "Y",
    overlayfs: linux ? overlayfs() : "missing",
    binaries,
    cniBinDir,
    missingPackages: [...missing].sort(),
  } as const;
  return { ...facts, problems: problemsOf(facts) };
}

/** Refused, with the command that the user may run instead. */
export class InstallError extends Error {
  override name = "InstallError";
  /** For a shell; undefined where no package manager that we know is present. */
  readonly command: string | undefined;
  constructor(message: string, command: string | undefined) {
    super(message);
    this.command = command;
  }
}

interface InstallOptions {
  readonly announce: (message: string) => void;
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Installs the packages that `detectHost` misses, by apt, and detects again. `announce` hears what
 * is about to be installed. Throws `InstallError`, with the exact command, when
 * `KIJABI_INSTALL=never`, when not root, when there is no apt-get and when the installation fails.
 */
export async function installMissing(
  options: InstallOptions & { readonly host: Host },
  signal?: AbortSignal,
): Promise<Host> {
  const { host } = options;
  if (host.missingPackages.length === 0) return host;
  await installPackages({ ...options, packages: host.missingPackages }, signal);
  const after = detectHost(options.environment);
  if (after.missingPackages.length > 0) {
    const still = after.missingPackages.join(" ");
    throw new InstallError(`still missing after the installation: ${still}`, undefined);
  }
  return after;
}

/** As `installMissing`, for any Debian packages. */
export async function installPackages(
  options: InstallOptions & { readonly packages: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  const { announce, packages, environment = process.env } = options;
  const root = process.getuid?.() === 0;
  const list = packages.join(" ");
  if (!findBinary("apt-get", environment["PATH"] ?? "")) {
    throw new InstallError(
      `missing: ${list}. There is no apt-get here: install them with this system's package manager.`,
      undefined,
    );
  }
  const args = ["install", "-y", "--no-install-recommends", ...packages];
  const sudo = root ? "" : "sudo ";
  const command = `${sudo}apt-get update && ${sudo}apt-get ${args.join(" ")}`;
  if (environment["KIJABI_INSTALL"] === "never") {
    throw new InstallError(
      `missing: ${list}. KIJABI_INSTALL=never forbids to install; run:\n  ${command}`,
      command,
    );
  }
  if (!root) throw new InstallError(`missing: ${list}. Run:\n  ${command}`, command);
  announce(`Installing with apt-get: ${list}`);
  const settings = { environment: { ...environment, DEBIAN_FRONTEND: "noninteractive" } };
  try {
    // The lists that a machine has are often good enough, and updating them takes seconds.
    await run("apt-get", args, settings, signal).catch(async () => {
      signal?.throwIfAborted();
      await run("apt-get", ["update"], settings, signal);
      await run("apt-get", args, settings, signal);
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new InstallError(
      `could not install ${list}: ${String(error)}\nTry:\n  ${command}`,
      command,
    );
  }
}

function problemsOf(facts: Omit<Host, "problems">): readonly string[] {
  if (!facts.linux) return [`real nodes need Linux; this is ${process.platform}`];
  const problems: string[] = [];
  if (!facts.root) problems.push("real nodes need root: run as root, or with sudo");
  if (!facts.architecture) {
    problems.push(`real nodes run on x86_64 and arm64; this is ${process.arch}`);
  }
  if (facts.cgroup === "none") {
    problems.push("no cgroups are mounted at /sys/fs/cgroup: mount -t cgroup2 none /sys/fs/cgroup");
  }
  if (facts.overlayfs === "missing") {
    problems.push("this kernel has no overlayfs: use one with CONFIG_OVERLAY_FS");
  }
  return problems;
}

/** Where a program is: on the path given, or where system programs are. */
export function findBinary(name: string, path: string): string | undefined {
  const folders = [...path.split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"];
  return folders.map((folder) => join(folder || ".", name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not for us: both mean that it cannot be used
  }
}

/** Empty when the file cannot be read: what is absent from /proc or /sys is not offered. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function hasCapability(bit: number): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText("/proc/self/status"))?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 1n;
}

function cgroupMode(): CgroupMode {
  const mounts = readText("/proc/self/mountinfo");
  const types = new Set<string>();
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (before.split(" ")[4]?.startsWith("/sys/fs/cgroup")) types.add(after.split(" ")[0] ?? "");
  }
  if (types.has("cgroup")) return types.has("cgroup2") ? "hybrid" : "v1";
  return types.has("cgroup2") ? "v2" : "none";
}

function overlayfs(): Host["overlayfs"] {
  if (/\boverlay$/m.test(readText("/proc/filesystems"))) return "available";
  const release = readText("/proc/sys/kernel/osrelease").trim();
  return existsSync(`/lib/modules/${release}/kernel/fs/overlayfs`) ? "loadable" : "missing";
}
