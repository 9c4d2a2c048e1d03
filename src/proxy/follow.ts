import type { Scope } from "#base/scope.ts";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import { includes } from "#machinery/networks.ts";
import { ServiceCIDR } from "#api/networking/v1.ts";
import { untilAborted } from "./proxy.ts";
import type { Proxy } from "./proxy.ts";
import type { ProxyNode } from "./plan.ts";

/** Hears of every Service and EndpointSlice: the proxy is one, cluster DNS another. */
export interface ServiceSink {
  setService(service: Service): void;
  removeService(name: { readonly namespace?: string; readonly name: string }): void;
  setEndpointSlice(slice: EndpointSlice): void;
  removeEndpointSlice(name: { readonly namespace?: string; readonly name: string }): void;
  /** Called once, when the first complete state has been told. */
  markSynced(): void;
}

/** One watch of each kind for all sinks. The factory must be started by its owner. */
export function followServices(
  informers: InformerFactory,
  sinks: readonly ServiceSink[],
  scope: Scope,
): void {
  const services = informers.informer(Service);
  const endpointSlices = informers.informer(EndpointSlice);
  const setService = (object: Service) => {
    for (const sink of sinks) sink.setService(object);
  };
  const setSlice = (object: EndpointSlice) => {
    for (const sink of sinks) sink.setEndpointSlice(object);
  };
  scope.onClose(
    services.subscribe({
      added: setService,
      updated: setService,
      deleted: ({ metadata }) => {
        for (const sink of sinks) sink.removeService(metadata);
      },
    }),
  );
  scope.onClose(
    endpointSlices.subscribe({
      added: setSlice,
      updated: setSlice,
      deleted: ({ metadata }) => {
        for (const sink of sinks) sink.removeEndpointSlice(metadata);
      },
    }),
  );
  scope.run("first state of Services", async (signal) => {
    await untilAborted(Promise.all([services.synced, endpointSlices.synced]), signal);
    for (const sink of sinks) sink.markSynced();
  });
}

/**
 * Tells the proxy of all networks that Services may have addresses of: those that people add, and
 * those that are on their way out. The node's own are there from the start.
 */
export function followServiceNetworks(
  informers: InformerFactory,
  { node, proxy }: { readonly node: ProxyNode; readonly proxy: Pick<Proxy, "setNode"> },
  scope: Scope,
): void {
  const informer = informers.informer(ServiceCIDR);
  let told = node.serviceCidrs.join();
  const tell = () => {
    const others = informer.list().flatMap(({ spec }) => spec.cidrs ?? []);
    const isIPv4 = (cidr: string) => !cidr.includes(":");
    const serviceCidrs = withoutInner([...node.serviceCidrs, ...others.filter(isIPv4).toSorted()]);
    if (serviceCidrs.join() === told) return;
    told = serviceCidrs.join();
    proxy.setNode({ ...node, serviceCidrs });
  };
  scope.onClose(informer.subscribe({ added: tell, updated: tell, deleted: tell }));
}

/** Rules name each address once: a network that is part of another goes without saying. */
function withoutInner(cidrs: readonly string[]): readonly string[] {
  const each = [...new Set(cidrs)];
  return each.filter((cidr) => !each.some((other) => other !== cidr && includes(other, cidr)));
}
