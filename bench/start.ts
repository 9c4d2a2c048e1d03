import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { Resolver } from "node:dns/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { serviceAddress } from "../src/cluster/config.ts";
import type { ClusterConfig } from "../src/cluster/config.ts";
import { nodePaths, profilePaths } from "../src/cluster/node/paths.ts";
import { detectHost } from "../src/cluster/providers/node/host.ts";
import { nodeCgroup } from "../src/cluster/providers/node/names.ts";
import { readPidFile } from "../src/cluster/providers/node/processes.ts";
import { run } from "../src/cluster/providers/node/run.ts";
import { ensureImages } from "../test/images/build.ts";
import { Api } from "../test/support/api.ts";
import { measureFloor } from "./cri-floor.ts";
import { costOf, describeMachine, median } from "./measure.ts";

const root = resolve(import.meta.dirname, "..");
const profile = "b-start";
const image = "docker.io/library/nginx:latest";
const podSamples = 5;
/** How long an idle cluster is looked at, and what it is given before to come to rest. */
const idleMs = 10_000;
const restMs = 5000;
const clock = systemClock();

/** All numbers of one cluster, by the words of the table. */
type Sample = Readonly<Record<Measure, number>>;
type Measure = keyof typeof measures;

/** What is measured, its unit, and what is to be reached on a machine of this kind. */
const measures = {
  apiReady: { what: "kijabi start: API ready", unit: "ms", target: 1000 },
  nodeReady: { what: "kijabi start: node Ready", unit: "ms", target: 3000 },
  returned: { what: "kijabi start: returned", unit: "ms", target: undefined },
  imageLoad: { what: "image load (nginx; not counted)", unit: "ms", target: undefined },
  appByService: { what: "Deployment created → its Service answers", unit: "ms", target: undefined },
  appByName: { what: "Deployment created → its DNS name answers", unit: "ms", target: undefined },
  total: { what: "start + app, by Service and DNS name", unit: "ms", target: 6000 },
  restart: { what: "stopped cluster: start, node Ready", unit: "ms", target: undefined },
  podReady: { what: "pod created → Ready, image present", unit: "ms", target: undefined },
  floor: { what: "CRI floor: sandbox + create + start", unit: "ms", target: undefined },
  ratio: { what: "pod start / CRI floor", unit: "×", target: 2 },
  serverCpu: { what: "idle: server CPU", unit: "% of a core", target: 1 },
  serverRss: { what: "idle: server memory (RSS)", unit: "MB", target: 150 },
  agentCpu: { what: "idle: node agent CPU", unit: "% of a core", target: undefined },
  agentRss: { what: "idle: node agent memory (RSS)", unit: "MB", target: 100 },
  containerdCpu: { what: "idle: containerd CPU", unit: "% of a core", target: undefined },
  containerdRss: { what: "idle: containerd memory (RSS)", unit: "MB", target: undefined },
} as const;

export async function benchStart(options: {
  readonly runs: number;
  readonly jsonFile: string | undefined;
}): Promise<void> {
  const host = detectHost();
  const problem = host.problems[0] ?? host.missingPackages.join(" ");
  if (problem) throw new Error(`real nodes cannot run here: ${problem}`);
  // Apart from the person's clusters; the product's own paths follow it.
  process.env["KIJABI_HOME"] = join(root, ".cache/bench-home");
  const machine = await describeMachine();
  const archives = await ensureImages([image]);
  const archive = required(archives[0], "the image is built").file;
  const samples: Sample[] = [];
  for (let index = 0; index < options.runs; index++) {
    process.stderr.write(`run ${index + 1} of ${options.runs}\n`);
    await kijabi("delete");
    try {
      samples.push(await measureCluster(archive));
    } finally {
      await kijabi("delete");
    }
  }
  process.stdout.write(table(machine, samples));
  if (options.jsonFile) {
    const content = { machine, profile, samples };
    await writeFile(options.jsonFile, `${JSON.stringify(content, undefined, 2)}\n`);
  }
}

async function measureCluster(archive: string): Promise<Sample> {
  const start = await timedStart();
  const loadFrom = performance.now();
  await kijabi("image", "load", archive);
  const imageLoad = performance.now() - loadFrom;
  const paths = profilePaths(profile);
  const config = JSON.parse(await readFile(paths.config, "utf8")) as ClusterConfig;
  const api = new Api(paths.kubeconfig);
  try {
    const app = await measureApp(api, config);
    const podReady = await measurePods(api);
    const floors = await measureFloor({
      socket: nodePaths(profile, profile).containerdSocket,
      image,
      cgroupParent: `${nodeCgroup(profile, profile)}/bench`,
      logFolder: join(paths.logs, "bench"),
      samples: podSamples,
    });
    const floor = median(floors.map(({ totalMs }) => totalMs));
    await sleep(clock, restMs);
    const idle = await measureIdle();
    api.close();
    await kijabi("stop");
    const restart = await timedStart();
    return {
      ...start,
      imageLoad,
      ...app,
      total: start.returned + Math.max(app.appByService, app.appByName),
      restart: restart.nodeReady,
      podReady,
      floor,
      ratio: podReady / floor,
      ...idle,
    };
  } finally {
    api.close();
  }
}

