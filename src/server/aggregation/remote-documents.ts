import type { APIServiceSpec } from "#api/apiregistration/v1.ts";
import type { Bytes } from "#base/bytes.ts";
import { withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { ServiceResolver } from "../webhook/caller.ts";
import type { ForeignVersion } from "../discovery/groups.ts";
import type { UserInfo } from "../pipeline/request.ts";
import { aggregatorUser } from "./availability.ts";
import { identityHeaders } from "./identity-headers.ts";
import { readDiscovery } from "./remote-discovery.ts";
import type { VersionDiscovery } from "./remote-discovery.ts";
import { readOpenApi } from "./remote-openapi.ts";
import type { VersionOpenApi } from "./remote-openapi.ts";
import { locate, readBytes } from "./remote.ts";
import type { RemoteServers } from "./remote.ts";

export interface RemoteAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Bytes;
}

/** A GET of a path, on the server's own account. Rejects where nobody answers in time. */
export type RemoteQuestion = (path: string, accept: string) => Promise<RemoteAnswer>;

/** As whom the documents of OpenAPI are read, which everybody may who is somebody. */
const openApiUser: UserInfo = { name: "system:aggregator", groups: [] };

/** What is known of the server behind one APIService. */
export interface RemoteDocuments {
  /** Missing before the server was asked for the first time. */
  readonly discovery?: VersionDiscovery;
  readonly openApi?: VersionOpenApi;
}

const discoveryTimeoutMs = 5000;
/** These documents may be large, and are not waited for by anybody. */
const openApiTimeoutMs = 60_000;

export interface RemoteAccess {
  readonly servers: RemoteServers;
  readonly resolve: ServiceResolver;
  readonly clock: Clock;
}

/** Asks the server behind an APIService for what it says of itself. */
export async function readDocuments(
  spec: APIServiceSpec,
  access: RemoteAccess,
  before: RemoteDocuments,
  signal: AbortSignal,
): Promise<RemoteDocuments> {
  const { group = "", version = "" } = spec;
  const question =
    (user: UserInfo, timeoutMs: number): RemoteQuestion =>
    (path, accept) =>
      ask(spec, access, { path, accept, user, timeoutMs }, signal);
  const [discovery, openApi] = await Promise.allSettled([
    readDiscovery({ group, version }, question(aggregatorUser, discoveryTimeoutMs)),
    readOpenApi({ group, version }, question(openApiUser, openApiTimeoutMs)),
  ]);
  const known = openApi.status === "fulfilled" ? openApi.value : before.openApi;
  return {
    discovery:
      discovery.status === "fulfilled"
        ? { ...discovery.value, freshness: "Current" }
        : stale(version),
    ...(known && { openApi: known }),
  };
}

/** Of a server that did not answer: there is the version, but nobody says what is in it. */
export const stale = (version: string): VersionDiscovery => ({ version, freshness: "Stale" });

/** The version in the form in which discovery wants it. */
export function foreignVersion(
  { group = "", version = "", groupPriorityMinimum, versionPriority }: APIServiceSpec,
  { discovery }: RemoteDocuments,
): ForeignVersion {
  return {
    group,
    version,
    groupPriority: groupPriorityMinimum,
    versionPriority,
    ...(discovery && { aggregated: discovery }),
  };
}

async function ask(
  spec: APIServiceSpec,
  { servers, resolve, clock }: RemoteAccess,
  asked: { path: string; accept: string; user: UserInfo; timeoutMs: number },
  signal: AbortSignal,
): Promise<RemoteAnswer> {
  const { path, accept, user, timeoutMs } = asked;
  return withTimeout(clock, timeoutMs, signal, async (linked) => {
    const server = await locate(spec, resolve);
    const headers = { accept, ...identityHeaders(user) };
    const request = { method: "GET", path, query: new URLSearchParams(), headers };
    const answer = await servers.fetch(server, request, linked);
    const contentType = answer.headers["content-type"] ?? "";
    return { status: answer.status, contentType, bytes: await readBytes(answer) };
  });
}
