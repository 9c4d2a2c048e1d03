import { withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import { createClient } from "#client/typed.ts";
import type { Client } from "#client/client.ts";
import { Aggregator } from "#server/aggregation/aggregator.ts";
import type { WebhookPost } from "#server/webhook/caller.ts";
import { clusterAddressResolver } from "#server/webhook/service-resolver.ts";
import { createAuthenticator } from "#server/authn/authentication.ts";
import type { ClientTrust } from "#server/authn/client-trust.ts";
import { staticTokenAuthenticator } from "#server/authn/static-tokens.ts";
import { forAudiences } from "#server/authn/token.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import { createAuthorization, feedAuthorization, feedPods } from "#server/authz/authorization.ts";
import { createConversionCaller } from "#server/crd/conversion-caller.ts";
import { servedVersions } from "#server/discovery/groups.ts";
import { FlowControl } from "#server/flowcontrol/flow-control.ts";
import { createApiServer } from "#server/server.ts";
import type { ApiServer } from "#server/server.ts";
import type { HealthCheck } from "#server/health/health.ts";
import { keepClientTrust } from "./bootstrap/client-trust.ts";
import { bootstrapCluster } from "./bootstrap/bootstrap.ts";
import { keepFlowSchemaConditions } from "./bootstrap/flow-control.ts";
import { keepIpAddresses } from "./bootstrap/ip-addresses.ts";
import { keepServerEndpoints, publishServers } from "./bootstrap/server-endpoints.ts";
import { keepTokenTracking } from "./bootstrap/token-tracking.ts";
import { createComponentBoard } from "./component-board.ts";
import { gatewayOf } from "./config.ts";
import { admissionOf } from "./control-plane/admission.ts";
import { runLoops } from "./control-plane/loops.ts";
import { SchedulingReports } from "./control-plane/scheduling-reports.ts";
import { tokenIssuer } from "./control-plane/options.ts";
import type { ControlPlaneOptions } from "./control-plane/options.ts";
import { extraPaths } from "./control-plane/paths.ts";
import { resourcesOf } from "./control-plane/resources.ts";

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
  const reports = new SchedulingReports();
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
      reports,
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
      const served = new Set<unknown>(server.definitions.map(({ type }) => type));
      const serves = (type: unknown) => served.has(type);
      const feeding = { client, stored: server.stored, clock, random, logger, scope, serves };
      const pods = feedPods(authorization, feeding);
      await server.ready();
      const kinds = new Set(server.definitions.map(({ type }) => type.info.kind));
      const servesKind = (kind: string) => kinds.has(kind);
      await bootstrapCluster(client, config, clientTrustOf(options), clock, servesKind);
      if (!options.store.shared) await publishServers(client, [own]);
      await Promise.all([feedAuthorization(authorization, feeding), pods]);
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
      loops.run("uses of tokens", (signal) => keepTokenTracking({ client, clock, logger }, signal));
      loops.run("conditions of FlowSchemas", (signal) =>
        keepFlowSchemaConditions({ client, clock, random, logger }, signal),
      );
      if (options.store.shared) {
        const { store } = options;
        loops.run("server endpoints", (signal) =>
          keepServerEndpoints({ store, client, own, clock, logger }, signal),
        );
      }
      runLoops(options, server, { components, reports }, loops);
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

/** A store that is elsewhere may be out of reach. By upstream's name for it. */
function sharedStoreChecks({ store, clock }: ControlPlaneOptions): HealthCheck[] {
  if (!store.shared) return [];
  const check = async () => {
    await withTimeout(clock, storeAnswerMsMax, undefined, () => store.current());
  };
  return [{ name: "etcd", live: true, check }];
}
