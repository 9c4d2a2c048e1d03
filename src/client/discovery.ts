import { builtInKinds } from "#api/registry.ts";
import type { APIGroupList, APIResourceList } from "#api/meta/v1.ts";
import type { KindInfo } from "#schema/message.ts";
import { text } from "#base/bytes.ts";
import type { Resource } from "./client.ts";
import type { ApiObject } from "./object.ts";
import type { ApiResponse, Transport } from "./transport.ts";

/** A resource as the server lists it, with what it can do. */
export interface ServedResource {
  readonly resource: Resource<ApiObject>;
  readonly verbs: readonly string[];
}

/** What the server serves right now, in the preferred version of each group. */
export interface Discovery {
  readonly resources: readonly ServedResource[];
  /** Groups that could not be asked (an aggregated API that is down), by name: why. */
  readonly failures: ReadonlyMap<string, string>;
}

export async function discover(transport: Transport, signal?: AbortSignal): Promise<Discovery> {
  const groups = await fetchJson<APIGroupList>(transport, "/apis", signal);
  const versions = groups.groups.map(
    ({ name, preferredVersion, versions }) =>
      preferredVersion?.groupVersion ?? versions[0]?.groupVersion ?? name,
  );
  const resources: ServedResource[] = [];
  const failures = new Map<string, string>();
  for (const version of ["v1", ...versions]) {
    const path = version === "v1" ? "/api/v1" : `/apis/${version}`;
    try {
      const list = await fetchJson<APIResourceList>(transport, path, signal);
      for (const entry of list.resources) {
        // "pods/status" is another view of pods.
        if (entry.name.includes("/")) continue;
        const [group = "", only = ""] = version === "v1" ? ["", "v1"] : version.split("/");
        const { kind, name, namespaced, verbs } = entry;
        const info = { group, version: only, kind, resource: name, namespaced };
        resources.push({ resource: resourceOf(info), verbs });
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      failures.set(version, error instanceof Error ? error.message : String(error));
    }
  }
  return { resources, failures };
}

/** The built-in type of a kind; for any other one, a type whose fields nobody knows. */
export function resourceOf(info: KindInfo): Resource<ApiObject> {
  const version = info.group ? `${info.group}/${info.version}` : info.version;
  const builtIn = builtInKinds.byKind(version, info.kind);
  // Every kind that has a resource is an object with metadata.
  if (builtIn) return builtIn as Resource<ApiObject>;
  abstract class Unknown {
    static readonly schemaName = `${version}.${info.kind}`;
    static readonly fields = {};
    static readonly info = info;
  }
  return Unknown as unknown as Resource<ApiObject>;
}

async function fetchJson<T>(transport: Transport, path: string, signal?: AbortSignal): Promise<T> {
  const response: ApiResponse = await transport.send(
    {
      method: "GET",
      path,
      query: new URLSearchParams(),
      headers: { accept: "application/json" },
      body: { kind: "none" },
    },
    signal,
  );
  const { body } = response;
  if (response.status === 200 && body.kind === "object") return body.object as T;
  if (response.status === 200 && body.kind === "bytes") return JSON.parse(text(body.bytes)) as T;
  throw new Error(`discovery of ${path} was answered with status ${response.status}`);
}
