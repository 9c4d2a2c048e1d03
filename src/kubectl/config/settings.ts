import { toYaml } from "#machinery/codec/yaml-writer.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { CommandError } from "../errors.ts";
import type { Files } from "../host.ts";
import type { Kubectl } from "../kubectl.ts";
import { directoryOf, isAbsolute, joinPath, relativePath } from "../paths.ts";
import { clusterFields, configFields, contextFields, normalized, userFields } from "./fields.ts";
import { parseKubeconfig } from "./kubeconfig.ts";
import type { Cluster, Context, User } from "./kubeconfig.ts";

/** An entry of a list of a kubeconfig, and the file it is from; empty for a new one. */
export interface Stanza<T> {
  readonly value: T;
  readonly origin: string;
}

/** What all kubeconfig files say together, for commands that look at it or change it. */
export interface Settings {
  currentContext: string;
  preferences: Row;
  extensions: unknown;
  readonly clusters: Map<string, Stanza<Cluster>>;
  readonly contexts: Map<string, Stanza<Context>>;
  readonly users: Map<string, Stanza<User>>;
}

const sections = ["clusters", "contexts", "users"] as const;
type Section = (typeof sections)[number];

const entries = {
  clusters: { field: "cluster", struct: clusterFields },
  contexts: { field: "context", struct: contextFields },
  users: { field: "user", struct: userFields },
} as const;

/** The files, read and written as commands of `config` do it. */
export class SettingsFiles {
  readonly #files: Files;
  readonly paths: readonly string[];
  readonly explicit: boolean;

  constructor(kubectl: Kubectl) {
    const { paths, explicit } = kubectl.kubeconfigPaths();
    this.#files = kubectl.host.files;
    this.paths = paths;
    this.explicit = explicit;
  }

  /** A file that is missing says nothing. */
  async read(): Promise<Settings> {
    const merged: Settings = emptySettings();
    const errors: unknown[] = [];
    for (const path of this.paths) {
      const config = await this.#readFile(path).catch((error: unknown) => void errors.push(error));
      if (config) addTo(merged, config, path);
    }
    if (errors.length > 0) throw errors[0];
    return merged;
  }

