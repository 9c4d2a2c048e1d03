import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
import { admissionConfigurationOf } from "#server/admission/configuration.ts";
import type { AdmissionOptions } from "#server/admission/default.ts";
import type { FakeBehaviour, FakeContainerSpec } from "#kubelet/cri/fake/behaviour.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import type { CommandResult } from "../../support/command.ts";
import { openControlPlane } from "../../support/control-plane.ts";
import type { TestControlPlane } from "../../support/control-plane.ts";
import { fakeKubelet } from "../../support/fake-kubelet.ts";
import { comparable, comparableObjects } from "./comparable.ts";
import { filesIn, kustomizeFilesIn, treeIn } from "./files-in.ts";
import type { CommandStep, ParityScript } from "./parity.ts";
import { programsIn } from "./programs-in.ts";
import { readObjects } from "./read-objects.ts";
import { stockKubectl } from "./stock.ts";

/** A server, and a kubectl whose commands run on it. */
export interface Side extends AsyncDisposable {
  readonly plane: TestControlPlane;
  readonly directory: string;
  /** What the command said, and behind it what those said that were given meanwhile. */
  run(step: CommandStep): Promise<{ step: CommandStep; result: CommandResult }[]>;
  /** Waits until the stock kubectl ends this with 0. */
  settle(command: string): Promise<void>;
}

type Place = Pick<Side, "directory">;

/** A command on its way. */
interface Running {
  /** On both outputs, so far. */
  said(): string;
  /** As Ctrl-C. */
  interrupt(): void;
  readonly ended: Promise<CommandResult>;
}

type Start = (side: Place, step: CommandStep) => Running;

const timeoutMs = 30_000;

export async function openSide(script: ParityScript, start: Start): Promise<Side> {
  const containers = await mkdtemp(join(tmpdir(), "kijabi-containers-"));
  const programs = typeof script.kubelets === "object" ? script.kubelets : {};
  const kubelet = script.kubelets && { kubelet: fakeKubelet(containers, programs) };
  const plane = await openControlPlane(await admissionOf(script), [], { ...kubelet });
  const directory = join(plane.directory, "work");
  await mkdir(directory);
  await cp(plane.kubeconfig, join(directory, "config"));
  await writeFiles(directory, script.files ?? {});
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  if (script.nodes) runNodes(plane, script.nodes === true ? 2 : script.nodes, scope);
  await using opening = new AsyncDisposableStack();
  const web = opening.use(await openWeb(script.web));
  const port = await freePort();
  const shell = new Shell({ directory, web: web.address, port }, start);
  const opened = opening.move();
  return {
    plane,
    directory,
    run: (step) => shell.run(step),
    settle: (command) => shell.settle(command),
    async [Symbol.asyncDispose]() {
      await opened.disposeAsync();
      await scope.close();
      await plane[Symbol.asyncDispose]();
      await rm(containers, { recursive: true, force: true });
    },
  };
}

async function admissionOf({ admission }: ParityScript): Promise<AdmissionOptions> {
  if (admission === undefined) return {};
  const noFiles = (path: string) => Promise.reject(new Error(`${path}: there are no other files`));
  return { configuration: await admissionConfigurationOf(admission, noFiles) };
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    // What begins like a script can be run.
    const mode = text.startsWith("#!") ? 0o755 : 0o644;
    await writeFile(join(directory, name), text, { mode });
  }
}

function runNodes({ client }: TestControlPlane, count: number, scope: Scope): void {
  const options = {
    client,
    // What containers pretend to sleep for is not waited for in the end.
    clock: systemClock({ unref: true }),
    random: cryptoRandom,
    logger: silentLogger,
    count,
    kubeletVersion: "v1.36.0",
    behaviour: shellBehaviour,
  };
  scope.run("nodes", (signal) => runSimulatedNodes(options, signal));
}

/** A shell goes when nobody is at its terminal any more: here, some time after it has begun. */
function shellBehaviour({ image, command }: FakeContainerSpec): FakeBehaviour | undefined {
  const isShell = image.startsWith("busybox") && (command[0] ?? "/bin/sh") === "/bin/sh";
  return isShell ? { runsForMs: 2500, exitCode: 0 } : undefined;
}

