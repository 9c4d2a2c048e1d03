import { Node, Pod, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController, indexBy, watch } from "#component/controller.ts";
import { podsOf, serviceIndexes, servicesOf, triggerTime } from "../common/services.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import { groupsOf, keyOf, labelsOf, planSlices } from "./plan.ts";
import type { Group } from "./plan.ts";
import { planZones, sharesByZone, sharesOf, zoneOf } from "./topology.ts";

const triggerAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";
const managedBy = "endpointslice.kubernetes.io/managed-by";

/** Keeps the addresses behind each Service, in slices that a node's proxy reads. */
export const endpointSliceController = defineController({
  name: "endpointslice-controller",
  eventSource: "endpoint-slice-controller",
  for: Service,
  owns: [EndpointSlice],
  watches: [
    watch(Pod, servicesOf),
    watch(Node, (node, cache, old) => {
      if (old && deepEqual(zoneOf(node), zoneOf(old))) return [];
      return cache
        .list(Service)
        .filter(sharesByZone)
        .map(({ metadata }) => metadata);
    }),
  ],
  indexes: [
    ...serviceIndexes,
    indexBy(EndpointSlice, "service", ({ metadata }) => {
      const service = metadata.labels?.["kubernetes.io/service-name"];
      const ours = metadata.labels?.[managedBy] === "endpointslice-controller.k8s.io";
      return service && ours ? [`${metadata.namespace}/${service}`] : [];
    }),
  ],

  async reconcile(service, ctx) {
    const { namespace, name } = service.metadata;
    // Slices of a Service that goes are collected as its dependents.
    if (!service.spec.selector || service.metadata.deletionTimestamp) return;
    if (service.spec.type === "ExternalName") return;
    const existing = ctx
      .byIndex(EndpointSlice, "service", `${namespace}/${name}`)
      .filter(({ metadata }) => !metadata.deletionTimestamp);
    const pods = podsOf(service, ctx);
    const groups = withZones(
      service,
      groupsOf(service, pods, (node) => ctx.get(Node, { name: node })),
      existing,
      ctx,
    );
    const labels = labelsOf(service);
    const plan = planSlices(groups, existing, ({ metadata }) => deepEqual(metadata.labels, labels));

    const last = existing
      .map(({ metadata }) => metadata.annotations?.[triggerAnnotation] ?? "")
      .sort()
      .at(-1);
    const trigger = triggerTime(service, pods, last);
    const annotations: Record<string, string> = trigger ? { [triggerAnnotation]: trigger } : {};
    const content = ({ ports, endpoints }: Group) => ({
      ports: [...ports],
      endpoints: [...endpoints],
    });
    const failure = await attempt(async () => {
      for (const group of plan.create) {
        await ctx.create(EndpointSlice, {
          metadata: { generateName: `${name}-`, labels, annotations },
          addressType: group.addressType,
          ...content(group),
        });
      }
      for (const { slice, group } of plan.update) {
        const { [triggerAnnotation]: _, ...kept } = slice.metadata.annotations ?? {};
        const metadata = { ...slice.metadata, labels, annotations: { ...kept, ...annotations } };
        await ctx.update(EndpointSlice, { ...slice, metadata, ...content(group) });
      }
      for (const slice of plan.remove) await ctx.delete(EndpointSlice, slice);
    });
    if (failure && !isNamespaceTerminating(failure)) throw failure;
  },
});

/** With the zones that endpoints are for, where the Service asks for it and it can be done. */
function withZones(
  service: Service,
  groups: readonly Group[],
  existing: readonly EndpointSlice[],
  ctx: ReconcileContext<Service>,
): readonly Group[] {
  if (!sharesByZone(service)) return groups;
  const shares = sharesOf(ctx.list(Node));
  const hinted = new Map<string, string>();
  for (const slice of existing) {
    for (const endpoint of slice.endpoints ?? []) {
      const zone = endpoint.hints?.forZones?.[0]?.name;
      if (zone) hinted.set(keyOf(endpoint), zone);
    }
  }
  return [...new Set(groups.map(({ addressType }) => addressType))].flatMap((addressType) => {
    const own = groups.filter((group) => group.addressType === addressType);
    const endpoints = own.flatMap((group) => group.endpoints);
    const plan = planZones(endpoints, shares, (endpoint) => hinted.get(keyOf(endpoint)));
    if ("problem" in plan) {
      const text = `${plan.problem}, addressType: ${addressType}`;
      ctx.event("Warning", "TopologyAwareHintsDisabled", text);
      return own;
    }
    if (hinted.size === 0) {
      const text = `Topology Aware Hints has been enabled, addressType: ${addressType}`;
      ctx.event("Normal", "TopologyAwareHintsEnabled", text);
    }
    return own.map((group) => ({
      ...group,
      endpoints: group.endpoints.map((endpoint) => {
        const zone = plan.zones.get(endpoint);
        return zone === undefined
          ? endpoint
          : { ...endpoint, hints: { forZones: [{ name: zone }] } };
      }),
    }));
  });
}
