import type { IncomingMessage, ServerResponse } from "node:http";
import { openAggregatedServer } from "./aggregated-server.ts";
import type { AggregatedServer, AggregatedServerOptions } from "./aggregated-server.ts";

export type MetricsServer = AggregatedServer;

export interface MetricsServerOptions extends AggregatedServerOptions {
  /** Tells of all its versions at once, as newer servers do. */
  readonly isAggregated?: boolean;
}

const group = "metrics.k8s.io";
const version = "v1beta1";
const groupVersion = `${group}/${version}`;
const root = `/apis/${groupVersion}`;
const when = "2026-01-01T00:00:00Z";
const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const node = (name: string) => ({
  kind: "NodeMetrics",
  apiVersion: groupVersion,
  metadata: { name, creationTimestamp: when },
  timestamp: when,
  window: "10s",
  usage: { cpu: "250m", memory: "512Mi" },
});
const pod = (name: string) => ({
  kind: "PodMetrics",
  apiVersion: groupVersion,
  metadata: { name, namespace: "default", creationTimestamp: when },
  timestamp: when,
  window: "10s",
  containers: [{ name: "main", usage: { cpu: "10m", memory: "20Mi" } }],
});
const listOf = (kind: string, items: readonly object[]) => ({
  kind,
  apiVersion: groupVersion,
  metadata: {},
  items,
});
const resource = (name: string, kind: string, namespaced: boolean) => ({
  name,
  singularName: "",
  namespaced,
  kind,
  verbs: ["get", "list"],
});
const discovered = (plural: string, kind: string, scope: string) => ({
  resource: plural,
  responseKind: { group, version, kind },
  scope,
  singularResource: "",
  verbs: ["get", "list"],
});
const schemaName = "io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics";
const schema = {
  type: "object",
  description: "NodeMetrics sets resource usage metrics of a node.",
  properties: { window: { type: "string", description: "The window of the measurement." } },
  "x-kubernetes-group-version-kind": [{ group, version, kind: "NodeMetrics" }],
};

const documents: Readonly<Record<string, object>> = {
  [root]: {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: [resource("nodes", "NodeMetrics", false), resource("pods", "PodMetrics", true)],
  },
  [`${root}/nodes`]: listOf("NodeMetricsList", [node("node-1"), node("node-2")]),
  [`${root}/nodes/node-1`]: node("node-1"),
  [`${root}/pods`]: listOf("PodMetricsList", [pod("web")]),
  [`${root}/namespaces/default/pods`]: listOf("PodMetricsList", [pod("web")]),
  "/openapi/v2": {
    swagger: "2.0",
    info: { title: "metrics", version: "v0" },
    paths: {
      [`${root}/nodes`]: {
        get: { responses: { 200: { schema: { $ref: `#/definitions/${schemaName}` } } } },
      },
      "/version": { get: {} },
    },
    definitions: { [schemaName]: schema, unused: {} },
  },
  "/openapi/v3": {
    paths: {
      [root.slice(1)]: { serverRelativeURL: `/openapi/v3${root}?hash=ABC` },
      version: { serverRelativeURL: "/openapi/v3/version?hash=DEF" },
    },
  },
  [`/openapi/v3${root}`]: {
    openapi: "3.0.0",
    info: { title: "metrics", version: "v0" },
    paths: {
      [`${root}/nodes`]: {
        get: { "x-kubernetes-group-version-kind": { group, version, kind: "NodeMetrics" } },
      },
    },
    components: { schemas: { [schemaName]: schema } },
  },
};

const aggregated = {
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  metadata: {},
  items: [
    {
      metadata: { name: group },
      versions: [
        {
          version,
          resources: [
            discovered("nodes", "NodeMetrics", "Cluster"),
            discovered("pods", "PodMetrics", "Namespaced"),
          ],
          freshness: "Current",
        },
      ],
    },
  ],
};

/** With metrics-server's API: besides lists it has an endless watch, an echo, and a redirect. */
export function openMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  return openAggregatedServer(options, (request, response) =>
    answer(request, response, options.isAggregated ?? false),
  );
}

function answer(request: IncomingMessage, response: ServerResponse, isAggregated: boolean): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "https://metrics");
  const type = (request.headers.accept ?? "").includes("g=apidiscovery.k8s.io") ? v2 : "";
  if (pathname === "/apis" && isAggregated && type) return send(response, aggregated, v2);
  if (pathname === `${root}/redirect`) {
    response.writeHead(302, { location: "https://elsewhere.example" }).end();
    return;
  }
  if (searchParams.has("watch")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(`${JSON.stringify({ type: "ADDED", object: node("node-1") })}\n`);
    return;
  }
  if (request.method === "POST") {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => send(response, { received: Buffer.concat(chunks).toString() }));
    return;
  }
  const document = documents[pathname];
  if (document) return send(response, document);
  response.writeHead(404).end("404 page not found\n");
}

function send(response: ServerResponse, document: object, type = "application/json"): void {
  response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" });
  response.end(JSON.stringify(document));
}
