import { Secret, Service } from "#api/core/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { createClient } from "#client/typed.ts";
import type { Client } from "#client/client.ts";
import type { ApiResponse, Transport } from "#client/transport.ts";
import { runControllers } from "#component/run.ts";
import { allControllers } from "#controllers/all.ts";
import { serviceAccountOf } from "#controllers/service-accounts.ts";
import type { CertificateAuthority } from "#pki/certificate.ts";
import type { SigningKey } from "#pki/keys.ts";
import { runScheduler } from "#scheduler/run.ts";
import type { AdmissionPlugin } from "#server/admission/admission.ts";
import { admissionPlugins } from "#server/admission/default.ts";
import type { AdmissionOptions } from "#server/admission/default.ts";
import { expressionChecker } from "#server/admission/policies/checker.ts";
import { expressionEngine } from "#server/admission/policies/engine.ts";
import { Aggregator } from "#server/aggregation/aggregator.ts";
import type { RemoteServers } from "#server/aggregation/remote.ts";
import { expressionWarnings } from "#server/admission/policies/type-checking.ts";
import type { Auditor } from "#server/audit/auditor.ts";
import { rbacEscalationCheck } from "#server/admission/rbac-escalation/plugin.ts";
import type { WebhookPost } from "#server/webhook/caller.ts";
import { clusterAddressResolver } from "#server/webhook/service-resolver.ts";
import { createAuthenticator } from "#server/authn/authentication.ts";
import type { AnonymousOptions } from "#server/authn/anonymous.ts";
import { serviceAccountGroups, serviceAccountUserName } from "#server/authn/identity.ts";
import { bootstrapTokenAuthenticator } from "#server/authn/bootstrap-tokens.ts";
import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import type { ClientTrust } from "#server/authn/client-trust.ts";
import { createTokenReviewer } from "#server/authn/reviews.ts";
import { boundObjectsOf } from "#server/authn/service-account/bound-objects.ts";
import {
  discoveryDocuments,
  jwksContentType,
  jwksPath,
  openIdConfigurationPath,
} from "#server/authn/service-account/discovery.ts";
import { createTokenIssuer } from "#server/authn/service-account/issuer.ts";
import { secretTokenAuthenticator } from "#server/authn/service-account/secret-tokens.ts";
import { serviceAccountAuthenticator } from "#server/authn/service-account/verifier.ts";
import { staticTokenAuthenticator } from "#server/authn/static-tokens.ts";
import { forAudiences } from "#server/authn/token.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import { createAuthorization, feedAuthorization } from "#server/authz/authorization.ts";
import type { Authorization } from "#server/authz/authorization.ts";
import type { AuthorizerSettings } from "#server/authz/settings.ts";
import { createConversionCaller } from "#server/crd/conversion-caller.ts";
import { createDiscovery } from "#server/discovery/discovery.ts";
import { servedVersions } from "#server/discovery/groups.ts";
import { FlowControl } from "#server/flowcontrol/flow-control.ts";
import { createOpenApi } from "#server/openapi/openapi.ts";
import type { PathHandler } from "#server/pipeline/pipeline.ts";
import type { UserInfo } from "#server/pipeline/request.ts";
import { allResources } from "#server/resources/all.ts";
import { createServiceAllocator } from "#server/resources/core/services/allocator.ts";
import { storeClaims } from "#server/resources/core/services/claims.ts";
import type { KubeletConnector } from "#server/resources/core/pods/kubelet-connector.ts";
import { createApiServer, ownPaths } from "#server/server.ts";
import type { ApiServer, ApiServerOptions, ServerParts } from "#server/server.ts";
import type { HealthCheck } from "#server/health/health.ts";
import type { BuildInfo } from "#server/health/version.ts";
import type { Store } from "#storage/store.ts";
import { keepClientTrust } from "./bootstrap/client-trust.ts";
import { bootstrapCluster } from "./bootstrap/bootstrap.ts";
import { keepFlowSchemaConditions } from "./bootstrap/flow-control.ts";
import { keepIpAddresses } from "./bootstrap/ip-addresses.ts";
import { keepServerEndpoints, publishServers } from "./bootstrap/server-endpoints.ts";
import { createComponentBoard } from "./component-board.ts";
import type { ComponentBoard } from "./component-board.ts";
import { clusterDomain, gatewayOf } from "./config.ts";
import type { ClusterConfig } from "./config.ts";
import { whileLeading } from "./leadership.ts";
import { tellUnfinished } from "./unfinished-kinds.ts";

