/** API groups without a dot. All others have one, and resources of the core group never do. */
const groupsWithoutDot = new Set(["apps", "autoscaling", "batch", "extensions", "policy"]);

/**
 * The prefix of a key's resource: `<root>pods/` of the core group, `<root>apps/deployments/` of
 * others. Undefined when the key, or prefix, does not lie within one resource.
 */
export function resourcePrefixOf(key: string, root: string): string | undefined {
  if (!key.startsWith(root)) return undefined;
  const first = key.indexOf("/", root.length);
  if (first < 0) return undefined;
  const group = key.slice(root.length, first);
  if (!group.includes(".") && !groupsWithoutDot.has(group)) return key.slice(0, first + 1);
  const second = key.indexOf("/", first + 1);
  return second < 0 ? undefined : key.slice(0, second + 1);
}
