import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Namespace, ServiceAccount } from "#api/core/v1.ts";
import { ClusterRoleBinding } from "#api/rbac/v1.ts";
import type { Client } from "#client/client.ts";
import { createClient } from "#client/typed.ts";
import { httpsTransport } from "#client/node/https-transport.ts";
import { issueCertificate } from "#pki/certificate.ts";
import type { KeyPairPem } from "#pki/certificate.ts";
import { networksOf } from "../../src/cluster/config.ts";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { processEnvironment, processFlags, profilePaths } from "../../src/cluster/node/paths.ts";
import type { ProfilePaths } from "../../src/cluster/node/paths.ts";
import { ensurePki } from "../../src/cluster/node/pki.ts";
import type { ClusterPki } from "../../src/cluster/node/pki.ts";

/**
 * The server of `kijabi start --nodes 0`, in a process and a folder of its own: TLS, the SQLite
 * store on the disk of this checkout, all of admission, RBAC, flow control, controllers and
 * scheduler. What is measured asks as an ordinary user, whom RBAC and flow control look at.
 */
export interface BenchServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** How to connect as the ordinary user, who may do everything. */
  readonly target: Target;
  /** As an administrator, for what is not measured. */
  readonly client: Client;
  readonly paths: ProfilePaths;
  /** From the start of the process until `/readyz` said ok. */
  readonly readyMs: number;
  /** Ends the process and starts another one over the same store. */
  restart(): Promise<void>;
  /** Ends the process, lets the store be worked on, and starts another one. */
  whileStopped(work: (paths: ProfilePaths) => Promise<void>): Promise<void>;
}

/** What a client needs to know; plain data, for other processes. */
export interface Target {
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export interface OpenOptions {
  /** Flags for the server's `node`: `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
  /** Arguments of the server. */
  readonly arguments?: readonly string[];
  /** The API server and nothing else, neither controllers nor scheduler. */
  readonly alone?: boolean;
}

/** Namespace of all that is measured; its service account is there. */
export const benchNamespace = "bench";

const root = resolve(import.meta.dirname, "../..");
const main = join(root, "src/bin/kijabi-server.ts");
const mainAlone = join(import.meta.dirname, "server-alone.ts");
const clock = systemClock();
const startMsMax = 60_000;
let opened = 0;

export async function openServer(options: OpenOptions = {}): Promise<BenchServer> {
  // Apart from the person's clusters, and on a true disk; the product's own paths follow it.
  process.env["KIJABI_HOME"] = join(root, ".cache/bench-home");
  const profile = `b-api-${process.pid}-${++opened}`;
  const paths = profilePaths(profile);
  const config: ClusterConfig = {
    profile,
    ...networksOf(0),
    apiPort: await freePort(),
    nodes: [],
    simulatedNodes: 0,
  };
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.config, JSON.stringify(config));
  const pki = await ensurePki(paths.pki, config, clock.now());
  const user = await issueCertificate(pki.authority, {
    commonName: userName,
    organizations: ["benchmarks"],
    usages: "client",
    now: clock.now(),
  });
  const server = new Server({ config, paths, pki, user, options });
  try {
    await server.start();
    await prepare(server.client, options);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

const userName = "benchmark";

interface ServerParts {
  readonly config: ClusterConfig;
  readonly paths: ProfilePaths;
  readonly pki: ClusterPki;
  readonly user: KeyPairPem;
  readonly options: OpenOptions;
}

class Server implements BenchServer {
  readonly port: number;
  readonly target: Target;
  readonly client: Client;
  readonly paths: ProfilePaths;
  readyMs = NaN;
  readonly #parts: ServerParts;
  readonly #transport: ReturnType<typeof adminTransport>;
  #process: ChildProcess | undefined;

  constructor(parts: ServerParts) {
    const { config, pki, user } = parts;
    this.#parts = parts;
    this.paths = parts.paths;
    this.port = config.apiPort;
    this.target = {
      port: config.apiPort,
      authority: pki.authority.certificatePem,
      certificate: user.certificatePem,
      key: user.privateKeyPem,
    };
    this.#transport = adminTransport(config, pki);
    this.client = createClient(this.#transport);
  }

  get pid(): number {
    return required(this.#process?.pid, "the server runs");
  }

  async start(): Promise<void> {
    const { paths, options } = this.#parts;
    const { nodeFlags = [], arguments: args = [], alone = false } = options;
    mkdirSync(paths.logs, { recursive: true });
    mkdirSync(paths.run, { recursive: true, mode: 0o711 });
    const log = openSync(paths.serverLog, "a");
    const startedAt = performance.now();
    const program = alone ? mainAlone : main;
    const flags = [...processFlags, ...nodeFlags, program, "--profile", this.#parts.config.profile];
    const child = spawn(process.execPath, [...flags, ...args], {
      stdio: ["ignore", log, log],
      cwd: "/",
      env: processEnvironment(),
    });
    closeSync(log);
    this.#process = child;
    const end = () => void child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    while (!(await this.#isReady())) {
      if (child.exitCode !== null) throw new Error(`the server ended: ${await this.#logEnd()}`);
      if (performance.now() - startedAt > startMsMax) {
        throw new Error(`the server is not ready after ${startMsMax} ms: ${await this.#logEnd()}`);
      }
      await sleep(clock, 10);
    }
    this.readyMs = performance.now() - startedAt;
  }

  async #isReady(): Promise<boolean> {
    const query = new URLSearchParams();
    const request = { method: "GET", path: "/readyz", query, headers: {} } as const;
    try {
      const answer = await this.#transport.send({ ...request, body: { kind: "none" } });
      return answer.status === 200;
    } catch (error) {
      const refused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
      if (refused) return false;
      throw error;
    }
  }

  async #logEnd(): Promise<string> {
    if (!existsSync(this.paths.serverLog)) return "";
    const log = await readFile(this.paths.serverLog, "utf8");
    return log.trimEnd().split("\n").slice(-15).join("\n");
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }

  async restart(): Promise<void> {
    await this.whileStopped(async () => {});
  }

  async whileStopped(work: (paths: ProfilePaths) => Promise<void>): Promise<void> {
    await this.#stop();
    await work(this.paths);
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    this.#transport.close();
    await rm(this.paths.folder, { recursive: true, force: true });
    await rm(this.paths.run, { recursive: true, force: true });
  }
}

function adminTransport(config: ClusterConfig, pki: ClusterPki) {
  return httpsTransport({
    server: `https://127.0.0.1:${config.apiPort}`,
    certificateAuthority: pki.authority.certificatePem,
    clientCertificate: { certificate: pki.admin.certificatePem, key: pki.admin.privateKeyPem },
  });
}

/** The rights of the ordinary user, and the namespace with what admission asks of it. */
async function prepare(client: Client, { alone }: OpenOptions): Promise<void> {
  await client.create(ClusterRoleBinding, {
    metadata: { name: userName },
    subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: userName }],
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  });
  await client.create(Namespace, { metadata: { name: benchNamespace } });
  if (alone) return;
  const account = { namespace: benchNamespace, name: "default" };
  const deadline = performance.now() + startMsMax;
  while (!(await client.find(ServiceAccount, account))) {
    if (performance.now() > deadline) throw new Error("the namespace has no service account");
    await sleep(clock, 20);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