export interface ControlPlaneOptions {
  readonly config: ClusterConfig;
  readonly store: Store;
  readonly serviceAccountKey: SigningKey;
  /** The cluster's certificate authority: pods get it to know the API server by. */
  readonly authorityPem: string;
  /** The same as it is now, with its key: it signs approved certificates. Missing: they wait. */
  readonly authority?: () => CertificateAuthority;
  readonly kubelet: KubeletConnector;
  /** How webhooks are reached; where it is missing, none can be. */
  readonly webhookPost?: WebhookPost;
  /** How servers behind APIServices are reached; where it is missing, none can be. */
  readonly remoteServers?: RemoteServers;
  readonly admission?: AdmissionOptions;
  /** Who else is known than the cluster's own components and service accounts. */
  readonly access?: AccessOptions;
  /** How much of what happened the server remembers itself; the rest it asks the store for. */
  readonly cacher?: ApiServerOptions["cacher"];
  /** Writes down who asks for what. */
  readonly auditor?: Auditor;
  readonly build: BuildInfo;
  readonly metrics?: MetricsRegistry;
  /** Of what the server depends on, besides its own. */
  readonly checks?: readonly HealthCheck[];
  /** Who this server is among those that share the store; see `LeadershipOptions`. */
  readonly identity?: string;
  /** Paths of this program's own, besides what Kubernetes has. */
  readonly paths?: readonly PathHandler[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Who signs the tokens of service accounts. */
export const tokenIssuer = `https://kubernetes.default.svc.${clusterDomain}`;

export interface AccessOptions {
  /** Bearer tokens that are known beforehand. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** What proxies in front of the server say; they are not heard when missing. */
  readonly requestHeader?: RequestHeaderOptions;
  /**
   * PEM: it signs the certificates of those proxies. Servers behind this one are told of it, and
   * again when it is another one.
   */
  readonly requestHeaderAuthority?: string;
  /** The same for the certificates of clients; the cluster's own authority when missing. */
  readonly clientAuthority?: string;
  /** Who else knows tokens: other issuers, other servers. Asked in order, after this one. */
  readonly tokenAuthenticators?: (parts: {
    readonly clock: Clock;
    /** Of this server. */
    readonly audiences: readonly string[];
  }) => readonly TokenAuthenticator[];
  /** Who decides what somebody may do: Node and RBAC when missing. */
  readonly authorizers?: readonly AuthorizerSettings[];
  /** Called with what lets others decide while the server runs. */
  readonly bindAuthorizers?: (
    replace: (authorizers: readonly AuthorizerSettings[]) => void,
  ) => void;
  /** The way to a webhook, by a kubeconfig's path. */
  readonly webhookTransport?: (kubeconfig: string | undefined) => Transport;
  /** Everybody may ask without a name when missing; what he may do is for the roles to say. */
  readonly anonymous?: AnonymousOptions;
}

/** An API server with everything behind it, and what runs on top of it. No socket is needed. */
export interface ControlPlane {
  readonly server: ApiServer;
  /** As the server itself, within the process. */
  readonly client: Client;
  /**
   * Brings the first objects into being and opens the server to others than administrators;
   * `/readyz` says ok from then on.
   */
  bootstrap(scope: Scope): Promise<void>;
  /** Scheduler and controllers, until the scope closes. */
  run(scope: Scope): void;
}

/** As long as upstream waits for etcd before it calls itself unhealthy. */
const storeAnswerMsMax = 2_000;

export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { config, clock, random, logger } = options;
  const { access = {} } = options;
  const authorization = createAuthorization({
    ...(access.authorizers && { authorizers: access.authorizers }),
    ...(access.webhookTransport && { webhooks: { clock, to: access.webhookTransport } }),
  });
  access.bindAuthorizers?.((authorizers) => authorization.replace(authorizers));
  const issuer = tokenIssuer;
  const audiences = [issuer];
  const tokens: TokenAuthenticator[] = [];
  if (access.tokens) tokens.push(forAudiences(audiences, staticTokenAuthenticator(access.tokens)));
  const components = createComponentBoard(options.store);
  let isBootstrapped = false;
  let flowControl: FlowControl | undefined;
  let aggregator: Aggregator | undefined;

  const server = createApiServer({
    store: options.store,
    clock,
    random,
    logger,
    build: options.build,
    ...(options.cacher && { cacher: options.cacher }),
    ...(options.metrics && { metrics: options.metrics }),
    ...(options.auditor && { auditor: options.auditor }),
    flowControl: (parts) => (flowControl = new FlowControl({ clock, ...parts })),
    ...(options.webhookPost && {
      conversionCaller: conversionCallerOf(options.webhookPost, clock),
    }),
    authenticators: [
      createAuthenticator({
        tokens,
        audiences,
        anonymous: access.anonymous ?? { enabled: true },
        ...(access.requestHeader && { requestHeader: access.requestHeader }),
      }),
    ],
    authorizer: authorization.authorizer,
    resources: (parts) =>
      resourcesOf(options, parts, { authorization, tokens, audiences, issuer, components }),
    admission: (parts) => admissionOf(options, parts, authorization),
    aggregation: ({ client: own }, { fixed, metrics }) =>
      (aggregator = new Aggregator({
        client: own,
        clock,
        random,
        logger: logger.with({ component: "aggregation" }),
        builtIn: () => servedVersions(fixed),
        resolve: clusterAddressResolver(own),
        metrics,
        ...(options.remoteServers && { servers: options.remoteServers }),
      })),
    paths: [
      ...(await extraPaths(options, issuer, {
        definitions: () => server.definitions,
        aggregator: () => aggregator,
      })),
      ...(options.paths ?? []),
    ],
    checks: [
      {
        name: "poststarthook/bootstrap",
        live: false,
        check() {
          if (!isBootstrapped) throw new Error("the cluster's first objects are being made");
        },
      },
      ...sharedStoreChecks(options),
      ...(options.checks ?? []),
    ],
  });
  const client = createClient(
    server.transport({ name: "system:apiserver", groups: ["system:masters"] }),
  );
  const own = { ip: gatewayOf(config), port: config.apiPort };
  return {
    server,
    client,
    async bootstrap(scope) {
      await server.ready();
      const served = new Set<unknown>(server.definitions.map(({ type }) => type));
      await bootstrapCluster(client, config, clientTrustOf(options), clock);
      if (!options.store.shared) await publishServers(client, [own]);
      await feedAuthorization(authorization, {
        client,
        clock,
        random,
        logger,
        scope,
        serves: (type) => served.has(type),
      });
      scope.run("flow control", async (signal) => {
        await flowControl?.run({ client, random, logger }, signal);
      });
      isBootstrapped = true;
    },
    run(scope) {
      const loops = new Scope({
        onFailure: (task, error) => logger.error("a loop stopped", { task, error }),
      });
      // Before the server closes: those who lead step down through it.
      scope.onClose(() => loops.close());
      loops.run("addresses of Services", (signal) =>
        keepIpAddresses({ client, clock, random, logger }, signal),
      );
      loops.run("trust in clients", (signal) =>
        keepClientTrust({ client, trust: () => clientTrustOf(options), clock, logger }, signal),
      );
      loops.run("conditions of FlowSchemas", (signal) =>
        keepFlowSchemaConditions({ client, clock, random, logger }, signal),
      );
      if (options.store.shared) {
        const { store } = options;
        loops.run("server endpoints", (signal) =>
          keepServerEndpoints({ store, client, own, clock, logger }, signal),
        );
      }
      runLoops(options, server, components, loops);
    },
  };
}

function conversionCallerOf(post: WebhookPost, clock: Clock) {
  return (client: Client) =>
    createConversionCaller({ post, resolve: clusterAddressResolver(client) }, clock);
}

function clientTrustOf({ authorityPem, access = {} }: ControlPlaneOptions): ClientTrust {
  const { requestHeader, requestHeaderAuthority: authority } = access;
  return {
    clientAuthority: access.clientAuthority ?? authorityPem,
    ...(requestHeader && authority && { requestHeader: { ...requestHeader, authority } }),
  };
}

function admissionOf(
  { clock, random, admission, webhookPost: post }: ControlPlaneOptions,
  { client, kinds }: ServerParts,
  { authorizer, rbac, rbacStore }: Authorization,
): AdmissionPlugin[] {
  const webhooks = post && { post, resolve: clusterAddressResolver(client) };
  const expressions = expressionEngine;
  const asked = { client, clock, random, authorizer, kinds, expressions };
  const environment = { ...asked, ...(webhooks && { webhooks }) };
  return [
    rbacEscalationCheck({ authorizer, rbac, source: rbacStore }),
    ...admissionPlugins(environment, admission),
  ];
}

interface Identity {
  readonly authorization: Authorization;
  readonly tokens: TokenAuthenticator[];
  readonly audiences: readonly string[];
  readonly issuer: string;
  readonly components: ComponentBoard;
}

function resourcesOf(
  options: ControlPlaneOptions,
  { client, objects, bodies }: ServerParts,
  { authorization, tokens, audiences, issuer, components }: Identity,
) {
  const { clock, random, serviceAccountKey: key } = options;
  const bound = boundObjectsOf(client);
  tokens.push(
    serviceAccountAuthenticator({ keys: [key], issuers: [issuer], objects: bound, clock }),
    forAudiences(
      audiences,
      secretTokenAuthenticator({ keys: [key], client, clock, logger: options.logger }),
    ),
    forAudiences(
      audiences,
      bootstrapTokenAuthenticator({
        clock,
        findSecret: (name) => client.find(Secret, { namespace: "kube-system", name }),
      }),
    ),
  );
  tokens.push(...(options.access?.tokenAuthenticators?.({ clock, audiences }) ?? []));
  const dependencies = {
    clock,
    random,
    client,
    objects,
    bodies,
    services: createServiceAllocator({
      serviceCidr: options.config.serviceCidr,
      nodePortRange: { from: 30000, to: 32767 },
      clock,
      random,
      list: async () => (await client.list(Service)).items,
      ...(options.store.shared && { claims: storeClaims(options.store) }),
    }),
    kubelet: options.kubelet,
    tokenIssuer: createTokenIssuer({ key, issuer, audiences, objects: bound, clock, random }),
    tokenReviewer: createTokenReviewer({ tokens, audiences }),
    authorizer: authorization.authorizer,
    rules: authorization,
    components,
    expressions: expressionChecker(expressionEngine),
  };
  return tellUnfinished(allResources(dependencies, options.config.runtimeConfig));
}

/** Where pods reach the server; nobody else does where all nodes only pretend. */
function hostForPods(config: ClusterConfig): string {
  return config.nodes.length > 0 ? gatewayOf(config) : "127.0.0.1";
}

/** Discovery, OpenAPI, and the keys by which others check tokens. */
async function extraPaths(
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

/** A store that is elsewhere may be out of reach. By upstream's name for it. */
function sharedStoreChecks({ store, clock }: ControlPlaneOptions): HealthCheck[] {
  if (!store.shared) return [];
  const check = async () => {
    await withTimeout(clock, storeAnswerMsMax, undefined, () => store.current());
  };
  return [{ name: "etcd", live: true, check }];
}

function jsonAnswer(contentType: string, value: object): ApiResponse {
  const bytes = utf8(JSON.stringify(value));
  // Who checks tokens asks for the keys every now and then; they change seldom.
  const headers = { "cache-control": "public, max-age=3600" };
  return { status: 200, headers, body: { kind: "bytes", contentType, bytes } };
}

/**
 * Of all servers over one store, one schedules and one controls; each has its Lease. Every loop
 * acts under its own name and with its own rights, as it would from outside: what one of them may
 * not do fails here, too. The controllers' informers read for all of them, as their manager.
 */
function runLoops(
  options: ControlPlaneOptions,
  server: ApiServer,
  components: ComponentBoard,
  scope: Scope,
): void {
  const { clock, random, logger, identity = `kijabi_${random.uuid()}` } = options;
  const environment = { clock, random, logger };
  const election = { ...environment, identity, exclusive: !options.store.shared };
  const clientOf = (name: string) => createClient(server.transport({ name, groups: [] }));

  const scheduler = clientOf("system:kube-scheduler");
  const schedulerEvents = new EventWriter({ ...environment, client: scheduler });
  const schedule = async (signal: AbortSignal) => {
    const informers = new InformerFactory({ ...environment, client: scheduler });
    informers.start(signal);
    try {
      await runScheduler(
        {
          ...environment,
          client: scheduler,
          informers,
          logger: logger.with({ component: "scheduler" }),
          events: schedulerEvents.recorder({ component: "default-scheduler" }),
        },
        signal,
      );
    } finally {
      await informers.close();
    }
  };

  const manager = server.transport({ name: "system:kube-controller-manager", groups: [] });
  const client = createClient(manager);
  const events = new EventWriter({ ...environment, client });
  const control = (signal: AbortSignal) =>
    runControllers(
      {
        ...environment,
        client,
        clientFor: (controller) => {
          const user = controllerUser(controller);
          return user ? createClient(server.transport(user, "kube-controller-manager")) : client;
        },
        informers: new InformerFactory({ ...environment, client }),
        logger: logger.with({ component: "controllers" }),
        controllers: allControllers({
          transport: manager,
          rootCertificateAuthority: options.authorityPem,
          ...(options.authority && { certificateAuthority: options.authority }),
          serviceAccountKey: options.serviceAccountKey,
          expressionCheck: (policy) => {
            const kinds = server.definitions.map(({ type }) => type);
            return expressionWarnings(expressionEngine, policy, kinds);
          },
        }),
        events,
      },
      signal,
    );

  scope.run("events", (signal) => events.run(signal));
  scope.run("scheduler's events", (signal) => schedulerEvents.run(signal));
  const scheduling = { ...election, client: scheduler, name: "kube-scheduler" };
  const controlling = { ...election, client, name: "kube-controller-manager" };
  scope.run("scheduler", (signal) =>
    components.while("scheduler", whileLeading(scheduling, schedule, signal)),
  );
  scope.run("controllers", (signal) =>
    components.while("controller-manager", whileLeading(controlling, control, signal)),
  );
}

function controllerUser(controller: string): UserInfo | undefined {
  const namespace = "kube-system";
  const account = serviceAccountOf(controller);
  if (account === undefined) return undefined;
  const name = serviceAccountUserName(namespace, account);
  return { name, groups: serviceAccountGroups(namespace) };
}
