import { test } from "node:test";
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Style that a machine can check: the layer table, the platform rule, sizes, bans, dead files. */

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = globSync("src/**/*.ts", { cwd: root }).sort();
const isTest = (file: string) => file.endsWith(".test.ts");
const textOf = new Map(sources.map((file) => [file, readFileSync(join(root, file), "utf8")]));

/** What each room may import, besides itself. Kept in step with docs/architecture.md. */
const below = {
  base: [],
  schema: ["base"],
  pki: ["base"],
  streaming: ["base"],
  api: ["schema", "base"],
  machinery: ["api", "schema", "base"],
  storage: ["machinery", "schema", "base"],
  client: ["machinery", "api", "schema", "base"],
  component: ["client", "machinery", "api", "schema", "base"],
  server: ["client", "storage", "pki", "streaming", "machinery", "api", "schema", "base"],
} as const satisfies Record<string, readonly string[]>;
const componentAndBelow = ["component", ...below.component, "pki", "streaming"];
const allRooms = [
  ...Object.keys(below),
  "controllers",
  "scheduler",
  "kubelet",
  "proxy",
  "dns",
  "kubectl",
];
const mayImport: Record<string, readonly string[]> = {
  ...below,
  controllers: componentAndBelow,
  scheduler: componentAndBelow,
  kubelet: componentAndBelow,
  proxy: componentAndBelow,
  dns: componentAndBelow,
  kubectl: componentAndBelow,
  cluster: [...allRooms, "testkit"],
  testkit: [...allRooms, "cluster"],
  bin: [...allRooms, "cluster", "testkit"],
};

const roomOf = (file: string) => relative("src", file).split("/")[0] ?? "";

interface Import {
  readonly from: string;
  /** Path from the root, or the package's name. */
  readonly target: string;
  readonly internal: boolean;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const text = textOf.get(file) ?? "";
  const pattern =
    /^(?:import|export)\b[^"'`;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    if (specifier.startsWith("#")) {
      found.push({ from: file, target: `src/${specifier.slice(1)}`, internal: true });
    } else if (specifier.startsWith(".")) {
      found.push({ from: file, target: join(dirname(file), specifier), internal: true });
    } else {
      found.push({ from: file, target: specifier, internal: false });
    }
  }
  return found;
}

const imports = sources.flatMap(importsOf);

test("every room imports only what its layer may", () => {
  const wrong = imports
    .filter(({ internal, from }) => internal && !isTest(from))
    .filter(({ from, target }) => {
      const [room, other] = [roomOf(from), roomOf(target)];
      if (room === other || !target.startsWith("src/")) return false;
      return !(mayImport[room] ?? []).includes(other);
    })
    .map(({ from, target }) => `${from} imports ${target}`);
  assert.deepEqual(wrong, []);
});

const isPlatform = (path: string) => /(^|\/)(node|browser|bin)\//.test(relative("src", path));

test("neutral code imports no platform", () => {
  const wrong = imports
    .filter(({ from }) => !isTest(from) && !isPlatform(from))
    // The API group node.k8s.io has a folder of that name.
    .filter(({ target, internal }) =>
      internal
        ? isPlatform(target) && !/^src\/(api|server\/resources)\/node\//.test(target)
        : target.startsWith("node:") || ["ws", "@grpc/grpc-js"].includes(target),
    )
    .map(({ from, target }) => `${from} imports ${target}`);
  // Roots that put a process together from its parts are platform code in all but place.
  const roots = /^src\/(testkit)\//;
  assert.deepEqual(
    wrong.filter((line) => !roots.test(line)),
    [],
  );
});

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly except: RegExp;
}

const bans: readonly Ban[] = [
  {
    pattern: /\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(/,
    instead: "the injected Clock and Random",
    except: /^src\/base\/|\/(node|browser)\/|^src\/bin\/|\.test\.ts$/,
  },
  { pattern: /:\s*any\b|<any>|\bas any\b/, instead: "a real type or unknown", except: /^$/ },
  {
    pattern: /\bconsole\.(log|error|warn)\(/,
    instead: "the injected Logger, or process.stdout in a command",
    except: /\.test\.ts$/,
  },
  {
    pattern: /^import \{[^}]*\} from "node:http";/m,
    instead: "base/node/http.ts, which spares the start what else that import loads",
    except: /\.test\.ts$/,
  },
];

test("no banned words", () => {
  const wrong: string[] = [];
  for (const [file, text] of textOf) {
    text.split("\n").forEach((line, index) => {
      const code = line
        .replace(/\/\/.*$|^\s*\*.*$|\/\*.*?\*\//, "")
        .replace(/"[^"]*"|`[^`]*`/g, '""');
      for (const { pattern, instead, except } of bans) {
        if (pattern.test(code) && !except.test(file)) {
          wrong.push(`${file}:${index + 1} ${line.trim()} (use ${instead})`);
        }
      }
    });
  }
  assert.deepEqual(wrong, []);
});

test("files stay readable", () => {
  // Lists of definitions are data: they are looked up, not read from top to bottom.
  const data = /^src\/(api|kubelet\/cri\/v1)/;
  const wrong = [...textOf]
    .filter(([file]) => !data.test(file))
    .map(([file, text]) => ({ file, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 800)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  assert.deepEqual(wrong, []);
});

test("no dead files", () => {
  const used = new Set(imports.filter(({ internal }) => internal).map(({ target }) => target));
  const outside = globSync(["test/**/*.ts", "bench/**/*.ts"], { cwd: root })
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  const dead = sources.filter((file) => {
    if (isTest(file) || file.endsWith(".d.ts") || file.startsWith("src/bin/")) return false;
    const specifier = `#${relative("src", file)}`;
    // A module may also be started by its URL (a worker thread, a child process).
    const byUrl = [...textOf.values()].some((text) =>
      new RegExp(`new URL\\(\\s*"[^"]*${file.split("/").at(-1)}"`).test(text),
    );
    return !used.has(file) && !outside.includes(specifier) && !byUrl;
  });
  assert.deepEqual(dead, []);
});