  /** Where new entries go: the first file that is there, or else the last of the list. */
  async defaultFile(): Promise<string> {
    for (const path of this.paths) {
      if ((await this.#files.stat(path)) !== undefined) return path;
    }
    return this.paths.at(-1) ?? "";
  }

  /**
   * Writes what differs from what the files say now, each entry into the file it is from. With
   * `relativePaths`, names of files below the kubeconfig's directory start there.
   */
  async save(changed: Settings, options: { readonly relativePaths: boolean }): Promise<void> {
    const locked: string[] = [];
    try {
      for (const path of this.paths.toSorted()) {
        await this.#makeDirectoryOf(path);
        await this.#files.writeText(`${path}.lock`, "", { mode: 0, exclusive: true });
        locked.push(path);
      }
      await this.#write(changed, options);
    } finally {
      for (const path of locked) await this.#files.remove(`${path}.lock`);
    }
  }

  async #write(changed: Settings, options: { readonly relativePaths: boolean }): Promise<void> {
    const before = await this.read();
    const destination = await this.defaultFile();
    const written = new Map<string, Row>();
    const fileOf = async (path: string): Promise<Row> => {
      const config =
        written.get(path) ?? (await this.#readFile(path)) ?? normalized({}, configFields);
      written.set(path, config);
      return config;
    };
    if (before.currentContext !== changed.currentContext) {
      const path = await this.#fileOfCurrentContext(changed.currentContext, destination);
      (await fileOf(path))["current-context"] = changed.currentContext;
    }
    if (!same(before.preferences, changed.preferences)) {
      const [first = destination] = this.paths;
      (await fileOf(first)).preferences = changed.preferences;
    }
    for (const section of sections) {
      for (const [name, stanza] of changed[section] as Map<string, Stanza<object>>) {
        if (same(before[section].get(name)?.value, stanza.value)) continue;
        const path = stanza.origin || destination;
        const value = options.relativePaths
          ? relative(section, stanza.value as Row, this.#files.absolute(directoryOf(path)))
          : stanza.value;
        setEntry(await fileOf(path), section, name, value as Row);
      }
      for (const [name, stanza] of before[section] as Map<string, Stanza<object>>) {
        if (!changed[section].has(name)) {
          setEntry(await fileOf(stanza.origin || destination), section, name, undefined);
        }
      }
    }
    for (const [path, config] of written) {
      await this.#files.writeText(path, kubeconfigText(config), { mode: 0o600 });
    }
  }

  /** To take the current context away, it is taken from the file that says it. */
  async #fileOfCurrentContext(name: string, destination: string): Promise<string> {
    if (this.explicit || name !== "") return destination;
    for (const path of this.paths) {
      const config = await this.#readFile(path);
      if (config?.["current-context"]) return path;
    }
    throw new CommandError("no config found to write context");
  }

  async #readFile(path: string): Promise<Row | undefined> {
    if ((await this.#files.stat(path)) === undefined) return undefined;
    let text: string;
    try {
      text = await this.#files.readText(path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`error loading config file "${path}": ${why}`, { cause: error });
    }
    return normalized((await parseKubeconfig(text, path)) as Row, configFields);
  }

  async #makeDirectoryOf(path: string): Promise<void> {
    const directory = directoryOf(path);
    if ((await this.#files.stat(directory)) === undefined)
      await this.#files.makeDirectory(directory);
  }
}

function emptySettings(): Settings {
  return {
    currentContext: "",
    preferences: {},
    extensions: undefined,
    clusters: new Map(),
    contexts: new Map(),
    users: new Map(),
  };
}

/** What was said before counts. */
function addTo(merged: Settings, config: Row, path: string): void {
  merged.currentContext ||= String(config["current-context"]);
  merged.preferences = { ...(config.preferences as Row), ...merged.preferences };
  merged.extensions ??= config.extensions;
  for (const section of sections) {
    const into = merged[section] as Map<string, Stanza<object>>;
    for (const { name, value } of entriesOf(config, section)) {
      if (!into.has(name)) into.set(name, { value, origin: path });
    }
  }
}

function entriesOf(config: Row, section: Section): { name: string; value: Row }[] {
  const list = config[section];
  if (!Array.isArray(list)) return [];
  return list
    .filter(isRow)
    .map((entry) => ({ name: String(entry.name), value: entry[entries[section].field] as Row }));
}

function setEntry(config: Row, section: Section, name: string, value: Row | undefined): void {
  const others = entriesOf(config, section).filter((entry) => entry.name !== name);
  const all = value ? [...others, { name, value }] : others;
  config[section] = all.map((entry) => ({
    name: entry.name,
    [entries[section].field]: entry.value,
  }));
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Fields that name files. A command without a slash is looked for on the PATH. */
const fileFields = {
  clusters: ["certificate-authority"],
  contexts: [],
  users: ["client-certificate", "client-key", "tokenFile"],
} as const;

function relative(section: Section, value: Row, directory: string): Row {
  const result = { ...value };
  for (const name of fileFields[section]) {
    const path = result[name];
    if (typeof path === "string" && path) result[name] = nearPath(path, directory);
  }
  const exec = result.exec;
  if (isRow(exec) && typeof exec.command === "string" && exec.command.includes("/")) {
    result.exec = { ...exec, command: nearPath(exec.command, directory) };
  }
  return result;
}

/** From the directory on where the file is below it; absolute otherwise. */
function nearPath(path: string, directory: string): string {
  const absolute = isAbsolute(path) ? path : joinPath(directory, path);
  const near = relativePath(directory, absolute);
  return near.startsWith("../") ? absolute : near;
}

/** Comments are lost, as they always were. */
export function kubeconfigText(config: Row): string {
  return toYaml({ ...normalized(config, configFields), apiVersion: "v1", kind: "Config" });
}

/** The settings as one kubeconfig. */
export function asKubeconfig(settings: Settings): Row {
  const list = (section: Section) =>
    [...settings[section]].map(([name, { value }]) => ({ name, [entries[section].field]: value }));
  return normalized(
    {
      kind: "Config",
      apiVersion: "v1",
      preferences: settings.preferences,
      clusters: list("clusters"),
      users: list("users"),
      contexts: list("contexts"),
      "current-context": settings.currentContext,
      extensions: settings.extensions,
    },
    configFields,
  );
}
