import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cp, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { networksOf } from "../../src/cluster/config.ts";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { kubeconfigText } from "../../src/cluster/node/kubeconfig.ts";
import { processFlags, profilePaths } from "../../src/cluster/node/paths.ts";
import { identify, writePidFile } from "../../src/cluster/providers/node/processes.ts";
import { ensurePki } from "../../src/cluster/node/pki.ts";
import { Api } from "../support/api.ts";
import { eventually } from "../support/eventually.ts";

const main = resolve(import.meta.dirname, "../../src/bin/kijabi-server.ts");

/** One API server of several over one etcd, as a process without nodes of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly api: Api;
  readonly #profile: string;
  readonly #log: string;
  #process: ChildProcess | undefined;
  /** When it was killed, in the order of the kills: nothing that it led went on after. */
  readonly killedAt: number[] = [];

  private constructor(profile: string, api: Api) {
    this.#profile = profile;
    this.#log = profilePaths(profile).serverLog;
    this.api = api;
  }

  /** Makes the profile; `like` is a server of the same cluster, whose keys it gets. */
  static async make(
    profile: string,
    etcdServers: readonly string[] | undefined,
    like?: ServerProcess,
  ): Promise<ServerProcess> {
    const paths = profilePaths(profile);
    const config: ClusterConfig = {
      profile,
      ...networksOf(40),
      apiPort: await freePort(),
      nodes: [],
      simulatedNodes: 0,
      ...(etcdServers && { etcd: { servers: etcdServers } }),
    };
    await mkdir(paths.logs, { recursive: true });
    if (like) await cp(profilePaths(like.#profile).pki, paths.pki, { recursive: true });
    const pki = await ensurePki(paths.pki, config, Date.now());
    await writeFile(paths.config, JSON.stringify(config));
    const kubeconfig = kubeconfigText({
      name: profile,
      server: `https://127.0.0.1:${config.apiPort}`,
      authorityPem: pki.authority.certificatePem,
      client: pki.admin,
    });
    await writeFile(paths.kubeconfig, kubeconfig, { mode: 0o600 });
    return new ServerProcess(profile, new Api(paths.kubeconfig));
  }

  get kubeconfig(): string {
    return profilePaths(this.#profile).kubeconfig;
  }

  /** Resolves when the server is ready. */
  async start(): Promise<void> {
    const log = await open(this.#log, "a");
    const child = spawn(process.execPath, [...processFlags, main, "--profile", this.#profile], {
      stdio: ["ignore", log.fd, log.fd],
    });
    this.#process = child;
    await log.close();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    const { run, serverPid } = profilePaths(this.#profile);
    await mkdir(run, { recursive: true });
    if (identity) await writePidFile(serverPid, identity);
    await eventually(
      async () => {
        const { status, text } = await this.api.send({ path: "/readyz" });
        if (status !== 200) throw new Error(`${this.#profile} is not ready: ${text}`);
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
  }

  /** As a crash does: no goodbye. */
  async kill(): Promise<void> {
    if (await this.#end("SIGKILL")) this.killedAt.push(Date.now());
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<boolean> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return false;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await exited;
    return true;
  }

  async logLines(): Promise<readonly string[]> {
    return (await readFile(this.#log, "utf8")).split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.api.close();
    const { folder, run } = profilePaths(this.#profile);
    await rm(run, { recursive: true, force: true });
    await rm(join(folder), { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
