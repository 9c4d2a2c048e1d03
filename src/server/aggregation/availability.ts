import type { APIServiceSpec, ServiceReference } from "#api/apiregistration/v1.ts";
import type { Service } from "#api/core/v1.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import { TimeoutError, withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { ServiceResolver } from "../webhook/caller.ts";
import type { Availability } from "./conditions.ts";
import { identityHeaders } from "./identity-headers.ts";
import { locate, readBytes, shownAddress } from "./remote.ts";
import type { RemoteServers } from "./remote.ts";

const passed: Availability = { status: "True", reason: "Passed", message: "all checks passed" };

/**
 * Whether a Service leads to somebody who could answer, as far as its objects say. Undefined where
 * they have nothing against it.
 */
export function backendProblem(
  { namespace = "", name = "", port }: ServiceReference,
  service: Service | undefined,
  endpointSlices: readonly EndpointSlice[],
): Availability | undefined {
  const said = `service/${name} in "${namespace}"`;
  const no = (reason: string, message: string) => ({ status: "False", reason, message }) as const;
  if (!service) return no("ServiceNotFound", `${said} is not present`);
  // Only a ClusterIP must listen on the port itself, and have its own endpoints.
  const { type, ports = [] } = service.spec;
  if (type !== "ClusterIP") return undefined;
  const servicePort = ports.find((one) => one.port === port);
  if (!servicePort) return no("ServicePortError", `${said} is not listening on port ${port}`);
  if (endpointSlices.length === 0) {
    return no("EndpointsNotFound", `cannot find endpointslices for ${said}`);
  }
  const portName = servicePort.name ?? "";
  if (!endpointSlices.some((slice) => isAnswered(slice, portName))) {
    const message = `endpointslices for ${said} have no addresses with port name "${portName}"`;
    return no("MissingEndpoints", message);
  }
  return undefined;
}

function isAnswered({ endpoints, ports = [] }: EndpointSlice, portName: string): boolean {
  return (
    (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
    ports.some(({ name, port }) => (name ?? "") === portName && port !== undefined)
  );
}

const attempts = 5;
const attemptTimeoutMs = 5000;

/** As whom the server asks others on its own account. */
export const aggregatorUser = { name: "system:kube-aggregator", groups: ["system:masters"] };

/** Asks the server for its resources, several times at once where once is not enough. */
export async function checkDiscovery(
  spec: APIServiceSpec,
  { servers, resolve, clock }: { servers: RemoteServers; resolve: ServiceResolver; clock: Clock },
  signal: AbortSignal,
): Promise<Availability> {
  const attempt = async (linked: AbortSignal) => {
    const server = await locate(spec, resolve);
    const path = `/apis/${spec.group}/${spec.version}`;
    const url = `https://${shownAddress(server)}${path}`;
    const failed = (why: string) => new Error(`failing or missing response from ${url}: ${why}`);
    const request = {
      method: "GET",
      path,
      query: new URLSearchParams(),
      headers: identityHeaders(aggregatorUser),
    };
    const ask = async (limit: AbortSignal) => {
      const answer = await servers.fetch(server, request, limit);
      await readBytes(answer);
      return answer.status;
    };
    const status = await withTimeout(clock, attemptTimeoutMs, linked, ask).catch(
      (error: unknown) => {
        throw failed(`Get "${url}": ${reasonOf(error)}`);
      },
    );
    if (status < 200 || status > 299) throw failed(`bad status from ${url}: ${status}`);
  };
  try {
    // Behind one address may be several servers, of which one that answers is enough.
    await attempt(signal).catch(() => {
      const others = Array.from({ length: attempts - 1 }, () => attempt(signal));
      return Promise.any(others);
    });
    return passed;
  } catch (error) {
    const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
    const message = last instanceof Error ? last.message : String(last);
    return { status: "False", reason: "FailedDiscoveryCheck", message };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TimeoutError) {
    return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  }
  return error instanceof Error ? error.message : String(error);
}
