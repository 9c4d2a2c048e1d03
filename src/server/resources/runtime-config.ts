import type { KindInfo } from "#schema/message.ts";

type GroupVersion = Pick<KindInfo, "group" | "version">;

/** Which versions are served; what nobody decides is served if it is stable. */
export interface RuntimeConfig {
  serves(info: Pick<KindInfo, "group" | "version" | "resource">): boolean;
}

export class RuntimeConfigError extends Error {
  override name = "RuntimeConfigError";
}

/**
 * Reads `--runtime-config`: "api/beta=true,storage.k8s.io/v1beta1=false,/v1/nodes=false". The more
 * a key says, the more it counts: a resource more than its version, a version more than `api/…`.
 * Throws a `RuntimeConfigError` in upstream's words for what is no decision, and for groups and
 * versions that are not among those `known`.
 */
export function parseRuntimeConfig(text: string, known: readonly GroupVersion[]): RuntimeConfig {
  const values = readPairs(text);
  checkKeys(values, known);
  const classes = new Map<string, boolean>();
  for (const key of classKeys) {
    const value = values.get(key);
    if (value === undefined) continue;
    if (value !== "true" && value !== "false") fail(`invalid value ${key}=${value}`);
    classes.set(key, value === "true");
  }
  const decisions = readDecisions(values, known);
  return {
    serves({ group, resource = "", version }) {
      const groupVersion = `${group}/${version}`;
      const stability = /alpha|beta/.exec(version)?.[0] ?? "ga";
      return (
        decisions.get(`${groupVersion}/${resource}`) ??
        decisions.get(groupVersion) ??
        classes.get(`api/${stability}`) ??
        classes.get("api/all") ??
        stability === "ga"
      );
    },
  };
}

const classKeys: readonly string[] = ["api/all", "api/ga", "api/beta", "api/alpha"];

function readPairs(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of text.split(",").filter(Boolean)) {
    const [, key = "", value = ""] = /^([^=]*)(?:=(.*))?$/s.exec(pair) ?? [];
    const name = key.trim();
    // Older names of the core group's only version, whatever they say of its resources.
    const isCore = /^(api\/)?v1(\/|$)/.test(name);
    if (name !== "api/legacy") values.set(isCore ? "/v1" : name, value.trim());
  }
  return values;
}

/** Without these there is nothing to serve, or nobody to decide who is served first. */
const neverOff: readonly string[] = ["flowcontrol.apiserver.k8s.io/v1", "api/ga", "api/all"];

function checkKeys(values: ReadonlyMap<string, string>, known: readonly GroupVersion[]): void {
  const problems: string[] = [];
  const off = neverOff.find((key) => values.get(key) === "false");
  if (off !== undefined) {
    problems.push(
      `--runtime-config=${off}=false conflicts with --enable-priority-and-fairness=true`,
    );
  }
  if (values.size === 1 && values.get("api/all") === "false") {
    problems.push("invalid runtime-config with only api/all=false");
  }
  const keys = [...values.keys()].filter((key) => !classKeys.includes(key));
  const malformed = keys.find((key) => ![2, 3].includes(key.split("/").length));
  if (malformed === undefined) {
    const groups = new Set([...known, ...retired].map(({ group }) => group));
    const unknown = keys.map(parseKey).filter(({ group }) => !groups.has(group));
    const names = new Set(unknown.map(({ group, version }) => `${group}/${version}`));
    if (names.size) problems.push(`unknown api groups ${[...names].sort().join(",")}`);
  } else problems.push(`runtime-config invalid key ${malformed}`);
  const [first, ...others] = problems;
  if (first !== undefined) fail(others.length ? `[${problems.join(", ")}]` : first);
}

/** By "group/version" and "group/version/resource"; the core group's name is empty. */
function readDecisions(
  values: ReadonlyMap<string, string>,
  known: readonly GroupVersion[],
): ReadonlyMap<string, boolean> {
  const versions = new Set(
    [...known, ...retired].map(({ group, version }) => `${group}/${version}`),
  );
  const decisions = new Map<string, boolean>();
  for (const [key, value] of values) {
    if (classKeys.includes(key)) continue;
    const { group, resource, version } = parseKey(key);
    if (!versions.has(`${group}/${version}`)) {
      fail(`group version ${group ? `${group}/` : ""}${version} that has not been registered`);
    }
    decisions.set(key, parseFlag(key, value));
    if (resource !== undefined && resource !== resource.toLowerCase()) {
      const rule = "group/version/resource and resource is always lowercase plural";
      fail(`invalid key ${key}: ${rule}, not ${JSON.stringify(resource)}`);
    }
  }
  return decisions;
}

function parseKey(key: string): { group: string; version: string; resource: string | undefined } {
  const [group = "", version = "", resource] = key.split("/");
  return { group, version, resource };
}

function parseFlag(key: string, value: string): boolean {
  if (["", "1", "t", "T", "TRUE", "true", "True"].includes(value)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(value)) return false;
  const problem = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
  return fail(`invalid value of ${key}: ${value}, err: ${problem}`);
}

function fail(message: string): never {
  throw new RuntimeConfigError(message);
}

/** Versions that upstream knows and no longer serves: to ask for them is no mistake. */
const retired: readonly GroupVersion[] = [
  ["admission.k8s.io", "v1", "v1beta1"],
  ["apiextensions.k8s.io", "v1beta1"],
  ["apiregistration.k8s.io", "v1beta1"],
  ["apps", "v1beta1", "v1beta2"],
  ["authentication.k8s.io", "v1alpha1", "v1beta1"],
  ["authorization.k8s.io", "v1beta1"],
  ["batch", "v1beta1"],
  ["discovery.k8s.io", "v1beta1"],
  ["events.k8s.io", "v1beta1"],
  ["extensions", "v1beta1"],
  ["flowcontrol.apiserver.k8s.io", "v1beta1", "v1beta2", "v1beta3"],
  ["imagepolicy.k8s.io", "v1alpha1"],
  ["node.k8s.io", "v1alpha1", "v1beta1"],
  ["policy", "v1beta1"],
  ["rbac.authorization.k8s.io", "v1alpha1", "v1beta1"],
  ["scheduling.k8s.io", "v1beta1"],
  ["storage.k8s.io", "v1alpha1"],
].flatMap(([group = "", ...versions]) => versions.map((version) => ({ group, version })));
