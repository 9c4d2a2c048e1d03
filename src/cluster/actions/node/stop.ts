import { rm } from "node:fs/promises";
import type { ClusterConfig } from "../../config.ts";
import { kubeconfigFile, removeFromKubeconfig } from "../../node/kubeconfig.ts";
import { nodePaths } from "../../node/paths.ts";
import {
  deleteContainerd,
  endContainers,
  stopContainerd,
} from "../../providers/node/containerd.ts";
import { removeNetwork, removeNodeNamespace } from "../../providers/node/network.ts";
import { endProcess, readPidFile } from "../../providers/node/processes.ts";
import { readConfig, requireConfig } from "./context.ts";
import type { ActionContext } from "./context.ts";

/** Ends the cluster's processes and containers. What they wrote stays. */
export async function stop(context: ActionContext): Promise<void> {
  const config = await requireConfig(context);
  await endCluster(context, config);
  context.say(context.messages.stopped(context.profile));
}

/** Ends the cluster and removes all of it. Also mends what a deletion left half done. */
export async function deleteCluster(context: ActionContext): Promise<void> {
  const { paths, profile, clock, messages, say } = context;
  const config = await readConfig(paths.config).catch(() => undefined);
  if (config) {
    await endCluster(context, config);
    for (const { name } of config.nodes)
      await deleteContainerd({ ...runtimeOf(profile, name), clock });
  } else {
    await endServer(context);
    if (process.platform === "linux" && process.getuid?.() === 0) await removeNetwork({ profile });
  }
  await removeFromKubeconfig(kubeconfigFile(), profile);
  await rm(paths.run, { recursive: true, force: true });
  await rm(paths.folder, { recursive: true, force: true });
  say(messages.deleted(profile));
}

async function endCluster(context: ActionContext, config: ClusterConfig): Promise<void> {
  const { profile, clock } = context;
  // The server first: it would start the agents anew.
  await endServer(context);
  await Promise.all(
    config.nodes.map(async ({ name }) => {
      const { agentPid } = nodePaths(profile, name);
      const agent = await readPidFile(agentPid);
      if (agent) await endProcess({ identity: agent, clock, graceMs: 5000, pidFile: agentPid });
      const runtime = runtimeOf(profile, name);
      await endContainers({ ...runtime, clock });
      await stopContainerd({ ...runtime, clock });
      await removeNodeNamespace({ profile, node: name });
    }),
  );
  if (config.nodes.length > 0) await removeNetwork({ profile });
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
