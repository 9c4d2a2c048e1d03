import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { silentLogger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { createClient } from "#client/typed.ts";
import type { Client } from "#client/client.ts";
import type { ApiRequest, ApiResponse, Transport } from "#client/transport.ts";
import { Cacher } from "#storage/cacher/cacher.ts";
import type { CacherOptions } from "#storage/cacher/cacher.ts";
import type { Store } from "#storage/store.ts";
import type { AdmissionPlugin } from "./admission/admission.ts";
import type { KindFinder } from "./admission/policies/params.ts";
import type { Aggregator } from "./aggregation/aggregator.ts";
import type { Auditor } from "./audit/auditor.ts";
import type { Authenticator } from "./authn/authenticator.ts";
import { withAuthenticatedGroup } from "./authn/identity.ts";
import { createImpersonation } from "./authn/impersonation/impersonate.ts";
import type { Authorizer } from "./authz/authorizer.ts";
import type { ConversionCaller } from "./crd/conversion.ts";
import { CustomResources } from "./crd/custom-resources.ts";
import type { FlowControl, FlowControlOptions } from "./flowcontrol/flow-control.ts";
import { healthPaths, pingCheck, plain } from "./health/health.ts";
import type { HealthCheck } from "./health/health.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { RequestMetrics } from "./health/request-metrics.ts";
import { versionPath } from "./health/version.ts";
import type { BuildInfo } from "./health/version.ts";
import { passThrough } from "./pipeline/pipeline.ts";
import type { PathHandler, PipelineParts } from "./pipeline/pipeline.ts";
import type { Connection, UserInfo } from "./pipeline/request.ts";
import { bodyReader, directReads, objectAccess } from "./registry/access.ts";
import { Registry } from "./registry/registry.ts";
import type { LiveDefinitions } from "./registry/registry.ts";
import type { ResourceDefinition } from "./registry/resource.ts";
import type { Environment } from "./registry/storage.ts";
import type { BodyReader, ObjectAccess } from "./resources/dependencies.ts";

/** What the server itself offers to those that it is made of. */
export interface ServerParts {
  /** Acts inside the server, as the server. Answers once the server is made. */
  readonly client: Client;
  readonly objects: ObjectAccess;
  readonly bodies: BodyReader;
  /** Adds resources to those that the server begins with, and takes them away again. */
  readonly live: LiveDefinitions;
  /** Kinds that are served right now, by apiVersion and kind. */
  readonly kinds: KindFinder;
}

export interface ApiServerOptions {
  /** Stays the caller's: closing the server does not close it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  readonly resources:
    | readonly ResourceDefinition[]
    | ((parts: ServerParts) => readonly ResourceDefinition[]);
  /** Asked in order; with none, only components of this process are known. */
  readonly authenticators: readonly Authenticator[];
  readonly authorizer: Authorizer;
  readonly admission?:
    | readonly AdmissionPlugin[]
    | ((parts: ServerParts) => readonly AdmissionPlugin[]);
  /** Discovery, OpenAPI, keys of tokens: asked in order, after the server's own paths. */
  readonly paths?: readonly PathHandler[];
  /** What must be well for `/readyz`, besides the server itself. */
  readonly checks?: readonly HealthCheck[];
  readonly auditor?: Auditor;
  /** Made with the server's metrics; asked for every request from outside. */
  readonly flowControl?: (
    parts: Pick<Required<FlowControlOptions>, "metrics" | "sizeOf">,
  ) => FlowControl;
  readonly metrics?: MetricsRegistry;
  readonly build?: BuildInfo;
  /** Asks webhooks that convert custom resources; without it, those are not converted. */
  readonly conversionCaller?: (client: Client) => ConversionCaller;
  /** Brings in the APIs of other servers; without it, there are only this one's. */
  readonly aggregation?: (
    parts: ServerParts,
    own: { readonly fixed: readonly ResourceDefinition[]; readonly metrics: MetricsRegistry },
  ) => Aggregator;
  readonly cacher?: Omit<CacherOptions, "store" | "clock" | "logger" | "root">;
}

/** The API server. It needs no socket: whoever has one calls `handle`. */
export interface ApiServer {
  /** Never throws: failures are answers with a Status. */
  handle(request: ApiRequest, connection: Connection, signal: AbortSignal): Promise<ApiResponse>;
  /** For components of this process: decoded objects, frozen, without HTTP and JSON. */
  transport(user: UserInfo, program?: string): Transport;
  /** Resolves when the storage has been read. */
  ready(): Promise<void>;
  /** What is stored, as it lies there, for parts of the server that read little of very much. */
  readonly stored: Pick<Cacher, "watchBatches">;
  readonly metrics: MetricsRegistry;
  /** What is served right now: another array whenever that changes. */
  readonly definitions: readonly ResourceDefinition[];
  readonly live: LiveDefinitions;
  /** Ends watches. */
  close(): Promise<void>;
}

/** Who the server is to itself. */
export const serverUser: UserInfo = {
  name: "system:apiserver",
  groups: ["system:masters", "system:authenticated"],
};

/** Paths that every server answers, for the list that discovery gives of them. */
export const ownPaths: readonly string[] = [
  "/healthz",
  "/livez",
  "/metrics",
  "/readyz",
  "/version",
];

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { store, clock, random, logger = silentLogger, authorizer } = options;
  const metrics = options.metrics ?? new MetricsRegistry();
  const cacher = new Cacher({ ...options.cacher, store, clock, logger, root: "/registry/" });

  let admission: readonly AdmissionPlugin[] = [];
  const environment: Environment = {
    cacher,
    clock,
    random,
    logger,
    admission: () => admission,
    equivalents: (type) => registry.equivalents(type),
  };
  let registry = new Registry([], environment);
  const current = () => registry;
  const live: LiveDefinitions = {
    replace: (source, definitions) => registry.replace(source, definitions),
  };

  let aggregator: Aggregator | undefined = undefined;
  const pipeline: PipelineParts = {
    authenticators: options.authenticators,
    impersonate: createImpersonation(authorizer),
    authorizer,
    registry: current,
    elsewhere: (context) => aggregator?.handle(context),
    paths: [
      ...serverPaths(options, metrics, { cacher, aggregator: () => aggregator }),
      ...(options.paths ?? []),
    ],
    auditor: options.auditor,
    flowControl: options.flowControl?.({
      metrics,
      sizeOf: ({ group, resource }) =>
        cacher.sizeOf(`/registry/${group && `${group}/`}${resource}/`),
    }),
    metrics: new RequestMetrics(metrics),
    clock,
    logger,
  };
  const handle: ApiServer["handle"] = (request, connection, signal) =>
    passThrough(pipeline, request, connection, signal);
  const transport = (user: UserInfo, program?: string) => inProcessTransport(handle, user, program);

  const parts: ServerParts = {
    client: directReads(createClient(transport(serverUser)), current),
    objects: objectAccess(current),
    bodies: bodyReader(current, environment),
    live,
    kinds: (apiVersion, kind) => registry.kindOf(apiVersion, kind),
  };
  const { resources } = options;
  const fixed = typeof resources === "function" ? resources(parts) : resources;
  registry = new Registry(fixed, environment);
  const loops = new Scope({
    onFailure: (task, error) => logger.error("a loop of the server failed", { task, error }),
  });
  const extensions = followExtensions(options, parts, { loops, logger, fixed });
  aggregator = options.aggregation?.(parts, { fixed, metrics });
  if (aggregator) loops.run("aggregation", aggregator.run.bind(aggregator));
  admission =
    typeof options.admission === "function" ? options.admission(parts) : (options.admission ?? []);

  return {
    handle,
    transport,
    async ready() {
      await cacher.ready;
      await extensions;
      await aggregator?.synced;
    },
    stored: cacher,
    metrics,
    get definitions() {
      return registry.definitions;
    },
    live,
    async close() {
      await loops.close();
      await cacher[Symbol.asyncDispose]();
    },
  };
}

