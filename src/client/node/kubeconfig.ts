import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { httpsTransport } from "./https-transport.ts";
import type { BearerToken, HttpsTransport } from "./https-transport.ts";

/** All that one context of a kubeconfig says, with the files that it names read. */
export interface ClusterConfig {
  readonly context: string;
  readonly server: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  readonly bearerToken?: BearerToken;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  /** Where commands act when they name no namespace. */
  readonly namespace?: string;
}

/** Reads a kubeconfig: the one given, else of $KUBECONFIG, else ~/.kube/config. */
export function loadKubeconfig(
  options: {
    path?: string;
    context?: string;
    environment?: Record<string, string | undefined>;
  } = {},
): ClusterConfig {
  const environment = options.environment ?? process.env;
  const path =
    options.path ??
    environment.KUBECONFIG?.split(":").find((part) => part !== "") ??
    join(environment.HOME ?? homedir(), ".kube", "config");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new KubeconfigError(path, error instanceof Error ? error.message : String(error));
  }
  return parseKubeconfig(text, { path, ...(options.context && { context: options.context }) });
}

/** The configuration that a pod finds in its service account's directory. */
export function inClusterConfig(
  environment: Record<string, string | undefined> = process.env,
  directory = "/var/run/secrets/kubernetes.io/serviceaccount",
): ClusterConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) {
    throw new KubeconfigError(
      "the environment",
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
    );
  }
  return {
    context: "in-cluster",
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    certificateAuthority: readFileSync(join(directory, "ca.crt"), "utf8"),
    bearerToken: { file: join(directory, "token") },
    namespace: readFileSync(join(directory, "namespace"), "utf8").trim(),
  };
}

export function kubeconfigTransport(config: ClusterConfig): HttpsTransport {
  return httpsTransport(config);
}

/** `path` is where relative file names start from, and what errors name. */
export function parseKubeconfig(
  text: string,
  options: { path: string; context?: string },
): ClusterConfig {
  const { path } = options;
  const file = parse(text) as Kubeconfig | null;
  const context = options.context ?? file?.["current-context"];
  if (!file || !context) throw new KubeconfigError(path, "no current-context is set");
  const chosen = named(file.contexts, context)?.context;
  if (!chosen) throw new KubeconfigError(path, `context "${context}" does not exist`);
  const cluster = named(file.clusters, chosen.cluster)?.cluster;
  if (!cluster?.server) {
    throw new KubeconfigError(path, `cluster "${chosen.cluster}" does not exist or has no server`);
  }
  const user = named(file.users, chosen.user)?.user ?? {};
  for (const unsupported of ["exec", "auth-provider", "username"] as const) {
    if (user[unsupported] !== undefined) {
      throw new KubeconfigError(path, `user "${chosen.user}": "${unsupported}" is not supported`);
    }
  }
  const content = (data: string | undefined, name: string | undefined) => {
    if (data) return Buffer.from(data, "base64").toString("utf8");
    return name ? readFileSync(resolve(dirname(path), name), "utf8") : undefined;
  };
  const certificateAuthority = content(
    cluster["certificate-authority-data"],
    cluster["certificate-authority"],
  );
  const certificate = content(user["client-certificate-data"], user["client-certificate"]);
  const key = content(user["client-key-data"], user["client-key"]);
  if (Boolean(certificate) !== Boolean(key)) {
    throw new KubeconfigError(path, `user "${chosen.user}" needs both a certificate and its key`);
  }
  const bearerToken =
    user.token ?? (user.tokenFile && { file: resolve(dirname(path), user.tokenFile) });
  return {
    context,
    server: cluster.server,
    ...(certificateAuthority && { certificateAuthority }),
    ...(certificate && key && { clientCertificate: { certificate, key } }),
    ...(bearerToken && { bearerToken }),
    ...(cluster["insecure-skip-tls-verify"] && { insecureSkipTlsVerify: true }),
    ...(cluster["tls-server-name"] && { tlsServerName: cluster["tls-server-name"] }),
    ...(chosen.namespace && { namespace: chosen.namespace }),
  };
}

export class KubeconfigError extends Error {
  override name = "KubeconfigError";
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
  }
}

interface Kubeconfig {
  "current-context"?: string;
  contexts?: { name: string; context?: Context }[] | null;
  clusters?: { name: string; cluster?: Cluster }[] | null;
  users?: { name: string; user?: User }[] | null;
}

interface Context {
  cluster: string;
  user: string;
  namespace?: string;
}

interface Cluster {
  server?: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
}

interface User {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  exec?: unknown;
  "auth-provider"?: unknown;
}

function named<T extends { name: string }>(
  list: readonly T[] | null | undefined,
  name: string,
): T | undefined {
  return list?.find((entry) => entry.name === name);
}
