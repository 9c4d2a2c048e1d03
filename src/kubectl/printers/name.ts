import { splitGroupVersion } from "../objects.ts";
import type { KubeObject } from "../objects.ts";
import type { Printer } from "./printer.ts";

/** "deployment.apps/web created"; of a list each item has its line. Without an operation: the name. */
export function namePrinter(operation: string): Printer {
  const line = (object: KubeObject): string => {
    const { group } = splitGroupVersion(object.apiVersion);
    const kind = object.kind.toLowerCase();
    const name = `${group ? `${kind}.${group}` : kind}/${nameOf(object)}`;
    return operation ? `${name} ${operation}\n` : `${name}\n`;
  };
  return {
    print(object) {
      const { items } = object;
      return Array.isArray(items) ? (items as KubeObject[]).map(line).join("") : line(object);
    },
  };
}

/** What has no name, such as a review or a kubeconfig, still gets its line. */
function nameOf({ metadata }: { readonly metadata?: { readonly name?: string } }): string {
  return metadata?.name || "<unknown>";
}
