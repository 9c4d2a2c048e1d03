import { EndpointSlice } from "#api/discovery/v1.ts";
import type { DescribeContext } from "./context.ts";
import { joinHostPort } from "./go-values.ts";

/** How many addresses are shown. */
const shownMax = 3;

/** The slices of a Service. */
export async function endpointSlicesOf(
  service: { readonly name: string; readonly namespace: string | undefined },
  { client }: DescribeContext,
): Promise<readonly EndpointSlice[]> {
  const labelSelector = `kubernetes.io/service-name=${service.name}`;
  const { namespace } = service;
  return (await client.list(EndpointSlice, { namespace, labelSelector })).items;
}

/** The first addresses behind a port of a Service, and how many more there are. */
export function formatEndpoints(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return "<none>";
  const shown: string[] = [];
  let ready = 0;
  let isCut = false;
  for (const address of endpointsOf(slices, portName)) {
    // One more than fits, be it ready or not, makes kubectl say that there are more.
    if (shown.length === shownMax) isCut = true;
    if (address === undefined) continue;
    if (!isCut) shown.push(address);
    ready++;
  }
  const text = shown.join(",");
  return isCut ? `${text} + ${ready - shownMax} more...` : text;
}

/** The address of each endpoint, or undefined for one that is not ready. */
function* endpointsOf(
  slices: readonly EndpointSlice[],
  portName: string,
): Generator<string | undefined> {
  for (const { endpoints = [], ports = [] } of slices) {
    // A headless Service may have no ports at all.
    const numbers =
      ports.length === 0
        ? [undefined]
        : ports.filter(({ name = "" }) => name === portName).map(({ port = 0 }) => port);
    for (const number of numbers) {
      for (const { addresses, conditions } of endpoints) {
        const [address = ""] = addresses;
        if (conditions?.ready === false) yield undefined;
        else yield number === undefined ? address : joinHostPort(address, number);
      }
    }
  }
}
