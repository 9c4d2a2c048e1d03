import { test } from "node:test";
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { utf8 } from "#base/bytes.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Host, Output } from "#kubectl/host.ts";
import { main } from "#kubectl/main.ts";
import { nodeHost } from "#kubectl/node/host.ts";
import { kustomizeOnDisk } from "#kubectl/node/kustomize.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import { openControlPlane } from "../../support/control-plane.ts";
import type { TestControlPlane } from "../../support/control-plane.ts";
import { runCommand } from "../../support/command.ts";
import { fakeKubelet } from "../../support/fake-kubelet.ts";
import type { CommandResult } from "../../support/command.ts";
import { filesIn, kustomizeFilesIn, treeIn } from "./files-in.ts";
import { comparable, comparableObjects } from "./comparable.ts";
import { programsIn } from "./programs-in.ts";
import { readObjects } from "./read-objects.ts";
import { stockKubectl } from "./stock.ts";

/** Commands that are given to the stock kubectl and to ours, one after the other. */
export interface ParityScript {
  readonly name: string;
  /** By name, in the directory that the commands run in. */
  readonly files?: Readonly<Record<string, string>>;
  /** Two nodes whose pods pretend to run. Without them, pods stay Pending. */
  readonly nodes?: true;
  /** Kubelets that answer for logs, commands and ports. */
  readonly kubelets?: true;
  readonly steps: readonly Step[];
}

export type Step =
  /** Without "kubectl"; quotes as in a shell. Everything is compared. */
  | string
  | CommandStep
  /** The text of a file is compared. */
  | { readonly file: string }
  /** Waits, on both sides, until the stock kubectl ends this with 0: nothing is compared. */
  | { readonly settle: string };

export interface CommandStep {
  readonly run: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Why ours is meant to say something else; the exit code is compared all the same. */
  readonly differs?: string;
  /** Ours is started as a program of its own, as it has to be to start others in its place. */
  readonly asProgram?: true;
  /** The command's help is printed there, whose words are our own. */
  readonly help?: "stdout" | "stderr";
  /** Lines come in no order that is promised. */
  readonly unordered?: true;
}

/** How many commands were compared, for the test that counts them. */
export const compared = { commands: 0 };

/**
 * A test for each script: two servers alike, the stock kubectl on one and ours on the other, and
 * after each command its output, its errors and its exit code compared; at the end the objects.
 */
export function parity(area: string, scripts: readonly ParityScript[]): void {
  for (const script of scripts) {
    test(`${area}: ${script.name}`, { skip: stockKubectl().skip }, () => twiceIfNeeded(script));
  }
}

/**
 * The controllers of two servers are never at the same step in the same moment, and a command that
 * looks at their work may see it. What the programs themselves differ in, differs every time.
 */
async function twiceIfNeeded(script: ParityScript): Promise<void> {
  const { commands } = compared;
  try {
    await runScript(script);
  } catch {
    compared.commands = commands;
    await runScript(script);
  }
}

async function runScript(script: ParityScript): Promise<void> {
  await using stock = await openSide(script, runStock);
  await using ours = await openSide(script, runOurs);
  const differences: string[] = [];
  for (const step of script.steps) {
    if (typeof step === "object" && "settle" in step) {
      await Promise.all([settle(stock, step.settle), settle(ours, step.settle)]);
      continue;
    }
    if (typeof step === "object" && "file" in step) {
      const [expected, actual] = await Promise.all([
        fileOf(stock, step.file),
        fileOf(ours, step.file),
      ]);
      if (expected !== actual) {
        differences.push(`${step.file}\n=== stock:\n${expected}\n=== ours:\n${actual}`);
      }
      continue;
    }
    const command = typeof step === "string" ? { run: step } : step;
    const [expected, actual] = await Promise.all([stock.run(command), ours.run(command)]);
    compared.commands++;
    const told = differenceOf(command, expected, actual);
    if (told) differences.push(told);
  }
  const [left, right] = await Promise.all([objectsOn(stock, script), objectsOn(ours, script)]);
  if (differences.length > 0)
    throw new Error(`${differences.length} differ:\n${differences.join("\n")}`);
  assert.deepEqual(right, left);
}

function differenceOf(step: CommandStep, expected: CommandResult, actual: CommandResult): string {
  const show = (result: CommandResult) => {
    const lines = (name: "stdout" | "stderr") => {
      if (step.help === name) return helpShown(result[name]);
      return step.unordered ? result[name].split("\n").toSorted().join("\n") : result[name];
    };
    const said = step.differs
      ? ""
      : `\n--- stdout\n${lines("stdout")}\n--- stderr\n${lines("stderr")}`;
    return `exit ${result.code}${said}`;
  };
  if (show(expected) === show(actual)) return "";
  return `$ kubectl ${step.run}\n=== stock: ${show(expected)}\n=== ours: ${show(actual)}\n`;
}

/** Of a help only its usage is compared, and what stands behind it. */
function helpShown(text: string): string {
  const at = text.lastIndexOf("\nUsage:\n");
  return at < 0 ? text : text.slice(at);
}

