import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { toBase64, utf8 } from "#base/bytes.ts";
import { toYaml } from "#machinery/codec/yaml.ts";
import type { KeyPairPem } from "#pki/certificate.ts";

/** A kubeconfig, as far as a cluster's entry needs it. */
interface Kubeconfig {
  apiVersion?: string;
  kind?: string;
  clusters?: Named[];
  contexts?: Named[];
  users?: Named[];
  "current-context"?: string;
  preferences?: object;
}

interface Named {
  name: string;
}

export interface KubeconfigEntry {
  readonly name: string;
  readonly server: string;
  readonly authorityPem: string;
  readonly client: KeyPairPem;
}

/** The file that kubectl reads first. */
export function kubeconfigFile(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const first = environment.KUBECONFIG?.split(":").find(Boolean);
  return first ?? join(homedir(), ".kube", "config");
}

/** A kubeconfig with this entry alone. */
export function kubeconfigText(entry: KubeconfigEntry): string {
  return toYaml(withEntry({}, entry));
}

/** Adds or renews the cluster's entry, and makes it the current context. Others stay. */
export async function addToKubeconfig(file: string, entry: KubeconfigEntry): Promise<void> {
  await replace(file, (config) => withEntry(config, entry));
}

/** Takes the cluster's entry out; the current context goes with it. */
export async function removeFromKubeconfig(file: string, name: string): Promise<void> {
  if (!existsSync(file)) return;
  await replace(file, (config) => {
    const without = (list: Named[] | undefined) =>
      (list ?? []).filter((item) => item.name !== name);
    const current = config["current-context"];
    return {
      ...config,
      clusters: without(config.clusters),
      contexts: without(config.contexts),
      users: without(config.users),
      "current-context": current === name ? "" : (current ?? ""),
    };
  });
}

function withEntry(config: Kubeconfig, entry: KubeconfigEntry): Kubeconfig {
  const { name, server, authorityPem, client } = entry;
  const base64 = (pem: string) => toBase64(utf8(pem));
  const put = (list: Named[] | undefined, item: Named) => [
    ...(list ?? []).filter((other) => other.name !== name),
    item,
  ];
  return {
    ...config,
    apiVersion: "v1",
    kind: "Config",
    clusters: put(config.clusters, {
      name,
      cluster: { "certificate-authority-data": base64(authorityPem), server },
    } as Named),
    contexts: put(config.contexts, {
      name,
      context: { cluster: name, namespace: "default", user: name },
    } as Named),
    users: put(config.users, {
      name,
      user: {
        "client-certificate-data": base64(client.certificatePem),
        "client-key-data": base64(client.privateKeyPem),
      },
    } as Named),
    "current-context": name,
    preferences: config.preferences ?? {},
  };
}

async function replace(file: string, change: (config: Kubeconfig) => Kubeconfig): Promise<void> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new Error(
      `${file} is no valid YAML, so it was left as it is: ${document.errors[0]?.message}`,
    );
  }
  const changed = change((document.toJS() as Kubeconfig | null) ?? {});
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.kijabi`;
  await writeFile(temporary, toYaml(changed), { mode: 0o600 });
  await rename(temporary, file);
}