/** Where definitions of custom resources are served, so is what they define. */
function followExtensions(
  { clock, random, conversionCaller }: ApiServerOptions,
  { client, live }: ServerParts,
  parts: { loops: Scope; logger: Logger; fixed: readonly ResourceDefinition[] },
): Promise<void> {
  const { loops, logger, fixed } = parts;
  if (!fixed.some(({ type }) => type === CustomResourceDefinition)) return Promise.resolve();
  const callWebhook: ConversionCaller =
    conversionCaller?.(client) ??
    (() => Promise.reject(new Error("this server cannot call webhooks")));
  const custom = new CustomResources({ client, live, clock, random, logger, callWebhook });
  loops.run("custom resources", (signal) => custom.run(signal));
  return custom.synced;
}

function inProcessTransport(
  handle: ApiServer["handle"],
  user: UserInfo,
  program: string | undefined,
): Transport {
  const connection: Connection = {
    user: withAuthenticatedGroup(user),
    ...(program !== undefined && { program }),
  };
  return {
    send: (request, signal = new AbortController().signal) => handle(request, connection, signal),
  };
}

function serverPaths(
  { store, checks = [], build }: ApiServerOptions,
  metrics: MetricsRegistry,
  { cacher, aggregator }: { cacher: Cacher; aggregator: () => Aggregator | undefined },
): PathHandler[] {
  let isStorageRead = false;
  cacher.ready.then(
    () => (isStorageRead = true),
    () => undefined,
  );
  const storage: HealthCheck = {
    name: "storage",
    live: false,
    check() {
      if (!isStorageRead) throw new Error("the storage has not been read yet");
      if (store.fault) throw store.fault;
    },
  };
  const all = [pingCheck, storage, ...checks];
  return [
    healthPaths(() => [...all, ...[aggregator()?.check ?? []].flat()]),
    versionPath(build ?? { runtime: "unknown", platform: "unknown" }),
    {
      handle(path) {
        if (path !== "/metrics") return undefined;
        const answer = plain(200, metrics.render());
        const contentType = "text/plain; version=0.0.4; charset=utf-8";
        return { ...answer, body: { ...answer.body, contentType } as ApiResponse["body"] };
      },
    },
  ];
}
