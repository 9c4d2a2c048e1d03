import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { DeleteOptions, WatchEvent } from "#api/meta/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { notAcceptable } from "#machinery/status.ts";
import type { ServedVersion } from "../discovery/groups.ts";
import { servedVersions } from "../discovery/groups.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import type { Describe } from "./descriptions.ts";
import { loadDescriptions } from "./descriptions.ts";
import { versionPaths } from "./paths.ts";
import { discoveryPath, serverPaths } from "./server-paths.ts";
import { encodeOpenApiV2, protobufType, protobufTypes } from "./protobuf.ts";
import type { Dialect, Schema } from "./schema.ts";
import { SchemaCollector } from "./schema.ts";

/** Tells clients what objects look like, in OpenAPI versions 2 and 3. */
export interface OpenApi {
  /** The answer to a GET, or undefined where the path is none of OpenAPI's. Throws NotAcceptable. */
  handle(
    path: string,
    headers: Readonly<Record<string, string>>,
    query?: URLSearchParams,
  ): Promise<ApiResponse | undefined>;
}

/** What other servers say of their own APIs, as an aggregation layer has read it. */
export interface ForeignOpenApi {
  /** The hash of each document of version 3, by its path: "apis/metrics.k8s.io/v1beta1". */
  readonly v3: ReadonlyMap<string, string>;
  /** Documents of version 2, to be joined with this server's. */
  readonly v2: readonly {
    readonly paths?: Readonly<Record<string, Schema>>;
    readonly definitions?: Readonly<Record<string, Schema>>;
  }[];
}

export interface OpenApiOptions {
  /** Read at every request; documents are made anew when the list is another one. */
  definitions(): readonly ResourceDefinition[];
  /** Another object whenever something in it changes. */
  foreign?(): ForeignOpenApi;
  /** "v1.36.0" */
  readonly version: string;
  /** What is written of types and fields; asked for when the first document is made. */
  readonly describe?: () => Promise<Describe>;
}

interface Document {
  readonly bytes: Bytes;
  readonly hash: string;
}

const year = 365 * 24 * 60 * 60;

/** Documents are large and rarely read: each is made when it is first asked for, and kept. */
export function createOpenApi(options: OpenApiOptions): OpenApi {
  const describe = options.describe ?? loadDescriptions;
  let foreign = none;
  let madeFor: readonly ResourceDefinition[] | undefined;
  let versions: readonly ServedVersion[] = [];
  const documents = new Map<string, Promise<Document>>();

  function document(key: string, make: (describe: Describe) => Bytes): Promise<Document> {
    let found = documents.get(key);
    if (!found) {
      found = describe().then((described) => render(make(described)));
      documents.set(key, found);
    }
    return found;
  }
  const versionDocument = (version: ServedVersion) =>
    document(apiPath(version), (described) => json(openApiV3(version, options.version, described)));

  async function index(): Promise<object> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const version of versions) {
      const path = apiPath(version);
      const { hash } = await versionDocument(version);
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
    }
    for (const [path, hash] of foreign.v3) {
      paths[path] ??= { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
    }
    return { paths };
  }

  return {
    async handle(path, headers, query) {
      const definitions = options.definitions();
      const current = options.foreign?.() ?? none;
      if (definitions !== madeFor || current !== foreign) {
        madeFor = definitions;
        foreign = current;
        versions = servedVersions(definitions);
        documents.clear();
      }
      if (path === "/openapi/v2") {
        const make = (described: Describe) =>
          joined(openApiV2(versions, options.version, described), foreign);
        if (prefersProtobuf(headers["accept"] ?? "")) {
          const made = await document("v2 protobuf", (one) => encodeOpenApiV2(make(one)));
          return answer(made, headers, {}, protobufType);
        }
        requireJson(headers["accept"] ?? "", [jsonType, protobufType]);
        return answer(await document("v2", (one) => json(make(one))), headers);
      }
      if (path === "/openapi/v3" || path === "/openapi/v3/") {
        requireJson(headers["accept"] ?? "");
        return answer(await render(json(await index())), headers);
      }
      const version = versions.find((one) => path === `/openapi/v3/${apiPath(one)}`);
      if (!version) return undefined;
      requireJson(headers["accept"] ?? "");
      return versionAnswer(path, await versionDocument(version), headers, query?.get("hash") ?? "");
    },
  };
}

