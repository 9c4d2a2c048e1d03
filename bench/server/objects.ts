import { benchNamespace } from "./open.ts";
import { objectMark, requestMark } from "./request-template.ts";

/** A pod as people write them: stored, with defaults and managed fields, it takes about 3 kB. */
export function pod(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: benchNamespace,
      labels: { app: "shop", tier: "frontend", "app.kubernetes.io/part-of": "bench" },
      annotations: { "example.com/revision": "7", "example.com/team": "checkout" },
    },
    spec: {
      // It stays Pending: what the scheduler does with it is another measurement.
      schedulerName: "nobody",
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: "web",
          image: "registry.example.com/shop/web:1.42.0",
          args: ["--listen=:8080", "--log-level=info"],
          ports: [{ name: "http", containerPort: 8080 }],
          env: [
            { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "DATABASE_URL", value: "postgres://db.shop.svc:5432/shop" },
          ],
          resources: {
            requests: { cpu: "100m", memory: "128Mi" },
            limits: { cpu: "500m", memory: "256Mi" },
          },
          readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
          volumeMounts: [{ name: "cache", mountPath: "/var/cache" }],
        },
      ],
      volumes: [{ name: "cache", emptyDir: {} }],
    },
  };
}

/** A ConfigMap with 1 kB of data. */
export function configMap(name: string): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: benchNamespace },
    data: { "settings.conf": "level=info;".repeat(93) + "x" },
  };
}

/** A Deployment of no replicas, so that nothing follows from it but itself. */
export function deployment(name: string, revision: string): object {
  const { spec } = pod("") as { spec: object };
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: benchNamespace, labels },
    spec: {
      replicas: 0,
      paused: true,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { "example.com/revision": revision } },
        spec,
      },
    },
  };
}

/** The name of the object with the request's own number, and of the one that it is the turn of. */
export const ownName = (prefix: string) => `${prefix}-${requestMark}`;
export const turnName = (prefix: string) => `${prefix}-${objectMark}`;

export function pathOf(resource: string, name?: string, group = "api/v1"): string {
  const path = `/${group}/namespaces/${benchNamespace}/${resource}`;
  return name === undefined ? path : `${path}/${name}`;
}
