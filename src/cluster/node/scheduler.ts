import { readFile } from "node:fs/promises";
import { parseDuration } from "#base/duration.ts";
import type { ExtenderPost } from "#scheduler/extender.ts";
import { pluginsFor } from "#scheduler/plugins/default-plugins.ts";
import type { RunSchedulerOptions } from "#scheduler/run.ts";
import { readConfiguration } from "#scheduler/settings/configuration.ts";
import type { SchedulerConfiguration } from "#scheduler/settings/configuration.ts";
import type { ClusterConfig } from "../config.ts";
import type { SchedulerFlags } from "./scheduler-flags.ts";

/** What the flag says, and else the profile. Throws for a file that cannot be meant. */
export async function readScheduler(
  profile: ClusterConfig["scheduler"],
  flags: SchedulerFlags,
): Promise<Pick<RunSchedulerOptions, "configuration" | "extenderPost">> {
  const path = flags["scheduler-config"] ?? profile?.configurationFile;
  if (path === undefined) return {};
  const configuration = readConfiguration(await readFile(path, "utf8"));
  // Whoever starts a server hears at once of plugins that there are none of.
  configuration.profiles(pluginsFor);
  refuseCertificates(configuration);
  return { configuration, extenderPost };
}

/** Extenders are asked over plain HTTP, or HTTPS that the system's authorities vouch for. */
function refuseCertificates({ extenders }: SchedulerConfiguration): void {
  const index = extenders.findIndex(({ tlsConfig }) => tlsConfig);
  if (index < 0) return;
  throw new Error(
    `extenders[${index}].tlsConfig is not supported yet: certificates of its own cannot be given to an extender`,
  );
}

const timeoutMsDefault = 5000;

const extenderPost: ExtenderPost = async (url, body, { httpTimeout }) => {
  const timeoutMs = (parseDuration(httpTimeout ?? "") ?? 0) / 1e6 || timeoutMsDefault;
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: "POST", headers, body, signal });
  return { status: response.status, body: await response.text() };
};
