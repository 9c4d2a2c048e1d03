import type { Draft } from "#schema/message.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateEndpointSlice, validateEndpointSliceUpdate } from "./validation.ts";

const shownMax = 3;

export const endpointSlices: ResourceDefinition = defineResource<EndpointSlice>({
  type: EndpointSlice,
  columns: [
    nameColumn(),
    column("AddressType", (slice) => slice.addressType),
    column("Ports", (slice) =>
      shorten(
        (slice.ports ?? []).map(({ port, name }) =>
          port === undefined ? name || "*" : String(port),
        ),
      ),
    ),
    column("Endpoints", (slice) =>
      shorten((slice.endpoints ?? []).flatMap(({ addresses }) => addresses)),
    ),
    ageColumn(),
  ],
  // Slices count their changes, although they have no spec.
  hasGeneration: true,
  applyDefaults(slice: Draft<EndpointSlice>) {
    for (const port of slice.ports ?? []) port.name ??= "";
    for (const endpoint of slice.endpoints ?? []) endpoint.conditions ??= {};
  },
  prepareForCreate(slice) {
    // A field of the older version: new objects do not carry it on.
    for (const endpoint of slice.endpoints ?? []) delete endpoint.deprecatedTopology;
  },
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
});

function shorten(items: readonly string[]): string {
  if (!items.length) return "<unset>";
  const text = items.slice(0, shownMax).join(",");
  return items.length > shownMax ? `${text} + ${items.length - shownMax} more...` : text;
}
