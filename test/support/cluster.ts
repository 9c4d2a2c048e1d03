import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import type { TestContext } from "node:test";
import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { ClusterConfig } from "../../src/cluster/config.ts";
import { detectHost, findBinary } from "../../src/cluster/providers/node/host.ts";
import { nodePaths, profilePaths } from "../../src/cluster/node/paths.ts";
import type { NodePaths, ProfilePaths } from "../../src/cluster/node/paths.ts";
import { nodeCgroup } from "../../src/cluster/providers/node/names.ts";
import { hierarchies } from "../../src/cluster/providers/node/cgroups.ts";
import { listProcesses, readPidFile } from "../../src/cluster/providers/node/processes.ts";
import { ensureImages } from "../images/build.ts";
import { Api } from "./api.ts";
import { runCommand } from "./command.ts";
import type { CommandOptions, CommandResult } from "./command.ts";

export interface TestClusterOptions {
  /** A few letters: the profile is `t-<name>-<checkout>`, so that two checkouts do not meet. */
  readonly name: string;
  readonly nodes?: number;
  /** Loaded before the first test, under these names. */
  readonly images?: readonly string[];
  /** Leaves it to the tests to start the cluster. */
  readonly start?: boolean;
}

/**
 * A cluster that all tests of a file share: `kijabi start` before the first one, `kijabi delete`
 * after the last one, also when one failed. What a crashed run of the same file left is swept first.
 */
export function testCluster(options: TestClusterOptions): TestCluster {
  const cluster = new TestCluster(options);
  before(() => cluster.open(), { timeout: 300_000 });
  after(() => cluster.close(), { timeout: 120_000 });
  return cluster;
}

const root = resolve(import.meta.dirname, "../..");
/** One for all test clusters of a checkout, as they must agree on their networks and ports. */
const home = join(root, ".cache/test-home");
const clock = systemClock();

export class TestCluster {
  readonly profile: string;
  readonly #options: TestClusterOptions;
  readonly #skip: string | undefined;
  #api: Api | undefined;
  #failed = false;

  constructor(options: TestClusterOptions) {
    this.#options = options;
    const checkout = createHash("sha256").update(root).digest("hex").slice(0, 4);
    this.profile = `t-${options.name}-${checkout}`;
    // The product reads it when a path is asked for; these tests ask for the same paths.
    process.env["KIJABI_HOME"] = home;
    const kubectl = findBinary("kubectl", process.env["PATH"] ?? "");
    const missing = "kubectl is not on the PATH: install it to test with the stock client";
    this.#skip = detectHost().problems[0] ?? (kubectl ? undefined : missing);
  }

  get paths(): ProfilePaths {
    return profilePaths(this.profile);
  }

  nodePaths(node = this.profile): NodePaths {
    return nodePaths(this.profile, node);
  }

  /** What `kijabi start` decided. */
  async config(): Promise<ClusterConfig> {
    return JSON.parse(await readFile(this.paths.config, "utf8")) as ClusterConfig;
  }

  get api(): Api {
    this.#api ??= new Api(this.paths.kubeconfig);
    return this.#api;
  }

