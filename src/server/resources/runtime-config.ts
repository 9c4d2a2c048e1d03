import type { KindInfo } from "#schema/message.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { ResourceDefinition } from "../registry/resource.ts";

/** Which versions are served; what nobody decides is served if it is stable. */
export interface RuntimeConfig {
  serves(info: Pick<KindInfo, "group" | "version" | "resource">): boolean;
}

export class RuntimeConfigError extends Error {
  override name = "RuntimeConfigError";
}

/**
 * Reads `--runtime-config`: "api/beta=true,storage.k8s.io/v1beta1=false,v1/nodes=false". The more
 * a key says, the more it counts: a resource more than its version, a version more than `api/…`.
 * Throws a `RuntimeConfigError` for what is no decision.
 */
export function parseRuntimeConfig(text: string): RuntimeConfig {
  const decisions = new Map<string, boolean>();
  for (const part of text.split(",").map((each) => each.trim())) {
    if (!part) continue;
    const [key = "", value = "true", ...rest] = part.split("=");
    if (rest.length || !/^(true|false|)$/.test(value)) {
      throw new RuntimeConfigError(`invalid value of runtime-config: "${part}"`);
    }
    if (key.startsWith("api/") && !["all", "ga", "beta", "alpha"].includes(key.slice(4))) {
      // "api/v1" is an older name of the core group's only version.
      if (key !== "api/v1") throw new RuntimeConfigError(`unknown runtime-config: "${key}"`);
      decisions.set("v1", value !== "false");
    } else decisions.set(key, value !== "false");
  }
  return {
    serves({ group, resource = "", version }) {
      const groupVersion = apiVersionOf({ group, version });
      const stability = /alpha|beta/.exec(version)?.[0] ?? "ga";
      return (
        decisions.get(`${groupVersion}/${resource}`) ??
        decisions.get(groupVersion) ??
        decisions.get(`api/${stability}`) ??
        decisions.get("api/all") ??
        stability === "ga"
      );
    },
  };
}

/** Throws for a group or version that the server does not have in any configuration. */
export function checkRuntimeConfig(
  text: string,
  definitions: readonly Pick<ResourceDefinition, "type">[],
): void {
  const known = new Set(definitions.map(({ type }) => apiVersionOf(type.info)));
  for (const part of text.split(",").map((each) => each.trim())) {
    const [key = ""] = part.split("=");
    if (!key || key.startsWith("api/")) continue;
    const [first = "", second] = key.split("/");
    const groupVersion = /^v\d/.test(first) || second === undefined ? first : `${first}/${second}`;
    if (!known.has(groupVersion)) {
      throw new RuntimeConfigError(`unknown api version in runtime-config: "${groupVersion}"`);
    }
  }
}