async function fileOf({ directory }: Side, name: string): Promise<string> {
  try {
    return comparable(await readFile(join(directory, name), "utf8"), directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "(none)";
    throw error;
  }
}

interface Side extends AsyncDisposable {
  readonly plane: TestControlPlane;
  readonly directory: string;
  run(step: CommandStep): Promise<CommandResult>;
}

type Run = (
  side: Omit<Side, "run" | typeof Symbol.asyncDispose>,
  step: CommandStep,
) => Promise<CommandResult>;

async function openSide(script: ParityScript, run: Run): Promise<Side> {
  const containers = await mkdtemp(join(tmpdir(), "kijabi-containers-"));
  const kubelet = script.kubelets && { kubelet: fakeKubelet(containers) };
  const plane = await openControlPlane({}, [], { ...kubelet });
  const directory = join(plane.directory, "work");
  await mkdir(directory);
  await cp(plane.kubeconfig, join(directory, "config"));
  for (const [name, text] of Object.entries(script.files ?? {})) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    // What begins like a script can be run.
    const mode = text.startsWith("#!") ? 0o755 : 0o644;
    await writeFile(join(directory, name), text, { mode });
  }
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  if (script.nodes) {
    scope.run("nodes", (signal) =>
      runSimulatedNodes(
        {
          client: plane.client,
          clock: systemClock(),
          random: cryptoRandom,
          logger: silentLogger,
          count: 2,
          kubeletVersion: "v1.36.0",
        },
        signal,
      ),
    );
  }
  const side = { plane, directory };
  return {
    ...side,
    async run(step) {
      const result = await run(side, step);
      return {
        code: result.code,
        stdout: comparable(result.stdout, directory),
        stderr: comparable(result.stderr, directory),
      };
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane[Symbol.asyncDispose]();
      await rm(containers, { recursive: true, force: true });
    },
  };
}

type Place = Pick<Side, "directory">;

function environmentIn({ directory }: Place, step: CommandStep): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    KUBECONFIG: join(directory, "config"),
    ...inDirectory(step.environment ?? {}, directory),
  };
}

/** "DIR" in an environment variable is the directory that the commands run in. */
function inDirectory(environment: Readonly<Record<string, string>>, directory: string) {
  const entries = Object.entries(environment);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value.replaceAll("DIR", directory)]),
  );
}

async function runStock(side: Place, step: CommandStep): Promise<CommandResult> {
  const { path } = stockKubectl();
  const result = await runCommand(
    "/bin/sh",
    ["-c", `cd "$0" && exec "$@"`, side.directory, path, ...words(step.run)],
    {
      environment: environmentIn(side, step),
      input: step.stdin ?? "",
      timeoutMs: 30_000,
      expectCode: "any",
    },
  );
  // It calls itself by its path.
  const named = (text: string) => text.replaceAll(path, "kubectl");
  return { ...result, stdout: named(result.stdout), stderr: named(result.stderr) };
}

const real = nodeHost();

/** In this process, which spares the start of a program for each command. */
async function runOurs(side: Place, step: CommandStep): Promise<CommandResult> {
  if (step.asProgram) return await runOurProgram(side, step);
  const stdout = captured();
  const stderr = captured();
  const host: Host = {
    ...real,
    environment: environmentIn(side, step),
    homeDirectory: side.directory,
    programName: "kubectl",
    files: filesIn(side.directory, real.files),
    ...(real.programs && {
      programs: programsIn(side.directory, environmentIn(side, step), {
        stdout: stdout.output,
        stderr: stderr.output,
        programs: real.programs,
      }),
    }),
    ...(real.tree && { tree: treeIn(side.directory, real.tree) }),
    async kustomize() {
      const { files } = kustomizeOnDisk;
      return { ...kustomizeOnDisk, files: kustomizeFilesIn(side.directory, files) };
    },
    stdout: stdout.output,
    stderr: stderr.output,
    interrupted: AbortSignal.timeout(30_000),
    stdin: {
      isTerminal: false,
      // oxlint-disable-next-line typescript/require-await -- a stream of one chunk
      async *chunks() {
        if (step.stdin) yield utf8(step.stdin);
      },
    },
  };
  const code = await main(host, words(step.run));
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const ourProgram = fileURLToPath(new URL("../../../src/bin/kubectl.ts", import.meta.url));

async function runOurProgram(side: Place, step: CommandStep): Promise<CommandResult> {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", ourProgram];
  return await runCommand(
    "/bin/sh",
    ["-c", `cd "$0" && exec "$@"`, side.directory, ...node, ...words(step.run)],
    {
      environment: environmentIn(side, step),
      input: step.stdin ?? "",
      timeoutMs: 30_000,
      expectCode: "any",
    },
  );
}

function captured(): { readonly output: Output; text(): string } {
  const parts: Buffer[] = [];
  return {
    output: {
      isTerminal: false,
      write: (data) =>
        void parts.push(typeof data === "string" ? Buffer.from(data) : Buffer.from(data)),
    },
    text: () => Buffer.concat(parts).toString("utf8"),
  };
}

async function settle(side: Side, command: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const result = await runStock(side, { run: command });
    if (result.code === 0) return;
    if (performance.now() > deadline) assert.fail(`${command}: ${result.stderr}${result.stdout}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function objectsOn({ plane, directory }: Side, { nodes }: ParityScript): Promise<unknown> {
  const objects = await readObjects(plane.kubeconfig);
  // On which node a pod runs, and since when, is decided anew on each server.
  const kept = nodes ? objects.filter(({ kind }) => kind !== "Pod" && kind !== "Node") : objects;
  return comparableObjects(kept, directory);
}

/** A command line's words, quotes taken off. */
export function words(line: string): string[] {
  const found: string[] = [];
  for (const match of line.matchAll(/(?:[^\s'"]+|'[^']*'|"(?:[^"\\]|\\.)*")+/g)) {
    found.push(
      match[0].replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_whole, single, double) =>
        typeof single === "string" ? single : String(double).replaceAll(/\\(.)/g, "$1"),
      ),
    );
  }
  return found;
}