  /** For credentials that changed: the cluster was made anew. */
  forgetApi(): void {
    this.#api?.close();
    this.#api = undefined;
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KIJABI_HOME: home,
      KUBECONFIG: this.paths.kubeconfig,
      // What one cluster serves is not to be remembered for the next one with the same port.
      KUBECACHEDIR: join(this.paths.folder, "kubectl-cache"),
      LANG: "C",
      LC_ALL: "C",
    };
  }

  /** One test on this cluster; the ends of the cluster's logs are shown when it fails. */
  test(name: string, body: (t: TestContext) => Promise<void>): void {
    test(name, { skip: this.#skip ?? false, timeout: 300_000 }, async (t) => {
      try {
        await body(t);
      } catch (error) {
        await this.#fail();
        throw error;
      }
    });
  }

  /** Shows a row of Kubernetes' conformance list that takes running containers. */
  conformance(name: string, body: (t: TestContext) => Promise<void>): void {
    this.test(name, body);
  }

  async open(): Promise<void> {
    if (this.#skip) return;
    const { images = [], start = true } = this.#options;
    await this.#sweep();
    const archives = await ensureImages(images);
    if (!start) return;
    try {
      await this.start();
      for (const { file } of archives) await this.kijabi(["image", "load", file]);
    } catch (error) {
      await this.#fail();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#skip) return;
    this.forgetApi();
    await this.kijabi(["delete"]);
    const left = await this.leftovers();
    if (left.length > 0) throw new Error(`kijabi delete left behind: ${left.join(", ")}`);
  }

  /** `kijabi start`, with the flags that keep it away from the person's own clusters. */
  async start(args: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
    const { nodes } = this.#options;
    const count = nodes === undefined ? [] : ["--nodes", String(nodes)];
    // Clusters that are made at the same moment would choose the same networks.
    return await withLock(join(home, "start.lock"), () =>
      this.kijabi(["start", "--kubeconfig=false", ...count, ...args], options),
    );
  }

  async kijabi(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    // `./kijabi` without the look after npm packages, which the tests' own start had.
    const command = [join(root, "src/bin/kijabi.ts"), "-p", this.profile, ...args];
    return await runCommand(process.execPath, command, {
      environment: this.environment,
      ...options,
    });
  }

  async kubectl(
    args: string | readonly string[],
    options: CommandOptions = {},
  ): Promise<CommandResult> {
    const words = typeof args === "string" ? args.split(" ") : args;
    return await runCommand("kubectl", words, { environment: this.environment, ...options });
  }

  /** A line as a reader types it, with pipes and quotes. */
  async shell(line: string, options: CommandOptions = {}): Promise<CommandResult> {
    return await runCommand("bash", ["-c", line], { environment: this.environment, ...options });
  }

  /** Resolves when `kubectl wait` is content. */
  async waitFor(what: string, condition: string, timeoutSeconds = 90): Promise<void> {
    const timeout = `--timeout=${timeoutSeconds}s`;
    await this.kubectl(["wait", ...what.split(" "), `--for=${condition}`, timeout], {
      timeoutMs: (timeoutSeconds + 30) * 1000,
    });
  }

  /** One value, by a JSONPath such as `{.spec.clusterIP}`. */
  async value(what: string, path: string): Promise<string> {
    const { stdout } = await this.kubectl(["get", ...what.split(" "), "-o", `jsonpath=${path}`]);
    return stdout;
  }

  async serverPid(): Promise<number> {
    const identity = await readPidFile(this.paths.serverPid);
    if (!identity) throw new Error(`no server runs: ${this.paths.serverPid}`);
    return identity.pid;
  }

  /** All that is on the machine because of this profile, but for its folder; for people to read. */
  async leftovers(): Promise<readonly string[]> {
    const { profile, paths } = this;
    const mine = (path: string) => path.includes(`/${profile}/`) || path.endsWith(`/${profile}`);
    const processes = listProcesses()
      .filter(({ pid, commandLine }) => pid !== process.pid && commandLine.some(mine))
      .map(({ pid, commandLine }) => `process ${pid}: ${commandLine.join(" ")}`);
    const servers = listProcesses()
      .filter(({ commandLine }) => commandLine[commandLine.indexOf("--profile") + 1] === profile)
      .map(({ pid, commandLine }) => `process ${pid}: ${commandLine.join(" ")}`);
    const namespaces = filesIn("/run/netns").filter((name) =>
      name.startsWith(`kijabi-${profile}.`),
    );
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter(mine);
    const cgroups = hierarchies()
      .map((path) => join(path, nodeCgroup(profile, ".")))
      .filter(existsSync);
    const tables = (await runCommand("nft", ["list", "tables"])).stdout
      .split("\n")
      .filter((line) => line.includes(`kijabi_${profile}`));
    const links = (await runCommand("ip", ["-o", "link", "show"])).stdout
      .split("\n")
      .filter((line) => line.includes(`kijabi/${profile}`));
    const folders = [paths.run, paths.folder].filter(existsSync);
    return [
      ...processes,
      ...servers,
      ...namespaces,
      ...mounts,
      ...cgroups,
      ...tables,
      ...links,
    ].concat(folders);
  }

  async #sweep(): Promise<void> {
    await mkdir(home, { recursive: true });
    if ((await this.leftovers()).length > 0) await this.kijabi(["delete"]);
  }

  async #fail(): Promise<void> {
    if (this.#failed) return; // The first failure is the one to read; others follow from it.
    this.#failed = true;
    const logs = filesIn(this.paths.logs).map((name) => join(this.paths.logs, name));
    for (const file of logs) {
      const tail = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-40).join("\n");
      process.stderr.write(`--- the end of ${file}\n${tail}\n`);
    }
    const look = "get pods,services,endpointslices,nodes -A -o wide; kubectl get events -A";
    const { stdout, stderr } = await this.shell(`kubectl ${look}`, {
      expectCode: "any",
      timeoutMs: 30_000,
    });
    process.stderr.write(`--- kubectl ${look}\n${stdout}${stderr}\n`);
  }
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Between test processes; a lock whose owner ended is taken over. */
async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(join(file, ".."), { recursive: true });
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(file, "utf8").catch(() => "")); // gone: try again at once
    if (owner > 0 && !existsSync(`/proc/${owner}`)) await rm(file, { force: true });
    await sleep(clock, 50);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
