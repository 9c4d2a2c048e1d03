import type { ServedVersion } from "../discovery/groups.ts";

/** "AppsV1", "RbacAuthorizationV1", "CoreV1": how generated clients call a group. */
export function groupName({ group, version }: Pick<ServedVersion, "group" | "version">): string {
  return clientGroup(group) + capital(version);
}

/** "Apps" */
export function clientGroup(group: string): string {
  if (group === "") return "Core";
  return group
    .replace(/\.k8s\.io$/, "")
    .split(".")
    .map(capital)
    .join("");
}

/** "apps_v1": operations are filed under it. */
export function tagOf({ group, version }: Pick<ServedVersion, "group" | "version">): string {
  const name = clientGroup(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${version}`;
}

/** "Status" of "status", "Portforward" of "portforward". */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
