import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { request } from "#base/node/http.ts";
import type { Scope } from "#base/scope.ts";
import { balancerAddressesOf } from "../config.ts";
import type { ClusterConfig } from "../config.ts";
import { RoutedLoadBalancers } from "../load-balancers.ts";
import { routeThroughNode, unroute } from "../providers/node/network.ts";
import type { Network } from "../providers/node/network.ts";

/** A node on this machine answers in a moment, or it is not well. */
const probeTimeoutMs = 1000;

/** Load balancers for a cluster whose nodes are on this machine, kept up to date by the scope. */
export function runLoadBalancers(
  config: ClusterConfig,
  environment: { readonly network: Network; readonly clock: Clock; readonly logger: Logger },
  scope: Scope,
): RoutedLoadBalancers {
  const { network, clock, logger } = environment;
  const nodes = new Set(config.nodes.map(({ address }) => address));
  const balancers = new RoutedLoadBalancers({
    addresses: balancerAddressesOf(config),
    routes: {
      set: (address, via, signal) => routeThroughNode({ network, address, via }, signal),
      remove: (address, signal) => unroute({ network, address }, signal),
    },
    // Simulated nodes are nowhere.
    probe: async (node, port, signal) => nodes.has(node) && (await answers(node, port, signal)),
    clock,
    logger,
  });
  scope.run("load balancers", (signal) => balancers.run(signal));
  return balancers;
}

function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(probeTimeoutMs);
    const asked = request(
      { host, port, path: "/healthz", agent: false, signal: AbortSignal.any([signal, timeout]) },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.on("error", () => resolve(false)); // also when it takes too long
    asked.end();
  });
}