async function openWeb(
  files: ParityScript["web"] = {},
): Promise<AsyncDisposable & { address: string }> {
  const server = createServer((request, response) => {
    const text = files[request.url?.slice(1) ?? ""];
    response.writeHead(text === undefined ? 404 : 200).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface Surroundings {
  readonly directory: string;
  /** The address of the documents' web server. */
  readonly web: string;
  /** One that is free. */
  readonly port: number;
}

/** Makes a command of what a script says, and of its outputs what can be compared. */
class Shell {
  readonly #surroundings: Surroundings;
  readonly #start: Start;
  readonly #variables = new Map<string, string>();

  constructor(surroundings: Surroundings, start: Start) {
    this.#surroundings = surroundings;
    this.#start = start;
  }

  async run(step: CommandStep): Promise<{ step: CommandStep; result: CommandResult }[]> {
    const running = this.#start(this.#surroundings, {
      ...step,
      run: await this.#expanded(step.run),
    });
    const others: { step: CommandStep; result: CommandResult }[] = [];
    if (step.until) {
      // A list may be empty, and then nothing tells that it was read.
      await waitFor(() => running.said() !== "", 1000);
      for (const other of step.meanwhile ?? []) {
        others.push(...(await this.run(typeof other === "string" ? { run: other } : other)));
      }
      const { until } = step;
      const said = () => until.test(running.said().replaceAll(/ +/g, " "));
      if (!(await waitFor(said, timeoutMs))) {
        running.interrupt();
        assert.fail(`${step.run} never said ${until}:\n${running.said()}`);
      }
      running.interrupt();
    }
    const { code, stdout, stderr } = await running.ended;
    if (step.as) this.#variables.set(step.as, stdout.trim());
    const result = { code, stdout: this.#comparable(stdout), stderr: this.#comparable(stderr) };
    if (step.into) await writeFile(join(this.#surroundings.directory, step.into), stdout);
    return [{ step, result }, ...others];
  }

  async settle(command: string): Promise<void> {
    const run = await this.#expanded(command);
    const deadline = performance.now() + 20_000;
    for (;;) {
      const result = await runStock(this.#surroundings, { run }).ended;
      if (result.code === 0) return;
      if (performance.now() > deadline) assert.fail(`${command}: ${result.stderr}${result.stdout}`);
      await sleep(100);
    }
  }

  async #expanded(line: string): Promise<string> {
    const { web, port } = this.#surroundings;
    let result = line.replaceAll(/\bWEB\b/g, web).replaceAll(/\bPORT\b/g, String(port));
    for (const [name, value] of this.#variables) result = result.replaceAll(`$${name}`, value);
    for (const [whole, inner = ""] of result.matchAll(/\$\(kubectl ([^)]*)\)/g)) {
      const { stdout } = await this.#start(this.#surroundings, { run: inner }).ended;
      result = result.replace(whole, () => stdout.trim());
    }
    return result;
  }

  #comparable(text: string): string {
    const { directory, port } = this.#surroundings;
    let result = comparable(text.replaceAll(`[::1]:${port}`, "[::1]:PORT"), directory);
    for (const [name, value] of this.#variables) {
      if (value) result = result.replaceAll(value, `$${name}`);
    }
    return result;
  }
}

async function waitFor(met: () => boolean, forMs: number): Promise<boolean> {
  const deadline = performance.now() + forMs;
  while (!met()) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

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

export function runStock(side: Place, step: CommandStep): Running {
  const { path } = stockKubectl();
  const running = runProgram([path], side, step);
  // It calls itself by its path.
  const named = (text: string) => text.replaceAll(path, "kubectl");
  const ended = running.ended.then(({ code, stdout, stderr }) => ({
    code,
    stdout: named(stdout),
    stderr: named(stderr),
  }));
  return { ...running, ended };
}

function runProgram(program: readonly string[], side: Place, step: CommandStep): Running {
  const command = [...program, ...words(step.run)];
  // What is opened by its name has to be a pipe, which what Node connects is not.
  const piped = step.run.includes("/dev/stdin") ? ["/bin/sh", "-c", 'cat | "$0" "$@"'] : [];
  const [file = "", ...args] = [...piped, ...command];
  const child = spawn(file, args, {
    cwd: side.directory,
    env: environmentIn(side, step),
    stdio: ["pipe", "pipe", "pipe"],
    timeout: step.until ? 3 * timeoutMs : timeoutMs,
    killSignal: "SIGKILL",
  });
  const parts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (parts[name] += text));
  }
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(step.stdin ?? "");
  const ended = once(child, "close").then(([code, signal]) => {
    if (signal !== null && signal !== "SIGINT") {
      throw new Error(`kubectl ${step.run} was ended by ${signal}\n${parts.stdout}${parts.stderr}`);
    }
    return { code: (code as number | null) ?? 130, ...parts };
  });
  return {
    said: () => parts.stdout + parts.stderr,
    interrupt: () => void child.kill("SIGINT"),
    ended,
  };
}

const real = nodeHost();

/** In this process, which spares the start of a program for each command. */
export function runOurs(side: Place, step: CommandStep): Running {
  if (step.asProgram) {
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", ourProgram];
    return runProgram(node, side, step);
  }
  const stdout = captured();
  const stderr = captured();
  const interrupted = new AbortController();
  const deadline = AbortSignal.timeout(step.until ? 3 * timeoutMs : timeoutMs);
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
    interrupted: AbortSignal.any([interrupted.signal, deadline]),
    stdin: {
      isTerminal: false,
      // oxlint-disable-next-line typescript/require-await -- a stream of one chunk
      async *chunks() {
        if (step.stdin) yield utf8(step.stdin);
      },
    },
  };
  const ended = main(host, words(step.run)).then((code) => ({
    code,
    stdout: stdout.text(),
    stderr: stderr.text(),
  }));
  return {
    said: () => stdout.text() + stderr.text(),
    interrupt: () => interrupted.abort(new Error("interrupted")),
    ended,
  };
}

const ourProgram = fileURLToPath(new URL("../../../src/bin/kubectl.ts", import.meta.url));

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

export async function objectsOn(
  { plane, directory }: Side,
  { nodes }: ParityScript,
): Promise<unknown> {
  const objects = await readObjects(plane.kubeconfig);
  // On which node a pod runs, and since when, is decided anew on each server.
  const kept = nodes ? objects.filter(({ kind }) => kind !== "Pod" && kind !== "Node") : objects;
  return comparableObjects(kept, directory);
}

/** A command line's words, quotes taken off. */
function words(line: string): string[] {
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
