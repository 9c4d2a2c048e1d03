import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { AdmissionOptions } from "#server/admission/default.ts";
import { readAdmissionConfiguration } from "#server/admission/node/configuration-file.ts";
import type { ClusterConfig } from "../config.ts";

/** Which admission plugins run, and how, under upstream's names. */
export const admissionFlags = {
  "admission-control-config-file": {
    type: "string",
    usage: "file with an AdmissionConfiguration: what plugins are told",
  },
  "disable-admission-plugins": {
    type: "list",
    usage: "admission plugins that do not run, though they do by default",
  },
  "enable-admission-plugins": {
    type: "list",
    usage: "admission plugins that run besides those that do by default",
  },
} as const satisfies FlagSpecs;

export type AdmissionFlags = Partial<FlagValues<typeof admissionFlags>>;

/** What the flags say, and else the profile. Throws for a file that cannot be meant. */
export async function readAdmission(
  profile: ClusterConfig["admission"],
  flags: AdmissionFlags,
): Promise<AdmissionOptions> {
  const {
    "admission-control-config-file": path = profile?.configurationFile,
    "disable-admission-plugins": disable = [],
    "enable-admission-plugins": enable = [],
  } = flags;
  return {
    enable: enable.length > 0 ? enable : (profile?.enable ?? []),
    disable: disable.length > 0 ? disable : (profile?.disable ?? []),
    ...(path !== undefined && { configuration: await readAdmissionConfiguration(path) }),
  };
}
