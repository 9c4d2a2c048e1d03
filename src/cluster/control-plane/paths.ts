import { utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { Aggregator } from "#server/aggregation/aggregator.ts";
import {
  discoveryDocuments,
  jwksContentType,
  jwksPath,
  openIdConfigurationPath,
} from "#server/authn/service-account/discovery.ts";
import { createDiscovery } from "#server/discovery/discovery.ts";
import { createOpenApi } from "#server/openapi/openapi.ts";
import type { PathHandler } from "#server/pipeline/pipeline.ts";
import { ownPaths } from "#server/server.ts";
import type { ApiServer } from "#server/server.ts";
import { gatewayOf } from "../config.ts";
import type { ClusterConfig } from "../config.ts";
import type { ControlPlaneOptions } from "./options.ts";

/** Discovery, OpenAPI, and the keys by which others check tokens. */
export async function extraPaths(
  { config, serviceAccountKey }: ControlPlaneOptions,
  issuer: string,
  {
    definitions,
    aggregator,
  }: {
    readonly definitions: () => ApiServer["definitions"];
    readonly aggregator: () => Aggregator | undefined;
  },
): Promise<PathHandler[]> {
  const serverAddress = `127.0.0.1:${config.apiPort}`;
  const documents = await discoveryDocuments({
    issuer,
    serverUrl: `https://${hostForPods(config)}:${config.apiPort}`,
    keys: [serviceAccountKey],
  });
  const fixed = new Map<string, ApiResponse>([
    [openIdConfigurationPath, jsonAnswer("application/json", documents.configuration)],
    [jwksPath, jsonAnswer(jwksContentType, documents.keys)],
  ]);
  const otherPaths = [...ownPaths, ...fixed.keys(), "/openapi/v2", "/openapi/v3"];
  const discovery = createDiscovery({
    definitions,
    foreign: () => aggregator()?.versions ?? noVersions,
    serverAddress,
    otherPaths,
  });
  const openApi = createOpenApi({
    definitions,
    foreign: () => aggregator()?.openApi ?? noOpenApi,
    version: "v1.36.0",
  });
  return [
    { handle: (path) => fixed.get(path.replace(/\/$/, "")) },
    { handle: (path, headers) => discovery.handle(path, headers) },
    { handle: (path, headers, request) => openApi.handle(path, headers, request.query) },
  ];
}

const noVersions: Aggregator["versions"] = [];
const noOpenApi: Aggregator["openApi"] = { v3: new Map(), v2: [] };

/** Where pods reach the server; nobody else does where all nodes only pretend. */
function hostForPods(config: ClusterConfig): string {
  return config.nodes.length > 0 ? gatewayOf(config) : "127.0.0.1";
}

function jsonAnswer(contentType: string, value: object): ApiResponse {
  const bytes = utf8(JSON.stringify(value));
  // Who checks tokens asks for the keys every now and then; they change seldom.
  const headers = { "cache-control": "public, max-age=3600" };
  return { status: 200, headers, body: { kind: "bytes", contentType, bytes } };
}
