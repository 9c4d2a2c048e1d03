import { Endpoints, Pod, Service } from "#api/core/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isNotFound } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, watch } from "#component/controller.ts";
import { isHeadless, podsOf, serviceIndexes, servicesOf, triggerTime } from "../common/services.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import { subsetsOf } from "./subsets.ts";

const triggerAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";
const capacityAnnotation = "endpoints.kubernetes.io/over-capacity";
const managedBy = { "endpoints.kubernetes.io/managed-by": "endpoint-controller" };

/** Keeps the older, single-object form of a Service's addresses, which some clients still read. */
export const endpointsController = defineController({
  name: "endpoints-controller",
  eventSource: "endpoint-controller",
  for: Service,
  watches: [
    watch(Pod, servicesOf),
    watch(Endpoints, ({ metadata }) => [{ namespace: metadata.namespace, name: metadata.name }]),
  ],
  indexes: serviceIndexes,

  async reconcileKey(reference, ctx) {
    const service = ctx.object;
    if (!service || service.metadata.deletionTimestamp) return removeOf(reference, ctx);
    if (!service.spec.selector) return undefined;
    return sync(service, ctx);
  },
});

async function removeOf(
  reference: { namespace?: string | undefined; name: string },
  ctx: ReconcileContext<Service>,
): Promise<undefined> {
  const current = ctx.get(Endpoints, reference);
  // Endpoints of another maker may share the name of a Service that is gone.
  const ours = current?.metadata.labels?.["endpoints.kubernetes.io/managed-by"];
  if (current && ours === "endpoint-controller") await ctx.delete(Endpoints, current);
  return undefined;
}

async function sync(service: Service, ctx: ReconcileContext<Service>): Promise<undefined> {
  const { namespace, name } = service.metadata;
  const current = ctx.get(Endpoints, { namespace, name });
  const pods = podsOf(service, ctx);
  const { subsets, truncated } = subsetsOf(service, pods);
  const labels = {
    ...service.metadata.labels,
    ...managedBy,
    ...(isHeadless(service) && { "service.kubernetes.io/headless": "" }),
  };
  const {
    [triggerAnnotation]: last,
    [capacityAnnotation]: capacity,
    ...kept
  } = current?.metadata.annotations ?? {};
  if (
    current &&
    deepEqual(subsets, current.subsets ?? []) &&
    deepEqual(labels, current.metadata.labels ?? {}) &&
    truncated === (capacity === "truncated")
  ) {
    return undefined;
  }
  const trigger = triggerTime(service, pods, last);
  const annotations = {
    ...kept,
    ...(trigger && { [triggerAnnotation]: trigger }),
    ...(truncated && { [capacityAnnotation]: "truncated" }),
  };
  try {
    if (current) {
      const metadata = { ...current.metadata, labels, annotations };
      await ctx.update(Endpoints, { ...current, metadata, subsets });
    } else {
      const metadata = { ...(namespace && { namespace }), name, labels, annotations };
      await ctx.create(Endpoints, { metadata, subsets });
    }
  } catch (error) {
    if (isNamespaceTerminating(error) || (isNotFound(error) && current)) return undefined;
    const message = error instanceof Error ? error.message : String(error);
    const what = current ? "update" : "create";
    const reason = current ? "FailedToUpdateEndpoint" : "FailedToCreateEndpoint";
    const text = `Failed to ${what} endpoint ${namespace}/${name}: ${message}`;
    ctx.event("Warning", reason, text);
    throw error;
  }
  return undefined;
}
