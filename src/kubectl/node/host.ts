import { homedir } from "node:os";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import type { Bytes } from "#base/bytes.ts";
import { Channel } from "#base/channel.ts";
import type { FileTree, Host, Input, Programs, Terminal } from "../host.ts";
import { diskFiles } from "./files.ts";
import { isTerminal, standardOutput } from "./output.ts";

/** kubectl in a terminal, or in a script. */
export function nodeHost(
  options: {
    programName?: string;
    environment?: Readonly<Record<string, string | undefined>>;
  } = {},
): Host {
  const environment = options.environment ?? process.env;
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => interrupted.abort(new Error(`got ${name}`)));
  }
  return {
    environment,
    clock: systemClock(),
    random: cryptoRandom,
    stdin: standardInput(),
    stdout: standardOutput("stdout"),
    stderr: standardOutput("stderr"),
    files: diskFiles,
    homeDirectory: environment.HOME || homedir(),
    platform: { os: goPlatform(), arch: goArchitecture() },
    programName: options.programName ?? "kubectl",
    interrupted: interrupted.signal,
    programs: lazyPrograms(environment),
    kustomize: async () => (await import("./kustomize.ts")).kustomizeOnDisk,
    // TLS takes longer to load than all of ours: commands that ask no server do without.
    connect: async (...args) => (await import("./connect.ts")).connect(...args),
    get terminal() {
      return isTerminal(0) ? terminal : undefined;
    },
    tree: lazyTree,
    network: {
      listen: async (...args) => (await import("./network.ts")).listen(...args),
    },
    async fetchText(url, signal) {
      const { trustThisMachine } = await import("./trust.ts");
      trustThisMachine();
      const response = await fetch(url, signal ? { signal } : {});
      const { status, statusText } = response;
      return { status, statusText, text: await response.text() };
    },
  };
}

function lazyPrograms(environment: Host["environment"]): Programs {
  const real = async () => (await import("./programs.ts")).programsOf(environment);
  return {
    runInForeground: async (...args) => (await real()).runInForeground(...args),
    run: async (...args) => (await real()).run(...args),
    find: async (name) => (await real()).find(name),
  };
}

const lazyTree: FileTree = {
  status: async (path) => (await import("./file-tree.ts")).diskTree.status(path),
  async *read(path) {
    yield* (await import("./file-tree.ts")).diskTree.read(path);
  },
  write: async (...args) => (await import("./file-tree.ts")).diskTree.write(...args),
};

const terminal: Terminal = {
  size() {
    const { columns: width, rows: height } = process.stdout.isTTY ? process.stdout : process.stderr;
    return width && height ? { width, height } : undefined;
  },
  async *resizes(signal) {
    const changes = new Channel<true>({ capacity: 2, whenFull: "close" });
    const onResize = () => void (changes.size === 0 && changes.push(true));
    process.stdout.on("resize", onResize);
    try {
      for await (const _change of changes.iterate(signal)) {
        const size = terminal.size();
        if (size) yield size;
      }
    } finally {
      process.stdout.off("resize", onResize);
    }
  },
  raw() {
    const { stdin } = process;
    stdin.setRawMode(true);
    // Node leaves it to the terminal to put a return before each new line, which programs that
    // draw on the whole screen do not expect. A machine without stty keeps that.
    const { spawnSync } = process.getBuiltinModule("node:child_process");
    spawnSync("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] });
    return () => void (stdin.destroyed || stdin.setRawMode(false));
  },
};

function standardInput(): Input {
  return {
    // Looking at `process.stdin` opens it, which most commands need not pay for.
    get isTerminal() {
      return isTerminal(0);
    },
    async *chunks(signal) {
      const input = process.stdin;
      const end = () => void input.destroy();
      signal?.addEventListener("abort", end, { once: true });
      try {
        for await (const chunk of input as AsyncIterable<Buffer>) yield chunk as Bytes;
      } finally {
        signal?.removeEventListener("abort", end);
      }
    },
  };
}

function goPlatform(): string {
  return process.platform === "win32" ? "windows" : process.platform;
}

function goArchitecture(): string {
  const known: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return known[process.arch] ?? process.arch;
}
