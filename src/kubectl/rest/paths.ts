import type { ApiResource } from "../discovery/api-resource.ts";

export interface ObjectPath {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Where the API keeps objects of a resource. Without a namespace: all of them. */
export function resourcePath(
  resource: Pick<ApiResource, "group" | "version" | "resource" | "namespaced">,
  at: ObjectPath = {},
): string {
  const { group, version } = resource;
  return [
    group ? `/apis/${group}/${version}` : `/api/${version}`,
    ...(resource.namespaced && at.namespace ? ["namespaces", at.namespace] : []),
    resource.resource,
    ...(at.name ? [at.name] : []),
    ...(at.subresource ? [at.subresource] : []),
  ].join("/");
}
