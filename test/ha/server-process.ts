import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
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

  /**
   * Makes the profile; `like` is a server of the same cluster, whose keys it gets, and `settings`
   * are those that the profile has besides.
   */
  static async make(
    profile: string,
    etcdServers: readonly string[] | undefined,
    like?: ServerProcess,
    settings: Partial<ClusterConfig> = {},
  ): Promise<ServerProcess> {
    const paths = profilePaths(profile);
    const config: ClusterConfig = {
      profile,
      ...networksOf(40),
      apiPort: await freePort(),
      nodes: [],
      simulatedNodes: 0,
      ...(etcdServers && { etcd: { servers: etcdServers } }),
      ...settings,
    };
    await mkdir(paths.logs, { recursive: true });
    if (like) await cp(profilePaths(like.#profile).pki, paths.pki, { recursive: true });
    const pki = await ensurePki(paths.pki, config, Date.now());
    await writeFile(paths.config, JSON.stringify(config), { flush: true });
    const kubeconfig = kubeconfigText({
      name: profile,
      server: `https://127.0.0.1:${config.apiPort}`,
      authorityPem: pki.authority.certificatePem,
      client: pki.admin,
    });
    await writeFile(paths.kubeconfig, kubeconfig, { mode: 0o600, flush: true });
    return new ServerProcess(profile, new Api(paths.kubeconfig));
  }

  get kubeconfig(): string {
    return profilePaths(this.#profile).kubeconfig;
  }

  get pid(): number {
    const { pid } = this.#process ?? {};
    if (pid === undefined) throw new Error(`${this.#profile} was never started`);
    return pid;
  }

  get isRunning(): boolean {
    const child = this.#process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when the server is ready. */
  async start(...flags: readonly string[]): Promise<void> {
    const log = await open(this.#log, "a");
    await this.#launch(flags, log.fd);
    await log.close();
    await eventually(
      async () => {
        if (!this.isRunning) return;
        const { status, text } = await this.api.send({ path: "/readyz" });
        if (status !== 200) throw new Error(`${this.#profile} is not ready: ${text}`);
      },
      { timeoutMs: 90_000, intervalMs: 50 },
    );
    if (this.isRunning) return;
    const lines = await this.logLines();
    throw new Error(`${this.#profile} did not start:\n${lines.slice(-5).join("\n")}`);
  }

  /** Starts a server that cannot run; resolves with the line that says why. Needs no log file. */
  async startInVain(...flags: readonly string[]): Promise<string> {
    const child = await this.#launch(flags, "pipe");
    const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(child, "close");
    clearTimeout(late);
    const why = said.split("\n").findLast((line) => line.includes("the server cannot run"));
    if (child.exitCode === 1 && why !== undefined) return why;
    throw new Error(`${this.#profile} ended with ${child.exitCode ?? child.signalCode}:\n${said}`);
  }

  async #launch(flags: readonly string[], output: number | "pipe"): Promise<ChildProcess> {
    const args = [...processFlags, main, "--profile", this.#profile, ...flags];
    const child = spawn(process.execPath, args, { stdio: ["ignore", output, output] });
    this.#process = child;
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    const { run, serverPid } = profilePaths(this.#profile);
    await mkdir(run, { recursive: true });
    if (identity) await writePidFile(serverPid, identity);
    return child;
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