/** By when the command says it, seen from outside. */
async function timedStart() {
  const from = performance.now();
  const child = spawn(process.execPath, command("start", "--kubeconfig=false"), {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, LC_ALL: "C" },
  });
  let apiReady = NaN;
  let nodeReady = NaN;
  createInterface(child.stdout).on("line", (line) => {
    if (line.includes("API server ready")) apiReady = performance.now() - from;
    if (/ Node \S+ ready/.test(line)) nodeReady = performance.now() - from;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`kijabi start ended with ${code}`);
  return { apiReady, nodeReady, returned: performance.now() - from };
}

/** A Deployment and its Service are asked for; how long until both ways to it answer. */
async function measureApp(api: Api, config: ClusterConfig) {
  const labels = { app: "web" };
  const from = performance.now();
  await api.create("/apis/apps/v1/namespaces/default/deployments", {
    metadata: { name: "web" },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  const service = await api.create<{ spec: { clusterIP: string } }>(
    "/api/v1/namespaces/default/services",
    { metadata: { name: "web" }, spec: { selector: labels, ports: [{ port: 80 }] } },
  );
  const dns = serviceAddress(config, "kube-dns");
  const [appByService, appByName] = await Promise.all([
    answering(() => Promise.resolve(service.spec.clusterIP), from),
    answering(async () => {
      const resolver = new Resolver({ timeout: 250, tries: 1 });
      resolver.setServers([dns]);
      const [address] = await resolver.resolve4("web.default.svc.cluster.local");
      return required(address, "a name that resolves has an address");
    }, from),
  ]);
  return { appByService, appByName };
}

const container = { name: "nginx", image, imagePullPolicy: "IfNotPresent" };

async function answering(find: () => Promise<string>, from: number): Promise<number> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(`http://${await find()}/`, {
        signal: AbortSignal.timeout(500),
        headers: { connection: "close" },
      });
      if ((await response.text()).includes("Welcome to nginx")) return performance.now() - from;
    } catch (error) {
      if (performance.now() > deadline) throw error; // not yet: that is what is measured
    }
    await sleep(clock, 5);
  }
}

/** The median of several pods, one after the other, from the create's send to Ready being seen. */
async function measurePods(api: Api): Promise<number> {
  const path = "/api/v1/namespaces/default/pods";
  const taken: number[] = [];
  for (let index = 0; index < podSamples; index++) {
    const name = `pod-${index}`;
    const query = `fieldSelector=metadata.name%3D${name}&watch=true`;
    const controller = new AbortController();
    const events = api.watch<PodView>(`${path}?${query}`, controller.signal);
    const first = events.next(); // the watch is open before the pod is there
    await sleep(clock, 200);
    const from = performance.now();
    await api.create(path, {
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 0, containers: [container] },
    });
    let event = await first;
    while (!event.done && !isReady(event.value.object)) event = await events.next();
    if (event.done) throw new Error(`the watch of ${name} ended before it was ready`);
    taken.push(performance.now() - from);
    controller.abort();
    await api.expect(200, { method: "DELETE", path: `${path}/${name}` });
  }
  return median(taken);
}

interface PodView {
  readonly status: { readonly conditions?: readonly { type: string; status: string }[] };
}

function isReady({ status }: PodView): boolean {
  return status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

async function measureIdle() {
  const node = nodePaths(profile, profile);
  const files = [profilePaths(profile).serverPid, node.agentPid, node.containerdPid];
  const identities = await Promise.all(files.map(readPidFile));
  const pids = identities.map((identity, index) => required(identity, `${files[index]}`).pid);
  const costs = await costOf(pids, () => sleep(clock, idleMs));
  const [server, agent, containerd] = pids.map((pid) => required(costs.get(pid), "measured"));
  return {
    serverCpu: server?.cpuPercent ?? NaN,
    serverRss: server?.rssMegabytes ?? NaN,
    agentCpu: agent?.cpuPercent ?? NaN,
    agentRss: agent?.rssMegabytes ?? NaN,
    containerdCpu: containerd?.cpuPercent ?? NaN,
    containerdRss: containerd?.rssMegabytes ?? NaN,
  };
}

function table(machine: Readonly<Record<string, string>>, samples: readonly Sample[]): string {
  const lines = Object.entries(machine).map(([key, value]) => `${key}: ${value}`);
  const rows = (Object.keys(measures) as Measure[]).map((key) => {
    const { what, unit, target } = measures[key];
    const values = samples.map((sample) => sample[key]);
    const digits = unit === "ms" || unit === "MB" ? 0 : 1;
    const middle = median(values);
    const spread = `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
    const aim = target === undefined ? "" : `≤ ${target}${middle <= target ? "" : " (missed)"}`;
    return `| ${[what, `${middle.toFixed(digits)} ${unit}`, spread, aim].join(" | ")} |`;
  });
  const head = ["| what | median | range | target |", "| --- | --- | --- | --- |"];
  return [...lines, `runs: ${samples.length}`, "", ...head, ...rows, ""].join("\n");
}

function command(...words: readonly string[]): string[] {
  return [join(root, "src/bin/kijabi.ts"), "-p", profile, ...words];
}

async function kijabi(...words: readonly string[]): Promise<void> {
  await run(process.execPath, command(...words));
}
