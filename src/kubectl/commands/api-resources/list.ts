import type { ApiResource } from "../../discovery/api-resource.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import type { Served } from "../../discovery/discovery.ts";

/** What `api-resources --verbs=get -o name` prints. */
export function readableTypes(served: Served): string[] {
  const readable = preferred(served).filter(({ verbs }) => verbs.includes("get"));
  return sortedBy(readable, "").map(qualifiedName);
}

/** Each resource once: in the preferred version, or the first one that has it. */
export function preferred({ groups }: Served): ApiResource[] {
  return groups.flatMap(({ versions }) => versions[0]?.resources ?? []);
}

export function sortedBy(resources: readonly ApiResource[], order: string): ApiResource[] {
  const keyOf = (resource: ApiResource): string[] => {
    if (order === "name") return [resource.resource];
    if (order === "kind") return [resource.kind];
    return [resource.group, resource.resource];
  };
  return resources.toSorted((left, right) => compare(keyOf(left), keyOf(right)));
}

function compare(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index] ?? "";
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
