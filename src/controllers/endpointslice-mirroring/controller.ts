import { Endpoints, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { controllerReference } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController, indexBy, watch } from "#component/controller.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import { planSlices } from "../endpointslice/plan.ts";
import type { Group } from "../endpointslice/plan.ts";
import { addressesMax, isMarked, isMirrored, marksOf, mirroredName, mirrorOf } from "./plan.ts";

/** Keeps slices of endpoints that somebody writes himself, for Services without a selector. */
export const endpointSliceMirroringController = defineController({
  name: "endpointslice-mirroring-controller",
  for: Endpoints,
  watches: [
    watch(Service, ({ metadata }) => [metadata]),
    watch(EndpointSlice, (slice) => {
      const name = mirroredName(slice);
      return name === undefined ? [] : [{ namespace: slice.metadata.namespace, name }];
    }),
  ],
  indexes: [
    indexBy(EndpointSlice, "mirrored", (slice) => {
      const name = mirroredName(slice);
      return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
    }),
  ],

  async reconcileKey({ namespace, name }, ctx) {
    const endpoints = ctx.object;
    const existing = ctx
      .byIndex(EndpointSlice, "mirrored", `${namespace}/${name}`)
      .filter(({ metadata }) => !metadata.deletionTimestamp);
    const service = ctx.get(Service, { namespace, name });
    if (!endpoints || !isMirrored(endpoints, service)) {
      for (const slice of existing) await ctx.delete(EndpointSlice, slice);
      return;
    }
    const { groups, invalid, skipped } = mirrorOf(endpoints);
    if (invalid > 0) {
      const text = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
      ctx.event("Warning", "InvalidIPAddress", text);
    }
    if (skipped > invalid) {
      const text =
        `A max of ${addressesMax} addresses can be mirrored to EndpointSlices per Endpoints ` +
        `subset. ${skipped} addresses were skipped`;
      ctx.event("Warning", "TooManyAddressesToMirror", text);
    }
    const failure = await attempt(() => act(endpoints, groups, existing, ctx));
    if (failure && !isNamespaceTerminating(failure)) throw failure;
  },
});

async function act(
  endpoints: Endpoints,
  groups: readonly Group[],
  existing: readonly EndpointSlice[],
  ctx: ReconcileContext<Endpoints>,
): Promise<void> {
  const isCurrent = (slice: EndpointSlice) => isMarked(slice, endpoints);
  const plan = planSlices(groups, existing, isCurrent, addressesMax);
  const { name, deletionTimestamp } = endpoints.metadata;
  const ownerReferences = [controllerReference(endpoints)];
  const marks = { ...marksOf(endpoints), ownerReferences };
  const content = (group: Group) => ({ ports: [...group.ports], endpoints: [...group.endpoints] });
  for (const group of deletionTimestamp ? [] : plan.create) {
    await ctx.create(EndpointSlice, {
      metadata: { generateName: `${name}-`, ...marks },
      addressType: group.addressType,
      ...content(group),
    });
  }
  for (const { slice, group } of plan.update) {
    const metadata = { ...slice.metadata, ...marks };
    await ctx.update(EndpointSlice, { ...slice, metadata, ...content(group) });
  }
  for (const slice of plan.remove) await ctx.delete(EndpointSlice, slice);
}
