import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Namespace, Pod } from "#api/core/v1.ts";
import { bundle } from "../scripts/bundle.ts";
import { openControlPlane } from "../test/support/control-plane.ts";
import { stockKubectl } from "../test/interop/kubectl/stock.ts";
import { childrenCpuMs, describeMachine, median } from "./measure.ts";

const execute = promisify(execFile);

interface Case {
  readonly name: string;
  readonly args: readonly string[];
}

interface Program {
  readonly name: string;
  readonly command: readonly string[];
}

/** How long commands take from their start to their end, ours beside the stock kubectl's. */
export async function benchKubectl(options: {
  readonly runs: number;
  readonly jsonFile: string | undefined;
}): Promise<void> {
  const { path, skip } = stockKubectl();
  const scratch = await mkdtemp(join(tmpdir(), "kijabi-bench-"));
  try {
    await bundle(join(scratch, "dist"));
    const ours = {
      name: "ours",
      command: [join(scratch, "dist", "kubectl")],
    };
    const programs = skip ? [ours] : [{ name: "stock", command: [path] }, ours];
    if (skip) process.stdout.write(`without a peer: ${skip}\n`);
    const results = await measure(programs, scratch, options.runs);
    print(results, programs);
    if (options.jsonFile) {
      const machine = await describeMachine();
      await writeFile(options.jsonFile, JSON.stringify({ machine, results }, null, 2));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Result {
  readonly name: string;
  /** Milliseconds of each run, by program. */
  readonly ms: Readonly<Record<string, readonly number[]>>;
  /** Of CPU time, on average: it counts where other work disturbs the clock. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

async function measure(
  programs: readonly Program[],
  scratch: string,
  runs: number,
): Promise<Result[]> {
  await using plane = await openControlPlane();
  for (const [namespace, count] of [
    ["ten", 10],
    ["many", 5_000],
  ] as const) {
    await plane.client.create(Namespace, { metadata: { name: namespace } });
    for (let index = 0; index < count; index++) {
      const metadata = { namespace, name: `pod-${index}`, labels: { app: "bench" } };
      await plane.client.create(Pod, {
        metadata,
        spec: { containers: [{ name: "main", image: "nginx" }] },
      });
    }
  }
  const manifest = join(scratch, "fifty.yaml");
  await writeFile(manifest, fiftyObjects());
  const cases: Case[] = [
    { name: "version --client", args: ["version", "--client"] },
    { name: "get pods (10)", args: ["get", "pods", "-n", "ten"] },
    { name: "get pods (5,000)", args: ["get", "pods", "-n", "many"] },
    { name: "apply 50 objects", args: ["apply", "-n", "ten", "-f", manifest] },
  ];
  const results: Result[] = [];
  for (const { name, args } of cases) {
    const ms: Record<string, number[]> = {};
    const cpuMs: Record<string, number> = {};
    // The first round warms caches, and is not counted; then each takes its turn.
    for (let round = 0; round <= runs; round++) {
      for (const program of programs) {
        const before = childrenCpuMs();
        const taken = await time(program, args, { home: scratch, kubeconfig: plane.kubeconfig });
        if (round === 0) continue;
        (ms[program.name] ??= []).push(taken);
        cpuMs[program.name] = (cpuMs[program.name] ?? 0) + (childrenCpuMs() - before) / runs;
      }
    }
    results.push({ name, ms, cpuMs });
  }
  return results;
}

async function time(
  { name, command }: Program,
  args: readonly string[],
  { home, kubeconfig }: { readonly home: string; readonly kubeconfig: string },
): Promise<number> {
  const [program = "", ...before] = command;
  const start = performance.now();
  await execute(program, [...before, ...args], {
    maxBuffer: 64 * 2 ** 20,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: join(home, name),
      KUBECONFIG: kubeconfig,
    },
  });
  return performance.now() - start;
}

function fiftyObjects(): string {
  const documents = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `map-${index}` },
      data: { key: "value".repeat(20) },
    }),
  );
  return documents.join("\n---\n");
}

function print(results: readonly Result[], programs: readonly Program[]): void {
  const names = programs.map(({ name }) => name);
  const rows = results.map(({ name, ms, cpuMs }) => {
    const wall = names.map((program) => median(ms[program] ?? []));
    const cpu = names.map((program) => cpuMs[program] ?? 0);
    return [name, ...withRatio(wall), ...withRatio(cpu)];
  });
  const ratio = names.length > 1 ? ["ours/stock"] : [];
  const header = ["command", ...names, ...ratio, ...names.map((name) => `CPU ${name}`), ...ratio];
  for (const row of [header, ...rows]) {
    process.stdout.write(
      `${row
        .map((cell, index) => cell.padEnd(index === 0 ? 20 : 12))
        .join("")
        .trimEnd()}\n`,
    );
  }
}

function withRatio(values: readonly number[]): string[] {
  const [peer, ours] = values;
  const ratio = peer && ours ? [(ours / peer).toFixed(2)] : [];
  return [...values.map((value) => `${value.toFixed(0)} ms`), ...ratio];
}
