import { once } from "node:events";
import { createServer } from "#base/node/http.ts";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Logger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { HealthCheck } from "../plan.ts";
import type { Proxy } from "../proxy.ts";

export interface ProxyServersOptions {
  readonly proxy: Pick<Proxy, "health">;
  readonly metrics: MetricsRegistry;
  /** Where load balancers ask whether the node can be sent traffic: upstream's 0.0.0.0:10256. */
  readonly health?: { readonly address: string; readonly port: number };
  /** Where metrics are: upstream's 127.0.0.1:10249. */
  readonly status?: { readonly address: string; readonly port: number };
}

/** Serves `/healthz`, `/livez` and, elsewhere, `/metrics`. Returns the ports that were bound. */
export async function serveProxyHealth(
  options: ProxyServersOptions,
  scope: Scope,
): Promise<{ readonly healthPort: number; readonly statusPort: number }> {
  const { proxy, metrics } = options;
  const { health = { address: "0.0.0.0", port: 10_256 } } = options;
  const { status = { address: "127.0.0.1", port: 10_249 } } = options;
  const healthServer = createServer((request, response) => {
    if (!["/healthz", "/livez"].includes(pathOf(request))) return notFound(response);
    const { healthy, lastUpdated, currentTime } = proxy.health;
    json(response, healthy ? 200 : 503, {
      lastUpdated: new Date(lastUpdated).toISOString(),
      currentTime: new Date(currentTime).toISOString(),
      nodeEligible: true,
    });
  });
  const statusServer = createServer((request, response) => {
    switch (pathOf(request)) {
      case "/metrics":
        response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
        response.end(metrics.render());
        return;
      case "/healthz":
        response.end("ok");
        return;
      case "/proxyMode":
        response.end("nftables");
        return;
      default:
        notFound(response);
    }
  });
  return {
    healthPort: await listen(healthServer, health, scope),
    statusPort: await listen(statusServer, status, scope),
  };
}

export interface HealthChecksOptions {
  readonly proxy: Pick<Proxy, "health">;
  /** The node's addresses; a load balancer asks at them. */
  readonly addresses: readonly string[];
  readonly logger: Logger;
}

/**
 * Answers load balancers at the `healthCheckNodePort` of each Service whose traffic must stay on
 * the node: whether it has endpoints of that Service. The result is for `onApplied` of a proxy.
 */
export function serveHealthChecks(
  options: HealthChecksOptions,
  scope: Scope,
): (plan: { readonly healthChecks: readonly HealthCheck[] }) => void {
  const { proxy, addresses, logger } = options;
  const checks = new Map<number, HealthCheck>();
  const open = new Map<number, Scope>();
  const start = (port: number) => {
    const server = createServer((_, response) => {
      const check = checks.get(port);
      if (!check) return notFound(response);
      const { namespace, name, localEndpoints } = check;
      const { healthy } = proxy.health;
      response.setHeader("x-load-balancing-endpoint-weight", String(localEndpoints));
      json(response, healthy && localEndpoints > 0 ? 200 : 503, {
        service: { namespace, name },
        localEndpoints,
        serviceProxyHealthy: healthy,
      });
    });
    return server;
  };
  scope.onClose(async () => {
    for (const each of open.values()) await each.close();
  });
  return ({ healthChecks }) => {
    checks.clear();
    for (const check of healthChecks) checks.set(check.port, check);
    for (const [port, each] of open) {
      if (checks.has(port)) continue;
      open.delete(port);
      scope.run(`end of health checks at ${port}`, () => each.close());
    }
    for (const port of checks.keys()) {
      if (open.has(port) || scope.signal.aborted) continue;
      const onFailure = (_: string, error: unknown) => logger.warn("health check", { port, error });
      const each = new Scope({ onFailure });
      open.set(port, each);
      for (const address of addresses) {
        each.run("listen", async () => void (await listen(start(port), { address, port }, each)));
      }
    }
  };
}

async function listen(
  server: Server,
  at: { readonly address: string; readonly port: number },
  scope: Scope,
): Promise<number> {
  server.listen({ host: at.address, port: at.port });
  await once(server, "listening");
  scope.onClose(() => {
    server.close();
    server.closeAllConnections();
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : at.port;
}

const pathOf = (request: IncomingMessage) => (request.url ?? "/").replace(/\?.*/, "");

function json(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.setHeader("x-content-type-options", "nosniff");
  response.end(JSON.stringify(body));
}

function notFound(response: ServerResponse): void {
  response.statusCode = 404;
  response.end("404 page not found\n");
}
