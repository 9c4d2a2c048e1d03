import { Node, Service } from "#api/core/v1.ts";
import type { LoadBalancerStatus } from "#api/core/v1.ts";
import { isNotFound } from "#client/client.ts";
import { keyOf } from "#client/object.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { withFinalizer, withoutFinalizer } from "../common/finalizers.ts";
import {
  cleanupFinalizer,
  hostsAmong,
  hostsText,
  planBalancer,
  wantsBalancer,
  wishOf,
} from "./plan.ts";
import type { Balanced } from "./plan.ts";

/** Who has load balancers to give. All of it may be asked again: what is so already stays so. */
export interface LoadBalancerProvider {
  /** Makes one for the Service, or brings it up to date; says where it can be reached. */
  ensure(
    service: Service,
    nodes: readonly Node[],
    signal: AbortSignal,
  ): Promise<LoadBalancerStatus>;
  /** Sends the traffic of one that exists to these nodes. */
  move(service: Service, nodes: readonly Node[], signal: AbortSignal): Promise<void>;
  /** Takes away what there is for the Service, if there is anything. */
  remove(service: Service, signal: AbortSignal): Promise<void>;
}

/** Gives load balancers to Services; without a provider nobody does, and they wait. */
export function serviceLoadBalancerController(provider: LoadBalancerProvider): Controller {
  const done = new Map<string, Balanced>();
  /** As they were last seen: a load balancer may outlive a Service that nothing kept. */
  const balanced = new Map<string, Service>();

  async function ensure(service: Service, ctx: ReconcileContext<Service>): Promise<void> {
    const key = keyOf(service.metadata);
    const nodes = hostsAmong(ctx.list(Node));
    ctx.event("Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
    if (!service.metadata.finalizers?.includes(cleanupFinalizer)) {
      await write(withFinalizer(service, cleanupFinalizer), ctx);
    }
    if (nodes.length === 0) tellNoNodes(ctx);
    balanced.set(key, service);
    const status = await told("ensure load balancer", () =>
      provider.ensure(service, nodes, ctx.signal),
    );
    ctx.event("Normal", "EnsuredLoadBalancer", "Ensured load balancer");
    await writeStatus(status, ctx);
    const { uid } = service.metadata;
    done.set(key, { uid, wish: wishOf(service), hosts: hostsText(nodes) });
  }

  async function move(service: Service, ctx: ReconcileContext<Service>): Promise<void> {
    const nodes = hostsAmong(ctx.list(Node));
    const key = keyOf(service.metadata);
    const before = done.get(key);
    try {
      await provider.move(service, nodes, ctx.signal);
    } catch (error) {
      const names = nodes.slice(0, 20).map(({ metadata }) => metadata.name);
      if (nodes.length > names.length) names.push(`<${nodes.length - names.length} more>`);
      const text =
        `Error updating load balancer with new hosts [${names.join(" ")}] [node names limited, ` +
        `total number of nodes: ${nodes.length}], error: ${messageOf(error)}`;
      ctx.event("Warning", "UpdateLoadBalancerFailed", text);
      throw error;
    }
    if (nodes.length === 0) tellNoNodes(ctx);
    else ctx.event("Normal", "UpdatedLoadBalancer", "Updated load balancer with new hosts");
    if (before) done.set(key, { ...before, hosts: hostsText(nodes) });
  }

  async function remove(service: Service, ctx: ReconcileContext<Service>): Promise<void> {
    const key = keyOf(service.metadata);
    ctx.event("Normal", "DeletingLoadBalancer", "Deleting load balancer", service);
    await told("delete load balancer", () => provider.remove(service, ctx.signal));
    done.delete(key);
    balanced.delete(key);
    if (ctx.object) {
      // Before the finalizer: without it, the Service may be gone.
      await writeStatus({}, ctx);
      await write(withoutFinalizer(ctx.object, cleanupFinalizer), ctx);
    }
    ctx.event("Normal", "DeletedLoadBalancer", "Deleted load balancer", service);
  }

  async function sync(service: Service, ctx: ReconcileContext<Service>): Promise<void> {
    const hosts = hostsText(hostsAmong(ctx.list(Node)));
    const plan = planBalancer(service, hosts, done.get(keyOf(service.metadata)));
    switch (plan.kind) {
      case "nothing":
        return;
      case "ensure":
        return ensure(service, ctx);
      case "move":
        return move(service, ctx);
      case "remove":
        return remove(service, ctx);
      default:
        plan satisfies never;
    }
  }

  return defineController({
    name: "service-lb-controller",
    eventSource: "service-controller",
    for: Service,
    watches: [
      watch(Node, (node, cache, old) => {
        if (old && hostsText(hostsAmong([node])) === hostsText(hostsAmong([old]))) return [];
        return cache
          .list(Service)
          .filter(wantsBalancer)
          .map(({ metadata }) => metadata);
      }),
    ],

    async reconcileKey(reference, ctx) {
      const service = ctx.object;
      const before = balanced.get(keyOf(reference));
      try {
        // One of the same name may follow at once.
        if (before && before.metadata.uid !== service?.metadata.uid) {
          ctx.event("Normal", "DeletingLoadBalancer", "Deleting load balancer", before);
          await told("delete load balancer", () => provider.remove(before, ctx.signal));
          done.delete(keyOf(reference));
          balanced.delete(keyOf(reference));
          ctx.event("Normal", "DeletedLoadBalancer", "Deleted load balancer", before);
        }
        if (service) await sync(service, ctx);
      } catch (error) {
        const text = `Error syncing load balancer: ${messageOf(error)}`;
        ctx.event("Warning", "SyncLoadBalancerFailed", text, service ?? before);
        throw error;
      }
    },
  });
}

function tellNoNodes(ctx: ReconcileContext<Service>): void {
  const text = "There are no available nodes for LoadBalancer";
  ctx.event("Warning", "UnAvailableLoadBalancer", text);
}

/** What this controller says of a Service, finalizer included, it may write as its status only. */
async function write(service: Service, ctx: ReconcileContext<Service>): Promise<void> {
  try {
    await ctx.update(Service, service, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function writeStatus(
  loadBalancer: LoadBalancerStatus,
  ctx: ReconcileContext<Service>,
): Promise<void> {
  const service = ctx.object;
  if (!service || deepEqual(service.status.loadBalancer, loadBalancer)) return;
  await write({ ...service, status: { ...service.status, loadBalancer } }, ctx);
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`failed to ${what}: ${messageOf(error)}`, { cause: error });
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
