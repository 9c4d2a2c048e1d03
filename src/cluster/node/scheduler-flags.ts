import type { FlagSpecs, FlagValues } from "#base/flags.ts";

/** As kube-scheduler's `--config`, which has no server around it. */
export const schedulerFlags = {
  "scheduler-config": {
    type: "string",
    usage: "file with a KubeSchedulerConfiguration: profiles, plugins and extenders",
  },
} as const satisfies FlagSpecs;

export type SchedulerFlags = Partial<FlagValues<typeof schedulerFlags>>;
