import type { Scope } from "#base/scope.ts";
import { Service } from "#api/core/v1/service.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import { untilAborted } from "./proxy.ts";

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
