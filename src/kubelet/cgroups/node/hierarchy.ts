import { readFileSync } from "node:fs";

/**
 * Where the kernel's cgroup trees are mounted: one for all controllers (v2), or one for each (v1).
 * Hybrid machines have v1 trees with the controllers, and a v2 tree without any.
 */
export type CgroupHierarchy =
  | { readonly version: 2; readonly root: string }
  | {
      readonly version: 1;
      /** Every tree, the named ones too: a container has a folder in each. */
      readonly roots: readonly string[];
      /** The tree of a controller. */
      readonly controllers: ReadonlyMap<string, string>;
    };

/** Reads the text of a mountinfo file; throws when no controllers can be found. */
export function parseHierarchy(mountinfo: string): CgroupHierarchy {
  const controllers = new Map<string, string>();
  const roots: string[] = [];
  let unified: string | undefined;
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const root = before.split(" ")[4] ?? "";
    const [type, , options = ""] = after.split(" ");
    if (type === "cgroup2") unified ??= root;
    if (type !== "cgroup") continue;
    roots.push(root);
    for (const option of options.split(",")) {
      if (!option.includes("=") && !controllers.has(option)) controllers.set(option, root);
    }
  }
  if (controllers.has("cpu") && controllers.has("memory")) {
    return { version: 1, roots: unified ? [...roots, unified] : roots, controllers };
  }
  if (unified !== undefined) return { version: 2, root: unified };
  throw new Error("no cgroup hierarchy with the controllers cpu and memory is mounted");
}

export function readHierarchy(): CgroupHierarchy {
  return parseHierarchy(readFileSync("/proc/self/mountinfo", "utf8"));
}
