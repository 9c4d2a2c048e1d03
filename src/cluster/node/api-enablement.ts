import { kinds } from "#api/kinds.ts";
import { optionalKinds } from "#api/versions.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import { parseRuntimeConfig } from "#server/resources/runtime-config.ts";

/** Which versions of the API are served, as kube-apiserver names it. */
export const apiEnablementFlags = {
  "runtime-config": {
    type: "list",
    usage:
      "versions to serve besides the stable ones, or not to serve: api/all, api/ga, api/beta or " +
      "api/alpha=true|false, GROUP/VERSION[=true|false], GROUP/VERSION/RESOURCE[=true|false]",
  },
} as const satisfies FlagSpecs;

/**
 * What `ClusterConfig` takes; undefined where no flag was given. Throws a `RuntimeConfigError` for
 * what the server would refuse, so that who starts it hears of it first.
 */
export function runtimeConfigOfFlags(
  values: Partial<FlagValues<typeof apiEnablementFlags>>,
): string | undefined {
  const text = (values["runtime-config"] ?? []).join(",");
  if (!text) return undefined;
  parseRuntimeConfig(
    text,
    [...kinds, ...optionalKinds].map(({ info }) => info),
  );
  return text;
}
