import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigMap, Container, Pod, Secret, Service } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { createEnvironmentResolver } from "./resolve.ts";

const base64 = (value: string) => toBase64(utf8(value));
const configMaps: Record<string, Record<string, string>> = {
  settings: { COLOR: "blue", SIZE: "9" },
};
const secrets: Record<string, Record<string, string>> = { keys: { TOKEN: base64("s3cret") } };
const services: Record<string, Service[]> = {
  default: [service("kubernetes", "10.96.0.1", [{ name: "https", port: 443 }])],
  shop: [
    service("redis-cache", "10.96.0.7", [{ port: 6379 }, { name: "admin", port: 8080 }]),
    service("headless", "None", [{ port: 1 }]),
  ],
};
const resolver = createEnvironmentResolver({
  source: {
    configMap: async (_, name) =>
      configMaps[name] && ({ data: configMaps[name] } as unknown as ConfigMap),
    secret: async (_, name) => secrets[name] && ({ data: secrets[name] } as unknown as Secret),
    services: async (namespace) => services[namespace] ?? [],
  },
  node: { addresses: ["192.0.2.1"], allocatable: { cpu: "4", memory: "8Gi" } },
});

async function resolve(container: object, spec: object = {}): Promise<Record<string, string>> {
  const pod = {
    metadata: { name: "p", namespace: "shop", uid: "u1", labels: { app: "x", b: 'q"' } },
    spec: { containers: [], nodeName: "n1", enableServiceLinks: false, ...spec },
    status: {},
  } as unknown as Pod;
  const { signal } = new AbortController();
  const whole = { name: "c", resources: {}, ...container } as unknown as Container;
  const variables = await resolver.resolve(pod, whole, ["10.244.0.5", "fd00::5"], signal);
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

const own = (variables: Record<string, string>) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith("KUBERNETES_")));

test("later variables win, and see those before them", async () => {
  const variables = await resolve({
    envFrom: [
      { configMapRef: { name: "settings" } },
      { prefix: "S_", secretRef: { name: "keys" } },
      { configMapRef: { name: "nowhere", optional: true } },
    ],
    env: [
      { name: "SIZE", value: "10" },
      { name: "TEXT", value: "$(COLOR)-$(SIZE) $$(SIZE) $(LATER) $(KUBERNETES_SERVICE_HOST)" },
      { name: "LATER", value: "x" },
      { name: "EMPTY" },
    ],
  });
  assert.deepEqual(own(variables), {
    COLOR: "blue",
    SIZE: "10",
    S_TOKEN: "s3cret",
    TEXT: "blue-10 $(SIZE) $(LATER) 10.96.0.1",
    LATER: "x",
    EMPTY: "",
  });
});

test("values are taken from fields and resources", async () => {
  const fieldRef = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const resource = (name: string, resource: string, divisor?: string) => ({
    name,
    valueFrom: { resourceFieldRef: { resource, divisor } },
  });
  const variables = await resolve({
    resources: { requests: { cpu: "250m" }, limits: { memory: "100Mi" } },
    env: [
      fieldRef("NAME", "metadata.name"),
      fieldRef("APP", "metadata.labels['app']"),
      fieldRef("NONE", "metadata.labels['none']"),
      fieldRef("LABELS", "metadata.labels"),
      fieldRef("IP", "status.podIP"),
      fieldRef("IPS", "status.podIPs"),
      fieldRef("HOST", "status.hostIP"),
      fieldRef("NODE", "spec.nodeName"),
      resource("CPU", "requests.cpu"),
      resource("MILLI", "requests.cpu", "1m"),
      resource("MEMORY", "limits.memory", "1Mi"),
      resource("CPU_LIMIT", "limits.cpu"),
      resource("MEMORY_REQUEST", "requests.memory"),
    ],
  });
  assert.deepEqual(own(variables), {
    NAME: "p",
    APP: "x",
    NONE: "",
    LABELS: 'app="x"\nb="q\\""',
    IP: "10.244.0.5",
    IPS: "10.244.0.5,fd00::5",
    HOST: "192.0.2.1",
    NODE: "n1",
    CPU: "1",
    MILLI: "250",
    MEMORY: "100",
    CPU_LIMIT: "4",
    MEMORY_REQUEST: "0",
  });
});

test("a pod on the node's network has the node's address", async () => {
  const env = [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }];
  assert.equal((await resolve({ env }, { hostNetwork: true })).IP, "192.0.2.1");
});

test("Services are told in both forms; the API server's always", async () => {
  assert.deepEqual(await resolve({}), {
    KUBERNETES_SERVICE_HOST: "10.96.0.1",
    KUBERNETES_SERVICE_PORT: "443",
    KUBERNETES_SERVICE_PORT_HTTPS: "443",
    KUBERNETES_PORT: "tcp://10.96.0.1:443",
    KUBERNETES_PORT_443_TCP: "tcp://10.96.0.1:443",
    KUBERNETES_PORT_443_TCP_PROTO: "tcp",
    KUBERNETES_PORT_443_TCP_PORT: "443",
    KUBERNETES_PORT_443_TCP_ADDR: "10.96.0.1",
  });
  const env = [{ name: "REDIS_CACHE_SERVICE_PORT", value: "mine" }];
  const linked = own(await resolve({ env }, { enableServiceLinks: true }));
  assert.equal(linked.REDIS_CACHE_SERVICE_HOST, "10.96.0.7");
  assert.equal(linked.REDIS_CACHE_SERVICE_PORT, "mine");
  assert.equal(linked.REDIS_CACHE_SERVICE_PORT_ADMIN, "8080");
  assert.equal(linked.REDIS_CACHE_PORT_8080_TCP_ADDR, "10.96.0.7");
  assert.ok(!Object.keys(linked).some((name) => name.startsWith("HEADLESS")));
});

test("what is missing is told in upstream's words", async () => {
  const key = (kind: string, name: string, key: string, optional = false) => ({
    env: [{ name: "X", valueFrom: { [kind]: { name, key, optional } } }],
  });
  const cases: [object, string][] = [
    [{ envFrom: [{ configMapRef: { name: "gone" } }] }, 'configmap "gone" not found'],
    [{ envFrom: [{ secretRef: { name: "gone" } }] }, 'secret "gone" not found'],
    [key("configMapKeyRef", "gone", "k"), 'configmap "gone" not found'],
    [key("configMapKeyRef", "settings", "k"), "couldn't find key k in ConfigMap shop/settings"],
    [key("secretKeyRef", "keys", "k"), "couldn't find key k in Secret shop/keys"],
  ];
  for (const [container, message] of cases) await assert.rejects(resolve(container), { message });
  assert.deepEqual(own(await resolve(key("secretKeyRef", "keys", "k", true))), {});
  assert.deepEqual(own(await resolve(key("configMapKeyRef", "gone", "k", true))), {});
});

function service(
  name: string,
  clusterIP: string,
  ports: { name?: string; port: number }[],
): Service {
  return {
    metadata: { name },
    spec: { clusterIP, ports: ports.map((port) => ({ protocol: "TCP", ...port })) },
  } as unknown as Service;
}
