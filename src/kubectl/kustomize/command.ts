import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import { failed } from "./error.ts";
import { kustomize, kustomizeFiles } from "./kustomize.ts";
import type { KustomizeOptions } from "./kustomize.ts";
import { FileError, joinPaths } from "./load/files.ts";
import type { Files } from "./load/files.ts";
import type { LoadRestriction, RemoteFiles } from "./load/loader.ts";
import type { HelmRunner } from "./plugins/helm.ts";

/** The flags of `kubectl kustomize`. */
export const kustomizeFlags = {
  "as-current-user": {
    type: "bool",
    usage: "run functions in containers as the user who runs the command",
  },
  "enable-alpha-plugins": { type: "bool", usage: "allow plugins that are no built-in ones" },
  "enable-helm": { type: "bool", usage: "allow helmCharts, which are inflated by helm" },
  "enable-managedby-label": {
    type: "bool",
    hidden: true,
    usage: "label all objects as made by kustomize",
  },
  env: {
    type: "list",
    short: "e",
    usage: "an environment variable for functions, KEY=VALUE or KEY",
  },
  "helm-api-versions": { type: "list", usage: "API versions that charts may ask for" },
  "helm-command": { type: "string", default: "helm", usage: "the helm program" },
  "helm-debug": { type: "bool", usage: "let helm tell more" },
  "helm-kube-version": {
    type: "string",
    default: "",
    usage: "the version of Kubernetes that charts may ask for",
  },
  "load-restrictor": {
    type: "string",
    default: "LoadRestrictionsRootOnly",
    usage: "LoadRestrictionsNone lets kustomizations read files outside of their directory",
  },
  mount: { type: "list", usage: "storage for functions in containers" },
  network: { type: "bool", usage: "let functions that ask for it use the network" },
  "network-name": {
    type: "string",
    default: "bridge",
    usage: "the network for functions in containers",
  },
  output: { type: "string", short: "o", default: "", usage: "write to this path instead" },
  reorder: {
    type: "string",
    hidden: true,
    default: "legacy",
    usage: "the order of the output: legacy, or none for that of the files",
  },
} as const satisfies FlagSpecs;

export type KustomizeFlags = FlagValues<typeof kustomizeFlags>;

/** Flags that still work, and what is said when they are given. */
export const deprecatedKustomizeFlags: Readonly<Record<string, string>> = {
  "enable-managedby-label":
    "Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been " +
    "deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.",
  reorder:
    "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml " +
    "instead.",
};

/** What the command needs of the machine. */
export interface KustomizeMachine {
  readonly files: Files;
  readonly helm?: HelmRunner;
  readonly remote?: RemoteFiles;
  /** Throws `FileError`. */
  writeFile(path: string, content: string): Promise<void>;
  writeOutput(text: string): void;
  /** Is told of deprecations and other things worth knowing, line by line. */
  writeMessage(line: string): void;
  /** Is told what upstream writes to its log. */
  log(message: string): void;
}

/** `kubectl kustomize DIR`. Throws `KustomizeError`. */
export async function runKustomize(
  flags: KustomizeFlags,
  given: ReadonlySet<string>,
  args: readonly string[],
  machine: KustomizeMachine,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, message] of Object.entries(deprecatedKustomizeFlags)) {
    if (given.has(name)) machine.writeMessage(message);
  }
  if (args.length > 1) throw failed("specify one path to kustomization.yaml");
  const directory = args[0] ?? ".";
  const options = optionsOf(flags, given, machine);
  const { output } = flags;
  if (output !== "" && (await isDirectory(machine.files, output))) {
    const made = await kustomizeFiles(machine.files, directory, options, signal);
    for (const [name, content] of made) await write(machine, joinPaths(output, name), content);
    return;
  }
  const text = await kustomize(machine.files, directory, options, signal);
  if (output === "") machine.writeOutput(text);
  else await write(machine, output, text);
}

const restrictions: readonly LoadRestriction[] = [
  "LoadRestrictionsRootOnly",
  "LoadRestrictionsNone",
];
const orders = ["legacy", "none"] as const;

function optionsOf(
  flags: KustomizeFlags,
  given: ReadonlySet<string>,
  machine: KustomizeMachine,
): KustomizeOptions {
  const loadRestriction = oneOf("load-restrictor", flags["load-restrictor"], restrictions);
  const reorder = oneOf("reorder", flags.reorder, orders);
  const alphaPlugins = flags["enable-alpha-plugins"];
  return {
    loadRestriction,
    ...(given.has("reorder") ? { reorder } : {}),
    addManagedByLabel: flags["enable-managedby-label"],
    enableAlphaPlugins: alphaPlugins,
    enableHelm: alphaPlugins || flags["enable-helm"],
    helmCommand: flags["helm-command"],
    helmApiVersions: flags["helm-api-versions"],
    helmKubeVersion: flags["helm-kube-version"],
    helmDebug: flags["helm-debug"],
    ...(machine.helm ? { helm: machine.helm } : {}),
    ...(machine.remote ? { remote: machine.remote } : {}),
    warn: (line) => machine.writeMessage(line),
    log: (message) => machine.log(message),
  };
}

function oneOf<T extends string>(flag: string, value: string, legal: readonly T[]): T {
  const found = legal.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw failed(`illegal flag value --${flag} ${value}; legal values: [${legal.join(" ")}]`);
}

async function isDirectory(files: Files, path: string): Promise<boolean> {
  try {
    return (await files.resolve(path)).isDirectory;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

async function write(machine: KustomizeMachine, path: string, content: string): Promise<void> {
  try {
    await machine.writeFile(path, content);
  } catch (error) {
    throw error instanceof FileError ? failed(error.message) : error;
  }
}
