import { readFileSync } from "node:fs";
import { chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Container, Pod } from "#api/core/v1.ts";
import { text } from "#base/bytes.ts";
import type { NodeFiles } from "../../pod-worker/dependencies.ts";
import type { ContainerRun } from "../../pod-worker/runtime-state.ts";
import { mountsBelow } from "../../volumes/node/mounts.ts";
import { parseResolverConfig, podDns } from "../dns.ts";
import type { ResolverConfig } from "../dns.ts";
import { hostNetworkHostsContent, hostsContent } from "../hosts.ts";
import { LogLines } from "../log-lines.ts";
import { tailOffset } from "./read-logs.ts";

export interface NodeFilesOptions {
  /** The kubelet's folder; a pod's files are in `<root>/pods/<uid>`. */
  readonly root: string;
  /** Of the pods' logs: `<namespace>_<name>_<uid>/<container>/<attempt>.log`. */
  readonly logRoot: string;
  readonly clusterDns: readonly string[];
  /** "cluster.local". */
  readonly clusterDomain: string;
  /** The node's resolver: what its resolv.conf says. */
  readonly hostResolver: ResolverConfig;
}

/** A termination message's limit, and the smaller one for what is taken from the log instead. */
const messageBytesMax = 4096;
const tailLinesMax = 80;
const tailBytesMax = 2048;

export function createNodeFiles(options: NodeFilesOptions): NodeFiles {
  const podFolder = (uid: string) => join(options.root, "pods", uid);
  const messageFile = (uid: string, container: string, attempt: number) =>
    join(podFolder(uid), "containers", container, `termination-log-${attempt}`);

  return {
    logDirectory: (pod) => makeLogFolders(options.logRoot, pod),

    async terminationLog(pod, container, attempt) {
      const containerPath = container.terminationMessagePath;
      if (!containerPath) return undefined;
      const hostPath = messageFile(pod.metadata.uid, container.name, attempt);
      await mkdir(dirname(hostPath), { recursive: true, mode: 0o750 });
      await writeFile(hostPath, "");
      await chmod(hostPath, 0o666); // whoever the container runs as may write
      // The run before may still be asked about; those before it are not.
      await rm(messageFile(pod.metadata.uid, container.name, attempt - 2), { force: true });
      return { hostPath, containerPath };
    },

    async terminationMessage(pod, container, run) {
      const path = messageFile(pod.metadata.uid, container.name, run.attempt);
      const written = await readStart(path, messageBytesMax);
      if (written) return written;
      const asked = container.terminationMessagePolicy === "FallbackToLogsOnError";
      return asked && run.exitCode !== 0 ? await logTail(run) : undefined;
    },

    async hostsFile(pod, addresses) {
      const path = join(podFolder(pod.metadata.uid), "etc-hosts");
      const content = pod.spec.hostNetwork
        ? hostNetworkHostsContent(pod, await readFile("/etc/hosts", "utf8"))
        : hostsContent(pod, addresses, options.clusterDomain);
      await writeHosts(path, content);
      return path;
    },

    dnsOf(pod) {
      const { hostResolver: host, clusterDns, clusterDomain } = options;
      const dns = podDns(pod, { host, clusterDns, clusterDomain });
      return {
        servers: [...dns.servers],
        searches: [...dns.searches],
        options: [...dns.options],
      };
    },

    async removePod(podUid) {
      const folder = podFolder(podUid);
      const mounts = mountsBelow(folder);
      if (mounts.length > 0) {
        throw new Error(`the pod's volumes are still mounted: ${mounts.join(", ")}`);
      }
      await rm(folder, { recursive: true, force: true });
      for (const name of await namesIn(options.logRoot)) {
        if (!name.endsWith(`_${podUid}`)) continue;
        await rm(join(options.logRoot, name), { recursive: true, force: true });
      }
    },
  };
}

/** Reads the node's resolver. */
export function readHostResolver(path = "/etc/resolv.conf"): ResolverConfig {
  return parseResolverConfig(readFileSync(path, "utf8"));
}

/** The runtime makes the files, but not the folders that they are in. */
async function makeLogFolders(logRoot: string, { metadata, spec }: Pod): Promise<string> {
  const folder = join(logRoot, `${metadata.namespace}_${metadata.name}_${metadata.uid}`);
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  await Promise.all(
    containers.map(({ name }: Pick<Container, "name">) =>
      mkdir(join(folder, name), { recursive: true, mode: 0o755 }),
    ),
  );
  return folder;
}

/**
 * Containers hold the file itself, so a new content has to go into it; but the first must not be
 * seen half written.
 */
async function writeHosts(path: string, content: string): Promise<void> {
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (before === content) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  if (before !== undefined) return await writeFile(path, content);
  const temporary = `${path}.tmp`;
  await writeFile(temporary, content);
  await chmod(temporary, 0o644);
  await rename(temporary, path);
}

async function readStart(path: string, bytesMax: number): Promise<string> {
  let file;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(bytesMax), 0, bytesMax, 0);
    return text(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function logTail(run: ContainerRun): Promise<string | undefined> {
  if (!run.logPath) return undefined;
  let file;
  try {
    file = await open(run.logPath, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const start = await tailOffset(file, tailLinesMax);
    const { size } = await file.stat();
    const piece = new Uint8Array(size - start);
    const { bytesRead } = await file.read(piece, 0, piece.length, start);
    const lines = new LogLines({}, 0);
    const output = [lines.push(piece.subarray(0, bytesRead)), lines.finish()];
    const whole = output.map(text).join("");
    return whole.length > tailBytesMax ? whole.slice(-tailBytesMax) : whole;
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
