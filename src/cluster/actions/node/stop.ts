import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { kubeconfigFile, removeFromKubeconfig } from "../../node/kubeconfig.ts";
import { nodePaths } from "../../node/paths.ts";
import {
  deleteContainerd,
  endContainers,
  stopContainerd,
} from "../../providers/node/containerd.ts";
import { unmountBelow } from "../../providers/node/mounts.ts";
import { removeNetwork, removeNodeNamespace } from "../../providers/node/network.ts";
import { endProcess, readPidFile } from "../../providers/node/processes.ts";
import { readConfig, requireConfig } from "./context.ts";
import type { ActionContext } from "./context.ts";

/** Ends the cluster's processes and containers. What they wrote stays. */
export async function stop(context: ActionContext): Promise<void> {
  const config = await requireConfig(context);
  await endCluster(
    context,
    config.nodes.map(({ name }) => name),
  );
  context.say(context.messages.stopped(context.profile));
}

/** Ends the cluster and removes all of it. Also mends what a deletion left half done. */
export async function deleteCluster(context: ActionContext): Promise<void> {
  const config = await readConfig(context.paths.config).catch(() => undefined);
  await removeFromKubeconfig(kubeconfigFile(), context.profile);
  await removeAll(context);
  context.say(context.messages.deleted(context.profile));
  if (config?.etcd) context.say(context.messages.etcdKept(config.etcd.servers.join(", ")));
}

/** Ends and removes what there is of the profile, with its configuration or without. */
export async function removeAll(context: ActionContext): Promise<void> {
  const { paths, profile, clock } = context;
  const config = await readConfig(paths.config).catch(() => undefined);
  const nodes = config?.nodes.map(({ name }) => name) ?? (await nodesLeft(context));
  await endCluster(context, nodes);
  for (const node of nodes) await deleteContainerd({ ...runtimeOf(profile, node), clock });
  const mayHaveNetwork = process.platform === "linux" && process.getuid?.() === 0;
  if (!config && mayHaveNetwork) await removeNetwork({ profile });
  // Volumes of pods that ended with their runtime are still mounted.
  await unmountBelow([paths.folder, paths.run]);
  await rm(paths.run, { recursive: true, force: true });
  await rm(paths.folder, { recursive: true, force: true });
}

/** Of a profile whose configuration is gone: the nodes by what they left on this machine. */
async function nodesLeft({ paths }: ActionContext): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const folder of [paths.run, join(paths.folder, "nodes")]) {
    if (!existsSync(folder)) continue;
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) names.add(entry.name);
  }
  return [...names];
}

async function endCluster(context: ActionContext, nodes: readonly string[]): Promise<void> {
  const { profile, clock } = context;
  // The server first: it would start the agents anew.
  await endServer(context);
  await Promise.all(
    nodes.map(async (node) => {
      const { agentPid } = nodePaths(profile, node);
      const agent = await readPidFile(agentPid);
      if (agent) await endProcess({ identity: agent, clock, graceMs: 5000, pidFile: agentPid });
      const runtime = runtimeOf(profile, node);
      await endContainers({ ...runtime, clock });
      await stopContainerd({ ...runtime, clock });
      await unmountBelow([nodePaths(profile, node).kubelet]);
    }),
  );
  // One after the other: nodes have routes to each other, which go with each of them.
  for (const node of nodes) await removeNodeNamespace({ profile, node });
  if (nodes.length > 0) await removeNetwork({ profile });
}

async function endServer({ paths, clock }: ActionContext): Promise<void> {
  const server = await readPidFile(paths.serverPid);
  if (!server) return;
  await endProcess({ identity: server, clock, graceMs: 10_000, pidFile: paths.serverPid });
}

function runtimeOf(profile: string, node: string) {
  const paths = nodePaths(profile, node);
  return {
    profile,
    node,
    root: paths.containerdRoot,
    state: paths.containerdState,
    socket: paths.containerdSocket,
    pidFile: paths.containerdPid,
  };
}
