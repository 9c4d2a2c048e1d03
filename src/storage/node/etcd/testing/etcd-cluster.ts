import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Why tests that need etcd cannot run here; false when they can. */
export const etcdMissing: string | false = findEtcd()
  ? false
  : "etcd is not on the PATH: install it (Debian: etcd-server) to test this store";

export interface EtcdClusterOptions {
  readonly members?: number;
  /** Files of PEM: members then serve TLS and ask clients for certificates of this authority. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
  readonly flags?: readonly string[];
}

interface Member {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly log: string;
  process: ChildProcess | undefined;
}

/** A real etcd cluster on loopback, with its data in a temporary folder; ends when disposed. */
export class EtcdCluster implements AsyncDisposable {
  readonly endpoints: readonly string[];
  readonly #folder: string;
  readonly #members: readonly Member[];
  readonly #options: EtcdClusterOptions;

  private constructor(folder: string, members: readonly Member[], options: EtcdClusterOptions) {
    this.endpoints = members.map(({ clientUrl }) => clientUrl);
    this.#folder = folder;
    this.#members = members;
    this.#options = options;
  }

  static async start(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
    const count = options.members ?? 1;
    const folder = await mkdtemp(join(tmpdir(), "kijabi-etcd-"));
    const ports = await freePorts(count * 2);
    const scheme = options.tls ? "https" : "http";
    const members = Array.from({ length: count }, (_, index) => ({
      name: `m${index}`,
      clientUrl: `${scheme}://127.0.0.1:${ports[index * 2]}`,
      peerUrl: `http://127.0.0.1:${ports[index * 2 + 1]}`,
      log: join(folder, `m${index}.log`),
      process: undefined,
    }));
    const cluster = new EtcdCluster(folder, members, options);
    try {
      await Promise.all(members.map((_, index) => cluster.startMember(index)));
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Starts a member that was killed, with the data that it had; resolves when it serves. */
  async startMember(index: number): Promise<void> {
    const member = this.#member(index);
    const child = spawn("etcd", this.#arguments(member), { stdio: "ignore" });
    member.process = child;
    let ended: string | undefined;
    child.on("error", (error) => (ended = error.message));
    child.on("exit", (code, signal) => (ended = `ended with ${code ?? signal}`));
    for (let waited = 0; !(await this.#isServing(member)); waited += 20) {
      if (ended !== undefined || waited > 20_000) {
        const log = existsSync(member.log) ? await readFile(member.log, "utf8") : "";
        throw new Error(`etcd ${member.name} does not serve: ${ended}\n${log.slice(-2_000)}`);
      }
      await pause(20);
    }
  }

  /** As a crash does: no goodbye. */
  async killMember(index: number): Promise<void> {
    await this.signalMember(index, "SIGKILL");
  }

  async signalMember(index: number, signal: NodeJS.Signals): Promise<void> {
    const { process: child } = this.#member(index);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    if (signal === "SIGKILL") await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((_, index) => this.killMember(index)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #member(index: number): Member {
    const member = this.#members[index];
    if (!member) throw new RangeError(`there is no member ${index}`);
    return member;
  }

  #arguments(member: Member): string[] {
    const { tls, flags = [] } = this.#options;
    const { name, clientUrl, peerUrl, log } = member;
    const members = this.#members.map((each) => `${each.name}=${each.peerUrl}`).join();
    const settings = {
      name,
      "data-dir": join(this.#folder, name),
      "listen-client-urls": clientUrl,
      "advertise-client-urls": clientUrl,
      "listen-peer-urls": peerUrl,
      "initial-advertise-peer-urls": peerUrl,
      "initial-cluster": members,
      // Elections of tests shall not take as long as those over real networks.
      "heartbeat-interval": "20",
      "election-timeout": "200",
      "max-request-bytes": "8388608",
      logger: "zap",
      "log-outputs": log,
      ...(tls && { "trusted-ca-file": tls.ca, "cert-file": tls.certificate, "key-file": tls.key }),
      ...(tls && { "client-cert-auth": "true" }),
    };
    return [...Object.entries(settings).map(([flag, value]) => `--${flag}=${value}`), ...flags];
  }

  /** etcd answers its health only once it has a leader, which TLS keeps us from asking for. */
  async #isServing(member: Member): Promise<boolean> {
    const log = existsSync(member.log) ? await readFile(member.log, "utf8") : "";
    const starts = log.split('"starting etcd server"').length - 1;
    const served = log.split("serving client").length - 1;
    return starts > 0 && served >= starts;
  }
}

function findEtcd(): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, "etcd")));
}

/** All open at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
