import type { Plugin } from "../framework.ts";
import { defaultArguments } from "./arguments.ts";
import type { DefaultPreemptionArgs } from "./arguments.ts";

/** How the pods that name a scheduler are scheduled: which plugins run where, in which order. */
export interface Profile {
  readonly schedulerName: string;
  /** Every plugin that is enabled anywhere. */
  readonly plugins: readonly Plugin[];
  readonly preEnqueue: readonly Plugin[];
  readonly preFilter: readonly Plugin[];
  readonly filter: readonly Plugin[];
  readonly score: readonly { readonly plugin: Plugin; readonly weight: number }[];
  readonly reserve: readonly Plugin[];
  readonly preBind: readonly Plugin[];
  /** Missing where pods of this profile evict nobody. */
  readonly preemption?: DefaultPreemptionArgs;
  /** 0 means as many as the size of the cluster makes sensible. */
  readonly percentageOfNodesToScore: number;
}

/** A profile with every plugin at all of its extension points, and with its own weight. */
export function profileOf(
  plugins: readonly Plugin[],
  schedulerName = "default-scheduler",
): Profile {
  return {
    schedulerName,
    plugins,
    preEnqueue: plugins.filter((plugin) => plugin.preEnqueue !== undefined),
    preFilter: plugins.filter((plugin) => plugin.preFilter !== undefined),
    filter: plugins.filter(isFilter),
    score: plugins.filter(isScore).map((plugin) => ({ plugin, weight: plugin.weight ?? 1 })),
    reserve: plugins.filter((plugin) => plugin.reserve !== undefined),
    preBind: plugins.filter((plugin) => plugin.preBind !== undefined),
    preemption: defaultArguments.DefaultPreemption,
    percentageOfNodesToScore: 0,
  };
}

export function isFilter(plugin: Plugin): boolean {
  return plugin.filter !== undefined || plugin.prepareFilter !== undefined;
}

export function isScore(plugin: Plugin): boolean {
  return plugin.score !== undefined || plugin.prepareScore !== undefined;
}
