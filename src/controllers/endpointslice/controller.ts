import { Node, Pod, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { attempt, defineController, indexBy, watch } from "#component/controller.ts";
import { podsOf, servicesOf, triggerTime } from "../common/services.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import { groupsOf, labelsOf, planSlices } from "./plan.ts";
import type { Group } from "./plan.ts";

const triggerAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";
const managedBy = "endpointslice.kubernetes.io/managed-by";

/** Keeps the addresses behind each Service, in slices that a node's proxy reads. */
export const endpointSliceController = defineController({
  name: "endpointslice-controller",
  eventSource: "endpoint-slice-controller",
  for: Service,
  owns: [EndpointSlice],
  watches: [watch(Pod, servicesOf)],
  reads: [Node],
  indexes: [
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
    const pods = podsOf(service, ctx.list(Pod, namespace ?? ""));
    const groups = groupsOf(service, pods, (node) => ctx.get(Node, { name: node }));
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
