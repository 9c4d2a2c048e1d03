import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { Plugin } from "../framework.ts";
import { defaultArguments } from "../profile/arguments.ts";
import type { PluginArguments, ResourceSpec, ScoringStrategy } from "../profile/arguments.ts";
import { isFilter, isScore } from "../profile/profile.ts";
import type { Profile } from "../profile/profile.ts";
import { ConfigurationError } from "./error.ts";
import type { GivenArguments, GivenPluginSet, GivenProfile, Point } from "./messages.ts";
import { validateFitArguments } from "./validation.ts";

/** Upstream's default set. Weights stand with the plugins. */
const defaultNames = [
  "SchedulingGates",
  "PrioritySort",
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeRestrictions",
  "NodeVolumeLimits",
  "VolumeBinding",
  "VolumeZone",
  "PodTopologySpread",
  "InterPodAffinity",
  "DynamicResources",
  "DefaultPreemption",
  "NodeResourcesBalancedAllocation",
  "ImageLocality",
  "DefaultBinder",
];

interface Entry {
  readonly name: string;
  readonly weight?: number | undefined;
}

/** What is a part of the scheduler itself, and still may be turned off by its name. */
const builtIn: Readonly<Record<string, readonly Point[]>> = {
  // Points at which upstream's plugins prepare what ours need not.
  NodeAffinity: ["preScore"],
  NodePorts: ["preFilter"],
  NodeResourcesBalancedAllocation: ["preScore"],
  NodeResourcesFit: ["preFilter", "preScore"],
  TaintToleration: ["preScore"],
  PrioritySort: ["queueSort"],
  DefaultPreemption: ["postFilter"],
  DefaultBinder: ["bind"],
};