const none: ForeignOpenApi = { v3: new Map(), v2: [] };

/** Where two documents define the same name, this server's definition stays. */
function joined(own: OpenApiV2, { v2 }: ForeignOpenApi): OpenApiV2 {
  if (v2.length === 0) return own;
  const paths = Object.assign({}, ...v2.map((one) => one.paths), own.paths);
  const definitions = Object.assign({}, ...v2.map((one) => one.definitions), own.definitions);
  return { ...own, paths, definitions };
}

/** "api/v1", "apis/apps/v1" */
function apiPath({ group, groupVersion }: ServedVersion): string {
  return group === "" ? `api/${groupVersion}` : `apis/${groupVersion}`;
}

const jsonType = "application/json";
const jsonTypes: readonly string[] = ["", "*/*", "application/*", jsonType];

const typesOf = (accept: string) =>
  accept.split(",").map((part) => (part.split(";")[0] ?? "").trim());

/** Version 3 has no protobuf form here; clients that ask for it alone fall back on this answer. */
function requireJson(accept: string, served: readonly string[] = [jsonType]): void {
  if (!typesOf(accept).some((type) => jsonTypes.includes(type))) throw notAcceptable(served);
}

function prefersProtobuf(accept: string): boolean {
  const first = typesOf(accept).find(
    (type) => jsonTypes.includes(type) || protobufTypes.includes(type),
  );
  return first !== undefined && protobufTypes.includes(first);
}

function versionAnswer(
  path: string,
  made: Document,
  headers: Readonly<Record<string, string>>,
  asked: string,
): ApiResponse {
  if (asked === "") return answer(made, headers);
  // The hash names the content, so that an answer for it is good for ever.
  if (asked === made.hash) {
    return answer(made, headers, { "cache-control": `public, immutable, max-age=${year}` });
  }
  const location = `${path}?hash=${made.hash}`;
  return { status: 301, headers: { location }, body: { kind: "none" } };
}

function answer(
  { bytes, hash }: Document,
  headers: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
  contentType: string = jsonType,
): ApiResponse {
  const etag = `"${hash}"`;
  const sent = { etag, vary: "Accept", ...more };
  if (headers["if-none-match"] === etag) {
    return { status: 304, headers: sent, body: { kind: "none" } };
  }
  return {
    status: 200,
    headers: sent,
    body: { kind: "bytes", contentType, bytes },
  };
}

const json = (object: object): Bytes => utf8(JSON.stringify(object));

async function render(bytes: Bytes): Promise<Document> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { bytes, hash: hex.toUpperCase() };
}

export function openApiV3(version: ServedVersion, release: string, describe: Describe): object {
  const { paths, schemas } = contents([version], "v3", describe);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: release },
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: { type: "apiKey", name: "authorization", in: "header" },
      },
    },
    security: [{ BearerToken: [] }],
  };
}

export interface OpenApiV2 {
  readonly paths: Readonly<Record<string, Schema>>;
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}

export function openApiV2(
  versions: readonly ServedVersion[],
  release: string,
  describe: Describe,
): OpenApiV2 {
  const { paths, schemas } = contents(versions, "v2", describe);
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: release },
    paths,
    definitions: schemas,
    securityDefinitions: {
      BearerToken: { type: "apiKey", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}

function contents(
  versions: readonly ServedVersion[],
  dialect: Dialect,
  describe: Describe,
): { paths: Record<string, Schema>; schemas: Record<string, Schema> } {
  const collector = new SchemaCollector(dialect, describe);
  const paths: Record<string, Schema> = {};
  const context = { dialect, collector };
  for (const version of versions) {
    Object.assign(paths, versionPaths(version, context), discoveryPath(version, context));
  }
  if (dialect === "v2") Object.assign(paths, serverPaths(versions, context));
  const kinds = versions.map(({ group, version }) => ({ group, kind: "DeleteOptions", version }));
  collector.setKinds(DeleteOptions, kinds);
  const events = versions.map(({ group, version }) => ({ group, kind: "WatchEvent", version }));
  collector.setKinds(WatchEvent, events);
  return { paths, schemas: collector.schemas() };
}
