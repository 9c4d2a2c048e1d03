import { isRow } from "#machinery/json.ts";
import { CommandError, messageOf } from "../errors.ts";
import { checkTypes, configFields } from "./fields.ts";
import type { Files, Host } from "../host.ts";
import { directoryOf, joinPath } from "../paths.ts";
import { parsePlainYaml } from "./plain-yaml.ts";

/** A kubeconfig as it is written. Fields that nobody here knows are kept. */
export interface Kubeconfig {
  apiVersion?: string;
  kind?: string;
  preferences?: Record<string, unknown>;
  "current-context"?: string;
  clusters?: NamedCluster[] | null;
  contexts?: NamedContext[] | null;
  users?: NamedUser[] | null;
  extensions?: unknown;
}

export interface NamedCluster {
  name: string;
  cluster: Cluster;
}

export interface NamedContext {
  name: string;
  context: Context;
}

export interface NamedUser {
  name: string;
  user: User;
}

export interface Cluster {
  server?: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
  "disable-compression"?: boolean;
  extensions?: unknown;
}

export interface Context {
  cluster?: string;
  user?: string;
  namespace?: string;
  extensions?: unknown;
}

export interface User {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: string[];
  "as-user-extra"?: Record<string, string[]>;
  exec?: ExecCredential;
  "auth-provider"?: unknown;
  extensions?: unknown;
}

/** A program that gives credentials. */
export interface ExecCredential {
  apiVersion: string;
  command: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: "Never" | "IfAvailable" | "Always";
}

/** Where kubeconfigs are: one that was asked for, or those of $KUBECONFIG, or the usual one. */
export interface KubeconfigPaths {
  readonly paths: readonly string[];
  /** It was named on the command line, and so has to exist. */
  readonly explicit: boolean;
}

export function kubeconfigPaths(host: Host, flag: string | undefined): KubeconfigPaths {
  if (flag) return { paths: [flag], explicit: true };
  const separator = host.platform.os === "windows" ? ";" : ":";
  const listed = (host.environment.KUBECONFIG ?? "").split(separator).filter(Boolean);
  if (listed.length > 0) return { paths: [...new Set(listed)], explicit: false };
  return { paths: [joinPath(host.homeDirectory, ".kube/config")], explicit: false };
}

/** The files that exist, each with its path, in the order of precedence. */
export async function readKubeconfigs(
  files: Files,
  { paths, explicit }: KubeconfigPaths,
): Promise<{ path: string; config: Kubeconfig }[]> {
  const found: { path: string; config: Kubeconfig }[] = [];
  for (const path of paths) {
    if ((await files.stat(path)) === undefined) {
      if (explicit) throw new CommandError(`stat ${path}: no such file or directory`);
      continue;
    }
    found.push({ path, config: await parseKubeconfig(await files.readText(path), path) });
  }
  return found;
}

export async function parseKubeconfig(text: string, path: string): Promise<Kubeconfig> {
  const failed = (why: string) => new CommandError(`error loading config file "${path}": ${why}`);
  let value: unknown;
  try {
    value = parsePlainYaml(text) ?? (await readYaml(text));
  } catch (error) {
    throw failed(messageOf(error));
  }
  if (!isRow(value)) {
    const type =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const kind = Array.isArray(value) ? "array" : typeof value;
    throw failed(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of type ${type}`,
    );
  }
  const { kind = "Config", apiVersion = "v1" } = value;
  if (kind !== "Config" || apiVersion !== "v1") {
    throw failed(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ` +
        'in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"',
    );
  }
  try {
    checkTypes(value, configFields);
  } catch (error) {
    throw failed(messageOf(error));
  }
  return value;
}

async function readYaml(text: string): Promise<unknown> {
  const { parseYaml } = await import("#machinery/codec/yaml.ts");
  return parseYaml(text)[0]?.value ?? {};
}

/**
 * One configuration of several files: of what two files name alike, the first one's counts. File
 * names in it are absolute, or start where their own file is.
 */
export function mergeKubeconfigs(
  files: readonly { path: string; config: Kubeconfig }[],
): Kubeconfig {
  const merged: Required<Pick<Kubeconfig, "clusters" | "contexts" | "users">> & Kubeconfig = {
    clusters: [],
    contexts: [],
    users: [],
  };
  for (const { path, config } of files) {
    merged["current-context"] ||= config["current-context"] ?? "";
    const resolve = (name: string | undefined) => name && joinPath(directoryOf(path), name);
    add(merged.clusters ?? [], config.clusters, (entry) => ({
      ...entry,
      cluster: withFiles(entry.cluster ?? {}, ["certificate-authority"], resolve),
    }));
    add(merged.contexts ?? [], config.contexts, (entry) => ({
      ...entry,
      context: entry.context ?? {},
    }));
    add(merged.users ?? [], config.users, (entry) => ({
      ...entry,
      user: withFiles(entry.user ?? {}, ["client-certificate", "client-key", "tokenFile"], resolve),
    }));
  }
  return merged;
}

function add<T extends { name: string }>(
  into: T[],
  entries: readonly T[] | null | undefined,
  prepare: (entry: T) => T,
): void {
  for (const entry of entries ?? []) {
    if (!into.some(({ name }) => name === entry.name)) into.push(prepare(entry));
  }
}

function withFiles<T extends object>(
  entry: T,
  names: readonly (keyof T)[],
  resolve: (name: string | undefined) => string | undefined,
): T {
  const result = { ...entry };
  for (const name of names) {
    const path = entry[name];
    if (typeof path === "string" && path) result[name] = resolve(path) as T[keyof T];
  }
  return result;
}
