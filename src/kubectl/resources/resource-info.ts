import type { ApiResource } from "../discovery/api-resource.ts";
import type { KubeObject } from "../objects.ts";

/** One thing that a command acts on: an object of the server or of a file, or a whole list. */
export interface ResourceInfo {
  readonly resource: ApiResource;
  /** Undefined for cluster-scoped objects, and for lists of all namespaces. */
  readonly namespace: string | undefined;
  /** "" where it is a list. */
  readonly name: string;
  /** As the file or the server has it; the command's own to change. */
  object: KubeObject | undefined;
  /** The file's name or URL, or "STDIN". */
  readonly source: string | undefined;
}

/** "pod/web", or "deployment.apps/web": how commands tell what they did to what. */
export function shownName({ resource, name }: Pick<ResourceInfo, "resource" | "name">): string {
  const kind = resource.kind.toLowerCase();
  const group = resource.group ? `.${resource.group}` : "";
  return kind === "" ? name : `${kind}${group}/${name}`;
}
