import { homedir } from "node:os";
import { join } from "node:path";

/**
 * For processes of ours: compiled code is kept between starts, which saves the time of compiling
 * and the memory of what strips types.
 */
export function processEnvironment(): NodeJS.ProcessEnv {
  const cache = process.env.NODE_COMPILE_CACHE || join(kijabiHome(), "cache", "compiled");
  return { ...process.env, NODE_COMPILE_CACHE: cache };
}

/**
 * For processes of ours. A young generation of 16 MB halves what the garbage of writes costs, a
 * fourth of their time with 4 MB; what it takes of an idle process, `settleMemory` gives back. The
 * flags must be the same for all, and in scripts/setup.sh: compiled code is only taken under the
 * same ones.
 */
export const processFlags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=16"];

/** Where everything of one profile is. One folder to look into, and to delete. */
export interface ProfilePaths {
  readonly folder: string;
  readonly config: string;
  readonly store: string;
  /** Made for claims, and there for every node of this machine. */
  readonly volumes: string;
  /** What the server saves of the store by itself. */
  readonly snapshots: string;
  readonly pki: string;
  readonly logs: string;
  readonly serverLog: string;
  readonly serverPid: string;
  /** The server's credentials for `kubectl`, as a file of its own. */
  readonly kubeconfig: string;
  /** Sockets and pid files: gone after a reboot, as the processes are. */
  readonly run: string;
}

export function kijabiHome(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return environment.KIJABI_HOME || join(homedir(), ".kijabi");
}

/** Held while a cluster starts: one at a time on a machine, or in a person's own home. */
export function startLockFile(): string {
  return process.getuid?.() === 0 ? "/run/kijabi/start.lock" : join(kijabiHome(), "start.lock");
}

export function profilesFolder(): string {
  return join(kijabiHome(), "profiles");
}

export function profilePaths(profile: string): ProfilePaths {
  const folder = join(profilesFolder(), profile);
  const logs = join(folder, "logs");
  // /run is root's; without root there are only simulated nodes, and no sockets.
  const run = process.getuid?.() === 0 ? join("/run/kijabi", profile) : join(folder, "run");
  return {
    folder,
    config: join(folder, "cluster.json"),
    store: join(folder, "store.db"),
    volumes: join(folder, "volumes"),
    snapshots: join(folder, "snapshots"),
    pki: join(folder, "pki"),
    logs,
    serverLog: join(logs, "server.log"),
    serverPid: join(run, "server.pid"),
    kubeconfig: join(folder, "kubeconfig"),
    run,
  };
}

/** Of one node of a profile. */
export interface NodePaths {
  readonly folder: string;
  readonly agentConfig: string;
  readonly agentLog: string;
  readonly agentPid: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly containerdPid: string;
  readonly containerdConfig: string;
  readonly containerdLog: string;
  /** Pods' volumes and logs. */
  readonly kubelet: string;
  readonly staticPods: string;
}

export function nodePaths(profile: string, node: string): NodePaths {
  const { folder, logs, run } = profilePaths(profile);
  const own = join(folder, "nodes", node);
  return {
    folder: own,
    agentConfig: join(own, "agent.json"),
    agentLog: join(logs, `${node}.log`),
    agentPid: join(run, node, "agent.pid"),
    containerdRoot: join(own, "containerd"),
    containerdState: join(run, node, "containerd"),
    containerdSocket: join(run, node, "containerd.sock"),
    containerdPid: join(run, node, "containerd.pid"),
    containerdConfig: join(own, "containerd-config"),
    containerdLog: join(logs, `${node}-containerd.log`),
    kubelet: join(own, "kubelet"),
    staticPods: join(own, "manifests"),
  };
}
