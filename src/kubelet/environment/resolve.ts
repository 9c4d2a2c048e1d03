import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { EnvironmentResolver } from "../pod-worker/dependencies.ts";
import { expandVariables } from "../pod-worker/container-config.ts";
import { podFieldValue, resourceFieldValue } from "./fields.ts";
import type { NodeFacts } from "./fields.ts";
import { serviceVariables } from "./service-links.ts";

/** Where the objects come from that pods refer to. Undefined for one that does not exist. */
export interface ObjectSource {
  configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  /** All Services of one namespace. */
  services(namespace: string, signal: AbortSignal): Promise<readonly Service[]>;
}

export interface EnvironmentOptions {
  readonly source: ObjectSource;
  readonly node: NodeFacts;
}

/**
 * Resolves environments in upstream's order: `envFrom`, then `env` in the order in which it is
 * written, each seeing those before it; Services last, below everything that was written.
 */
export function createEnvironmentResolver(options: EnvironmentOptions): EnvironmentResolver {
  return {
    resolve: (pod, container, addresses, signal) =>
      resolve({ pod, container, addresses, ...options }, signal),
  };
}

/** Upstream's error for a key or object that is missing and not optional. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

interface Request extends EnvironmentOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly addresses: readonly string[];
}

async function resolve(
  request: Request,
  signal: AbortSignal,
): Promise<readonly { name: string; value: string }[]> {
  const { pod, container } = request;
  const [services, variables] = await Promise.all([
    visibleServices(request, signal),
    variablesFromObjects(request, signal),
  ]);
  const links = serviceVariables(services);
  for (const variable of container.env ?? []) {
    const value = variable.value
      ? variable.value.includes("$")
        ? expandVariables(variable.value, new Map([...links, ...variables]))
        : variable.value
      : await referredValue(request, variable, signal);
    if (value !== undefined) variables.set(variable.name, value);
  }
  for (const [name, value] of links) if (!variables.has(name)) variables.set(name, value);
  for (const name of variables.keys()) {
    if (!name || name.includes("=")) {
      throw new EnvironmentError(
        `environment variable name "${name}" of container ${container.name} in pod ` +
          `${pod.metadata.name} cannot be used`,
      );
    }
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

const apiServiceNamespace = "default";
const apiServiceName = "kubernetes";

/** The API server's Service for everybody; the namespace's own where the pod wants links. */
async function visibleServices(
  { pod, source }: Request,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const namespace = pod.metadata.namespace ?? "";
  const links = pod.spec.enableServiceLinks ?? true;
  const [shared, own] = await Promise.all([
    source.services(apiServiceNamespace, signal),
    links ? source.services(namespace, signal) : [],
  ]);
  const named = new Set(own.map(({ metadata }) => metadata.name));
  const api = shared.filter(
    ({ metadata }) => metadata.name === apiServiceName && !named.has(apiServiceName),
  );
  return [...api, ...own];
}

async function variablesFromObjects(
  { pod, container, source }: Request,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? "";
  const variables = new Map<string, string>();
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    let data: Readonly<Record<string, string>> = {};
    if (configMapRef) {
      const name = configMapRef.name ?? "";
      const configMap = await source.configMap(namespace, name, signal);
      if (!configMap && !configMapRef.optional) throw notFound("configmap", name);
      data = configMap?.data ?? {};
    } else if (secretRef) {
      const name = secretRef.name ?? "";
      const secret = await source.secret(namespace, name, signal);
      if (!secret && !secretRef.optional) throw notFound("secret", name);
      data = decoded(secret?.data ?? {});
    }
    for (const [name, value] of Object.entries(data)) variables.set(`${prefix}${name}`, value);
  }
  return variables;
}

/** Undefined for what is missing and may be: the variable is then not set at all. */
async function referredValue(
  { pod, container, addresses, source, node }: Request,
  { name, valueFrom }: EnvVar,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!valueFrom) return "";
  const namespace = pod.metadata.namespace ?? "";
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return podFieldValue(pod, fieldRef.fieldPath, { node, addresses });
  if (resourceFieldRef) return resourceFieldValue(pod, container, resourceFieldRef, node);
  if (configMapKeyRef) {
    const { name = "", key, optional = false } = configMapKeyRef;
    const configMap = await source.configMap(namespace, name, signal);
    const value = configMap?.data?.[key];
    if (value !== undefined || optional) return value;
    if (!configMap) throw notFound("configmap", name);
    throw new EnvironmentError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
  }
  if (secretKeyRef) {
    const { name = "", key, optional = false } = secretKeyRef;
    const secret = await source.secret(namespace, name, signal);
    const value = secret?.data?.[key];
    if (value !== undefined) return text(fromBase64(value));
    if (optional) return undefined;
    if (!secret) throw notFound("secret", name);
    throw new EnvironmentError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
  }
  throw new EnvironmentError(
    `environment variable ${name} of container ${container.name} has a source that is not ` +
      `supported yet: ${Object.keys(valueFrom).join(", ") || "none"}`,
  );
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, text(fromBase64(value))]),
  );
}

function notFound(resource: string, name: string): EnvironmentError {
  return new EnvironmentError(`${resource} "${name}" not found`);
}
