import type { LoadBalancerStatus, Node, Service } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { LoadBalancerProvider } from "#controllers/service-lb/controller.ts";

/** The host's routes to addresses that only the rules of nodes know. */
export interface AddressRoutes {
  /** Sends what is for the address to a node. */
  set(address: string, node: string, signal: AbortSignal): Promise<void>;
  /** Nothing happens when there is none. */
  remove(address: string, signal: AbortSignal): Promise<void>;
}

export interface RoutedLoadBalancersOptions {
  /** Whom the addresses are given from, in this order; none of them is a machine's. */
  readonly addresses: readonly string[];
  readonly routes: AddressRoutes;
  /** Whether a node says at `/healthz` of a port that it takes traffic. Silence is a no. */
  readonly probe: (node: string, port: number, signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a proxy says of itself, where a Service has no port that tells of its endpoints. */
const proxyHealthPort = 10_256;
const probeEveryMs = 2000;

interface Balancer {
  readonly address: string;
  healthPort: number;
  /** Addresses of nodes. */
  nodes: readonly string[];
  via: string | undefined;
}

/**
 * Load balancers of a machine whose nodes share it: each Service has an address of its own, which
 * the host sends to one node that takes traffic for it; that node's proxy spreads it, or keeps it,
 * with the client's address, where the Service's policy is local. A node that says no, or nothing,
 * is left for another one.
 */
export class RoutedLoadBalancers implements LoadBalancerProvider {
  readonly #options: RoutedLoadBalancersOptions;
  readonly #balancers = new Map<string, Balancer>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: RoutedLoadBalancersOptions) {
    this.#options = options;
  }

  async ensure(
    service: Service,
    nodes: readonly Node[],
    signal: AbortSignal,
  ): Promise<LoadBalancerStatus> {
    const { uid } = service.metadata;
    const known = this.#balancers.get(uid);
    const balancer = known ?? {
      address: this.#choose(service),
      ...wishOf(service),
      via: undefined,
    };
    Object.assign(balancer, wishOf(service), { nodes: addressesOf(nodes) });
    this.#balancers.set(uid, balancer);
    await this.#inTurn(() => this.#route(balancer, signal));
    return { ingress: [{ ip: balancer.address, ipMode: "VIP" }] };
  }

  async move(service: Service, nodes: readonly Node[], signal: AbortSignal): Promise<void> {
    await this.ensure(service, nodes, signal);
  }

  async remove({ metadata, status }: Service, signal: AbortSignal): Promise<void> {
    // One that this process has not seen yet is known by what its Service says.
    const ip = this.#balancers.get(metadata.uid)?.address ?? status.loadBalancer.ingress?.[0]?.ip;
    this.#balancers.delete(metadata.uid);
    if (ip === undefined || this.#isTaken(ip) || !this.#options.addresses.includes(ip)) return;
    await this.#inTurn(() => this.#options.routes.remove(ip, signal));
  }

  /** Asks the nodes again and again, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.#options.clock, probeEveryMs, signal);
      if (this.#balancers.size === 0) continue;
      await this.#inTurn(async () => {
        await Promise.all([...this.#balancers.values()].map((one) => this.#repair(one, signal)));
      });
    }
  }

  /** What fails is tried again with the next look, and takes no other balancer's with it. */
  async #repair(balancer: Balancer, signal: AbortSignal): Promise<void> {
    try {
      await this.#route(balancer, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const { address } = balancer;
      this.#options.logger.error("a load balancer could not be moved", { address, error });
    }
  }

  async #route(balancer: Balancer, signal: AbortSignal): Promise<void> {
    const { routes, probe } = this.#options;
    const { address, nodes, healthPort } = balancer;
    const answers = await Promise.all(nodes.map((node) => probe(node, healthPort, signal)));
    const healthy = nodes.filter((_, index) => answers[index]);
    const via = nextNode(balancer, healthy);
    if (via === balancer.via || this.#balancers.values().every((one) => one !== balancer)) return;
    if (via === undefined) await routes.remove(address, signal);
    else await routes.set(address, via, signal);
    balancer.via = via;
  }

  /** What the Service has or asks for, else the first that is free. */
  #choose({ spec, status }: Service): string {
    const { addresses } = this.#options;
    const asked = spec.loadBalancerIP;
    if (asked !== undefined && asked !== "") {
      const range = `${addresses[0]}-${addresses.at(-1)}`;
      if (!addresses.includes(asked)) throw new Error(`${asked} is not in the range ${range}`);
      if (this.#isTaken(asked)) throw new Error(`${asked} is another load balancer's`);
      return asked;
    }
    const has = status.loadBalancer.ingress?.[0]?.ip;
    if (has !== undefined && addresses.includes(has) && !this.#isTaken(has)) return has;
    const free = addresses.find((address) => !this.#isTaken(address));
    if (free === undefined) throw new Error(`all ${addresses.length} addresses are taken`);
    return free;
  }

  #isTaken(address: string): boolean {
    return this.#balancers.values().some((balancer) => balancer.address === address);
  }

  /** Of two that decide at once, the one that decided first could be the last to set its route. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    await before;
    try {
      await work();
    } finally {
      turn.resolve();
    }
  }
}

/** The same as long as it is well: connections live in one node's tables. */
function nextNode({ via, nodes }: Balancer, healthy: readonly string[]): string | undefined {
  if (via !== undefined && healthy.includes(via)) return via;
  if (healthy.length > 0) return healthy[0];
  // Nobody takes traffic: whoever had it says so to the client.
  return via !== undefined && nodes.includes(via) ? via : nodes[0];
}

function wishOf({ spec }: Service): Pick<Balancer, "healthPort" | "nodes"> {
  const isLocal = spec.externalTrafficPolicy === "Local";
  return { healthPort: (isLocal && spec.healthCheckNodePort) || proxyHealthPort, nodes: [] };
}

function addressesOf(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap(({ status }) => {
    const internal = (status.addresses ?? []).find(({ type }) => type === "InternalIP");
    return internal ? [internal.address] : [];
  });
}