/** Makes the profile that a configuration describes, as changes of the default one. */
export function profileFrom(
  given: GivenProfile,
  args: GivenArguments,
  options: {
    readonly pluginsFor: (args: PluginArguments) => readonly Plugin[];
    readonly percentageOfNodesToScore: number;
    /** Extended resources that an extender counts. */
    readonly ignoredResources: readonly string[];
  },
): Profile {
  const schedulerName = given.schedulerName ?? "";
  const fail = (why: string) =>
    new ConfigurationError(
      `initializing profiles: creating profile for scheduler name ${schedulerName}: ${why}`,
    );
  const complete = completeArguments(args, options.ignoredResources);
  const [wrong] = validateFitArguments(complete.NodeResourcesFit);
  if (wrong) throw fail(`initializing plugin "NodeResourcesFit": ${fieldErrorText(wrong)}`);

  const plugins = new Map(options.pluginsFor(complete).map((plugin) => [plugin.name, plugin]));
  const known = (name: string) => plugins.has(name) || defaultNames.includes(name);
  const defaults = { enabled: defaultNames.map((name) => ({ name })) };
  const multi = merge(defaults, given.plugins?.multiPoint ?? {});
  const at = (point: Point): readonly Entry[] => {
    const set = given.plugins?.[point] ?? {};
    const type = `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
    for (const { name } of [...(set.enabled ?? []), ...multi]) {
      if (!known(name)) throw fail(`${type} "${name}" does not exist`);
    }
    for (const { name } of set.enabled ?? []) {
      if (plugins.has(name) && !extendsPoint(plugins, name, point)) {
        throw fail(`plugin "${name}" does not extend ${type} plugin`);
      }
    }
    const repeated = duplicateOf(set.enabled ?? []) ?? duplicateOf(multi);
    if (repeated) throw fail(`plugin "${repeated}" already registered as "${type}"`);
    return expand(
      set,
      multi.filter(({ name }) => extendsPoint(plugins, name, point)),
    );
  };
  if (at("queueSort").length !== 1) {
    throw fail(
      `only one queue sort plugin required for profile with scheduler name "${schedulerName}", ` +
        `but got ${at("queueSort").length}`,
    );
  }
  if (at("bind").length === 0) {
    throw fail(
      `at least one bind plugin is needed for profile with scheduler name "${schedulerName}"`,
    );
  }
  const present = (point: Point) => at(point).flatMap(({ name }) => plugins.get(name) ?? []);
  const score = at("score").flatMap(({ name, weight }) => {
    const plugin = plugins.get(name);
    const inMulti = multi.find((entry) => entry.name === name)?.weight;
    return plugin ? [{ plugin, weight: weight || inMulti || plugin.weight || 1 }] : [];
  });
  const evicts = at("postFilter").some(({ name }) => name === "DefaultPreemption");
  const parts = {
    preEnqueue: present("preEnqueue"),
    preFilter: present("preFilter"),
    filter: present("filter"),
    score,
    reserve: present("reserve"),
    preBind: present("preBind"),
  };
  const { preEnqueue, preFilter, filter, reserve, preBind } = parts;
  const used = [...preEnqueue, ...preFilter, ...filter, ...reserve, ...preBind];
  return {
    schedulerName,
    ...parts,
    plugins: [...new Set([...used, ...score.map(({ plugin }) => plugin)])],
    ...(evicts && { preemption: complete.DefaultPreemption }),
    percentageOfNodesToScore: given.percentageOfNodesToScore ?? options.percentageOfNodesToScore,
  };
}

/** The changes of one set applied to the default one, which keeps its order. */
function merge(
  defaults: { readonly enabled: readonly Entry[] },
  given: GivenPluginSet,
): readonly Entry[] {
  const disabled = new Set((given.disabled ?? []).map(({ name }) => name));
  const enabled: readonly Entry[] = given.enabled ?? [];
  const kept = disabled.has("*") ? [] : defaults.enabled.filter(({ name }) => !disabled.has(name));
  const replaced = kept.map((entry) => enabled.find(({ name }) => name === entry.name) ?? entry);
  return [...replaced, ...enabled.filter((entry) => !replaced.includes(entry))];
}

/** Those that a point names itself go first where they replace others, and last where not. */
function expand(set: GivenPluginSet, multi: readonly Entry[]): readonly Entry[] {
  const own: readonly Entry[] = set.enabled ?? [];
  const disabled = new Set((set.disabled ?? []).map(({ name }) => name));
  if (disabled.has("*")) return own;
  const isOwn = (name: string) => own.some((entry) => entry.name === name);
  const inherited = multi.filter(({ name }) => !disabled.has(name));
  const overrides = own.filter(({ name }) => inherited.some((entry) => entry.name === name));
  return [
    ...overrides,
    ...inherited.filter(({ name }) => !isOwn(name)),
    ...own.filter((entry) => !overrides.includes(entry)),
  ];
}

function duplicateOf(entries: readonly Entry[]): string | undefined {
  const seen = new Set<string>();
  return entries.find(({ name }) => seen.size === seen.add(name).size)?.name;
}

function extendsPoint(plugins: ReadonlyMap<string, Plugin>, name: string, point: Point): boolean {
  if (builtIn[name]?.includes(point)) return true;
  const plugin = plugins.get(name);
  if (!plugin) return false;
  switch (point) {
    case "preEnqueue":
      return plugin.preEnqueue !== undefined;
    case "preFilter":
      return plugin.preFilter !== undefined || plugin.prepareFilter !== undefined;
    case "filter":
      return isFilter(plugin);
    case "preScore":
      return plugin.prepareScore !== undefined;
    case "score":
      return isScore(plugin);
    case "reserve":
      return plugin.reserve !== undefined;
    case "preBind":
      return plugin.preBind !== undefined;
    default:
      return false;
  }
}

function completeArguments(
  given: GivenArguments,
  ignoredResources: readonly string[],
): PluginArguments {
  const weighted = (resources: readonly { name: string; weight?: number | undefined }[]) =>
    resources.map(({ name, weight }): ResourceSpec => ({ name, weight: weight || 1 }));
  const fit = given.NodeResourcesFit ?? {};
  const usual = defaultArguments.NodeResourcesFit.scoringStrategy;
  const {
    type = fit.scoringStrategy ? "" : usual.type,
    resources = [],
    ...strategy
  } = fit.scoringStrategy ?? {};
  const ratio = strategy.requestedToCapacityRatio;
  const balanced = given.NodeResourcesBalancedAllocation?.resources ?? [];
  const affinity = given.InterPodAffinity ?? {};
  const spread = given.PodTopologySpread ?? {};
  const preemption = given.DefaultPreemption ?? {};
  const { addedAffinity } = given.NodeAffinity ?? {};
  const defaults = defaultArguments;
  return {
    NodeResourcesFit: {
      ignoredResources: [...(fit.ignoredResources ?? []), ...ignoredResources],
      ignoredResourceGroups: fit.ignoredResourceGroups ?? [],
      scoringStrategy: {
        // Checked before any pod is ranked by it.
        type: type as ScoringStrategy["type"],
        resources: resources.length > 0 ? weighted(resources) : usual.resources,
        ...(ratio && { requestedToCapacityRatio: { shape: ratio.shape ?? [] } }),
      },
    },
    NodeResourcesBalancedAllocation: {
      resources:
        balanced.length > 0
          ? weighted(balanced)
          : defaults.NodeResourcesBalancedAllocation.resources,
    },
    InterPodAffinity: {
      hardPodAffinityWeight: affinity.hardPodAffinityWeight ?? 1,
      ignorePreferredTermsOfExistingPods: affinity.ignorePreferredTermsOfExistingPods ?? false,
    },
    NodeAffinity: { ...(addedAffinity && { addedAffinity }) },
    PodTopologySpread: {
      defaultConstraints: spread.defaultConstraints ?? [],
      defaultingType: spread.defaultingType === "List" ? "List" : "System",
    },
    DefaultPreemption: { ...defaults.DefaultPreemption, ...withoutTypeMeta(preemption) },
  };
}

function withoutTypeMeta({
  minCandidateNodesPercentage,
  minCandidateNodesAbsolute,
}: NonNullable<GivenArguments["DefaultPreemption"]>) {
  return {
    ...(minCandidateNodesPercentage !== undefined && { minCandidateNodesPercentage }),
    ...(minCandidateNodesAbsolute !== undefined && { minCandidateNodesAbsolute }),
  };
}
