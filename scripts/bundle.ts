import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import type { Metafile } from "esbuild";
import { allCommands } from "../src/kubectl/commands/tree.ts";

/**
 * `npm run bundle` puts what is published into dist/. Sources run as they are; nothing here is
 * needed to work on them.
 *
 * Node's loader takes 0.6 ms for each ES module, and kubectl at work has more than a hundred. So
 * esbuild splits the program into parts, each an old-style module of a few kB, and a file has many
 * of them: one file what nearly all commands need, and one for each thing that is loaded late.
 */
const root = join(import.meta.dirname, "..");

/** What is loaded late in the sources, but used by most: it comes with the program's own file. */
const common = [
  "src/kubectl/commands/get/command.ts",
  "src/kubectl/commands/get/get.ts",
  "src/kubectl/config/prompt.ts",
  "src/kubectl/node/connect.ts",
];

const entry = {
  contents: `
    import { main } from "#kubectl/main.ts";
    import { nodeHost } from "#kubectl/node/host.ts";
    import { leave } from "#kubectl/node/output.ts";
    void main(nodeHost(), process.argv.slice(2)).then(leave);`,
  resolveDir: join(root, "src/bin"),
  sourcefile: "kubectl.ts",
};

export async function bundle(directory = join(root, "dist")): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const parts = await partsOf();
  const shared = closure(parts, [
    "main",
    ...[...parts.values()].filter(({ source }) => common.includes(source)).map(({ name }) => name),
  ]);
  const late = [...parts.values()].filter(({ name, source }) => source && !shared.has(name));
  const texts = new Map([["main", await fileOf(parts, shared)]]);
  for (const { name } of late) {
    const own = [...closure(parts, [name])].filter((one) => !shared.has(one));
    texts.set(name, await fileOf(parts, own));
  }
  const hash = createHash("sha256");
  for (const [name, text] of texts) {
    hash.update(text);
    await writeFile(join(directory, `${name}.cjs`), text);
  }
  await writeFile(join(directory, "kubectl.cjs"), starter(hash.digest("hex").slice(0, 16)));
  await writeFile(join(directory, "kubectl"), launcher, { mode: 0o755 });
}

interface Part {
  readonly name: string;
  readonly text: string;
  /** The source file that is asked for by the part's name; "" where there is none. */
  readonly source: string;
  /** What must be there before it. */
  readonly needs: readonly string[];
}

async function partsOf(): Promise<ReadonlyMap<string, Part>> {
  const { outputFiles, metafile } = await build({
    stdin: entry,
    absWorkingDir: root,
    outdir: "parts",
    entryNames: "main",
    chunkNames: "[name]-[hash]",
    platform: "node",
    format: "esm",
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, of]) => [nameOf(path), of]));
  return new Map(
    outputFiles.map(({ path, text }) => {
      const name = nameOf(path);
      const output = outputs.get(name);
      if (!output) throw new Error(`esbuild tells nothing of ${path}`);
      return [name, { name, text, source: output.entryPoint ?? "", needs: needsOf(output) }];
    }),
  );
}

function needsOf({ imports }: Metafile["outputs"][string]): string[] {
  const own = imports.filter(({ kind, external }) => kind === "import-statement" && !external);
  return own.map(({ path }) => nameOf(path));
}

function nameOf(path: string): string {
  return basename(path).replace(/\.js$/, "");
}

/** With all that is imported, and what that imports. */
function closure(parts: ReadonlyMap<string, Part>, names: readonly string[]): Set<string> {
  const all = new Set(names);
  for (const name of all) for (const needed of parts.get(name)?.needs ?? []) all.add(needed);
  return all;
}

/** An object of functions, by the names of the parts. */
async function fileOf(parts: ReadonlyMap<string, Part>, names: Iterable<string>): Promise<string> {
  const functions = [...names].map(async (name) => {
    const { code } = await transform(parts.get(name)?.text ?? "", {
      format: "cjs",
      platform: "node",
      minify: true,
      supported: { "dynamic-import": false },
    });
    return `${JSON.stringify(name)}(require,module,exports){${code}}`;
  });
  return `({${(await Promise.all(functions)).join(",\n")}});\n`;
}

/**
 * Runs a part when it is first asked for; what is in no file yet has one by its own name.
 *
 * V8 keeps what it compiled of a file, in a store of each command's own: Node's own cache would
 * keep what is compiled before anything runs, which is next to nothing. Made anew each hour, because
 * the run before may have been one of few words.
 */
function starter(id: string): string {
  const names = allCommands.map(({ name }) => name);
  return `"use strict";
const fs = require("node:fs");
const { Script } = require("node:vm");
const { env, argv } = process;
const command = argv.find((word) => ${JSON.stringify(names)}.includes(word)) || "other";
const home = (env.HOME || env.USERPROFILE || ".") + "/.kube";
const cache = env.KUBECACHEDIR || home + "/cache";
const build = cache + "/kijabi/${id}-" + process.version + "-" + process.arch;
const store = build + "/" + command;
const fresh = [];

function open(name) {
  const filename = __dirname + "/" + name + ".cjs";
  const kept = store + "/" + name;
  let cachedData, changed = 0;
  try {
    cachedData = fs.readFileSync(kept);
    changed = fs.statSync(kept).mtimeMs;
  } catch {}
  const script = new Script(fs.readFileSync(filename, "latin1"), { filename, cachedData });
  if (script.cachedDataRejected || Date.now() - changed > 3600_000) fresh.push({ kept, script });
  return script.runInThisContext();
}

process.on("exit", () => {
  if (fresh.length === 0) return;
  try {
    // One by one: a home that is not there is not made.
    const directories = [cache, cache + "/kijabi", build, store];
    if (!env.KUBECACHEDIR) directories.unshift(home);
    for (const directory of directories) {
      if (!fs.existsSync(directory)) fs.mkdirSync(directory, { mode: 0o750 });
    }
    for (const { kept, script } of fresh) {
      fs.writeFileSync(kept + "." + process.pid, script.createCachedData(), { mode: 0o600 });
      fs.renameSync(kept + "." + process.pid, kept);
    }
  } catch {
    // A home that cannot be written to costs some milliseconds for each command, nothing else.
  }
});

const parts = Object.create(null);
const loaded = Object.create(null);
function load(path) {
  if (!path.startsWith("./")) return require(path);
  const name = path.slice(2, -3);
  if (loaded[name]) return loaded[name].exports;
  if (!parts[name]) for (const [key, part] of Object.entries(open(name))) parts[key] ??= part;
  const module = (loaded[name] = { exports: {} });
  parts[name](load, module, module.exports);
  return module.exports;
}
load("./main.js");
`;
}

/**
 * Node would read Mozilla's authorities beside its work, for 5 ms, where kubectl goes by a cluster's
 * own or the machine's; it would tidy up a small heap while it starts, for 3 ms; and it would wait
 * for debuggers. Not to be had together with what the person may have asked Node for.
 */
const launcher = `#!/bin/sh
self=$0
if [ -h "$self" ]; then self=$(readlink -f "$self"); fi
case "\${NODE_OPTIONS-}\${NODE_USE_SYSTEM_CA-}" in
  "") exec node --use-openssl-ca --min-semi-space-size=16 --disable-sigusr1 \
    "\${self%/*}/kubectl.cjs" "$@" ;;
  *) exec node "\${self%/*}/kubectl.cjs" "$@" ;;
esac
`;

if (import.meta.main) await bundle();
