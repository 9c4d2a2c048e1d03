import type { KindInfo } from "#schema/message.ts";

export const keyRoot = "/registry/";

/** `/registry/pods/` of the core group, `/registry/apps/deployments/` of others. */
export function resourcePrefix({ group, resource }: KindInfo): string {
  return group ? `${keyRoot}${group}/${resource}/` : `${keyRoot}${resource}/`;
}

/** Where one object lies, or, without a name, where those of a namespace do. */
export function keyOf(info: KindInfo, namespace: string, name: string): string {
  return `${listPrefix(info, namespace)}${name}`;
}

export function listPrefix(info: KindInfo, namespace: string): string {
  const prefix = resourcePrefix(info);
  return info.namespaced && namespace ? `${prefix}${namespace}/` : prefix;
}
