import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { resolve } from "node:path";
import { Node } from "#api/core/v1.ts";
import { createClient } from "#client/typed.ts";
import { nodeNamesOf } from "../../config.ts";
import { nodePaths } from "../../node/paths.ts";
import { ensurePki } from "../../node/pki.ts";
import { importImage, listImages } from "../../providers/node/images.ts";
import { readPidFile } from "../../providers/node/processes.ts";
import { ActionError, requireConfig } from "./context.ts";
import type { ActionContext } from "./context.ts";
import { adminTransport } from "./start.ts";

/** Says what runs. Resolves with the exit code: 0 when all does. */
export async function status(context: ActionContext): Promise<number> {
  const { paths, profile, say, clock } = context;
  const config = await requireConfig(context);
  const server = await readPidFile(paths.serverPid);
  say(profile);
  say(`  server: ${server ? `Running (pid ${server.pid}, port ${config.apiPort})` : "Stopped"}`);
  let healthy = server !== undefined;
  const ready = new Map<string, string>();
  if (server) {
    const pki = await ensurePki(paths.pki, config, clock.now());
    const { items } = await createClient(adminTransport(config, pki)).list(Node);
    for (const node of items) {
      const condition = node.status.conditions?.find(({ type }) => type === "Ready");
      ready.set(node.metadata.name, condition?.status === "True" ? "Ready" : "NotReady");
    }
  }
  for (const { name, address } of config.nodes) {
    const agent = await readPidFile(nodePaths(profile, name).agentPid);
    const state = agent ? `Running (pid ${agent.pid})` : "Stopped";
    const condition = ready.get(name) ?? "Unknown";
    healthy &&= agent !== undefined && condition === "Ready";
    say(`  node ${name} (${address}): ${state}, ${condition}`);
  }
  for (const name of nodeNamesOf(config).slice(config.nodes.length)) {
    const condition = ready.get(name) ?? "Unknown";
    healthy &&= condition === "Ready";
    say(`  node ${name}: simulated by the server, ${condition}`);
  }
  say(`  kubeconfig: ${paths.kubeconfig}`);
  return healthy ? 0 : 1;
}

/** Runs kubectl against the cluster, whatever the person's own kubeconfig says. */
export async function kubectl(context: ActionContext, args: readonly string[]): Promise<number> {
  await requireConfig(context);
  const { main } = await import("#kubectl/main.ts");
  const { nodeHost } = await import("#kubectl/node/host.ts");
  const environment = { ...process.env, KUBECONFIG: context.paths.kubeconfig };
  return await main(nodeHost({ programName: "kijabi kubectl", environment }), args);
}

/** Prints the end of the server's log, or of a node's; follows it where asked to. */
export async function logs(
  context: ActionContext,
  options: { readonly node: string | undefined; readonly follow: boolean; readonly lines: number },
): Promise<number> {
  const { paths, profile } = context;
  await requireConfig(context);
  const file = options.node ? nodePaths(profile, options.node).agentLog : paths.serverLog;
  if (!existsSync(file)) throw new ActionError(`there is no log ${file} yet`);
  const args = ["-n", String(options.lines), ...(options.follow ? ["-F"] : []), file];
  const child = spawn("tail", args, { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 0;
}

/** Puts the images of an OCI or docker archive on every node. */
export async function loadImage(context: ActionContext, file: string): Promise<void> {
  const config = await requireConfig(context);
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new ActionError(
      `${file} does not exist. Save an image to a file first, for example: docker save -o ${file} NAME`,
    );
  }
  let names: readonly string[] = [];
  for (const { name } of config.nodes) {
    names = await importImage({
      socket: nodePaths(context.profile, name).containerdSocket,
      file: path,
    });
  }
  context.say(
    context.messages.loaded(names.join(", "), config.nodes.map(({ name }) => name).join(", ")),
  );
}

export async function listLoadedImages(context: ActionContext): Promise<void> {
  const config = await requireConfig(context);
  const all = new Set<string>();
  for (const { name } of config.nodes) {
    const images = await listImages({ socket: nodePaths(context.profile, name).containerdSocket });
    for (const image of images) all.add(image.name);
  }
  for (const name of [...all].sort()) context.say(name);
}
