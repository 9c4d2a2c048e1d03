import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { isExtendedResource } from "#machinery/pod-resources.ts";
import type { NodeResourcesFitArgs } from "../profile/arguments.ts";
import type {
  GivenArguments,
  GivenConfiguration,
  GivenExtender,
  GivenPluginSet,
  GivenProfile,
} from "./messages.ts";

/** All that is wrong with a configuration whose defaults are filled in. */
export function validateConfiguration(
  given: GivenConfiguration,
  argumentsOf: readonly GivenArguments[],
): FieldError[] {
  const errors: FieldError[] = [];
  const { leaderElection, parallelism = 0, profiles = [], extenders = [] } = given;
  const { podInitialBackoffSeconds = 0, podMaxBackoffSeconds = 0 } = given;
  const lock = leaderElection?.resourceLock;
  if (leaderElection?.leaderElect !== false && lock && lock !== "leases") {
    const detail = 'resourceLock value must be "leases"';
    errors.push(invalid("leaderElection.resourceLock", lock, detail));
  }
  if (parallelism <= 0) {
    const detail = "should be an integer value greater than zero";
    errors.push(invalid("parallelism", parallelism, detail));
  }
  const seen = new Map<string, number>();
  profiles.forEach((profile, index) => {
    const path = `profiles[${index}]`;
    errors.push(...validateProfile(profile, argumentsOf[index] ?? {}, path));
    const name = profile.schedulerName ?? "";
    const other = seen.get(name);
    if (other !== undefined) {
      errors.push(duplicate(`${path}.schedulerName`, `profiles[${other}].schedulerName`));
    }
    seen.set(name, index);
  });
  errors.push(...validateQueueSort(profiles));
  errors.push(...validatePercentage(given.percentageOfNodesToScore, "percentageOfNodesToScore"));
  if (podInitialBackoffSeconds <= 0) {
    const detail = "must be greater than 0";
    errors.push(invalid("podInitialBackoffSeconds", podInitialBackoffSeconds, detail));
  }
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const detail = "must be greater than or equal to PodInitialBackoffSeconds";
    errors.push(invalid("podMaxBackoffSeconds", podMaxBackoffSeconds, detail));
  }
  return [...errors, ...validateExtenders(extenders)];
}

/** Upstream looks at these only when it makes the plugin, where their path begins. */
export function validateFitArguments(args: NodeResourcesFitArgs): FieldError[] {
  const { scoringStrategy: strategy, ignoredResources, ignoredResourceGroups } = args;
  const { type, resources, requestedToCapacityRatio: ratio } = strategy;
  const errors: FieldError[] = ignoredResources.flatMap((name, index) =>
    labelName(name, `ignoredResources[${index}]`),
  );
  ignoredResourceGroups.forEach((group, index) => {
    const path = `ignoredResourceGroups[${index}]`;
    if (group.includes("/")) {
      errors.push(invalid(path, group, "resource group name can't contain '/'"));
    }
    errors.push(...labelName(group, path));
  });
  const path = "scoringStrategy";
  const types = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];
  if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  resources.forEach(({ name, weight }, index) => {
    if (weight > 0 && weight <= 100) return;
    const detail = `resource weight of ${name} not in valid range (0, 100]`;
    errors.push(invalid(`${path}.resources[${index}].weight`, weight, detail));
  });
  const ratioPath = `${path}.requestedToCapacityRatio`;
  if (type !== "RequestedToCapacityRatio") {
    const detail = "must be nil when type is not RequestedToCapacityRatio";
    if (ratio) errors.push(forbidden(ratioPath, detail));
  } else if (ratio) errors.push(...validateShape(ratio.shape, `${ratioPath}.shape`));
  else {
    const detail = "must be specified when type is RequestedToCapacityRatio";
    errors.push(requiredValue(ratioPath, detail));
  }
  return errors;
}

const removedPlugins = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];
const wasRemoved =
  'was invalid in version "kubescheduler.config.k8s.io/v1" ' +
  '(KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")';

function validateProfile(profile: GivenProfile, args: GivenArguments, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!profile.schedulerName) errors.push(requiredValue(`${path}.schedulerName`));
  errors.push(
    ...validatePercentage(profile.percentageOfNodesToScore, `${path}.percentageOfNodesToScore`),
  );
  const sets: Readonly<Record<string, GivenPluginSet | undefined>> = { ...profile.plugins };
  for (const [point, set] of Object.entries(sets)) {
    if (point === "multiPoint") continue;
    (set?.enabled ?? []).forEach(({ name }, index) => {
      if (!removedPlugins.includes(name)) return;
      errors.push(invalid(`${path}.plugins.${point}.enabled[${index}]`, name, wasRemoved));
    });
  }
  const seen = new Set<string>();
  (profile.pluginConfig ?? []).forEach(({ name }, index) => {
    const at = `${path}.pluginConfig[${index}]`;
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    if (removedPlugins.includes(name)) errors.push(invalid(at, name, wasRemoved));
    else errors.push(...validateArguments(name, args, `${at}.args`));
  });
  return errors;
}

function validateArguments(name: string, args: GivenArguments, path: string): FieldError[] {
  switch (name) {
    case "DefaultPreemption":
      return validatePreemption(args.DefaultPreemption, path);
    case "InterPodAffinity": {
      const weight = args.InterPodAffinity?.hardPodAffinityWeight ?? 1;
      if (weight >= 0 && weight <= 100) return [];
      return [invalid(`${path}.hardPodAffinityWeight`, weight, "not in valid range [0, 100]")];
    }
    case "NodeResourcesBalancedAllocation":
      return validateBalanced(args.NodeResourcesBalancedAllocation, path);
    case "PodTopologySpread":
      return validateSpread(args.PodTopologySpread, path);
    default:
      return [];
  }
}

function validatePreemption(args: GivenArguments["DefaultPreemption"], path: string): FieldError[] {
  const {
    minCandidateNodesPercentage: percentage = 10,
    minCandidateNodesAbsolute: absolute = 100,
  } = args ?? {};
  const errors: FieldError[] = [];
  const percentagePath = `${path}.minCandidateNodesPercentage`;
  const absolutePath = `${path}.minCandidateNodesAbsolute`;
  if (percentage < 0 || percentage > 100) {
    errors.push(invalid(percentagePath, percentage, "not in valid range [0, 100]"));
  }
  if (absolute < 0) errors.push(invalid(absolutePath, absolute, "not in valid range [0, inf)"));
  if (percentage === 0 && absolute === 0) {
    const zero = (other: string) => `cannot be zero at the same time as ${other}`;
    errors.push(invalid(percentagePath, percentage, zero("minCandidateNodesAbsolute")));
    errors.push(invalid(absolutePath, absolute, zero("minCandidateNodesPercentage")));
  }
  return errors;
}

function validateBalanced(
  args: GivenArguments["NodeResourcesBalancedAllocation"],
  path: string,
): FieldError[] {
  const seen = new Set<string>();
  return (args?.resources ?? []).flatMap(({ name, weight }, index) => {
    const at = `${path}.resources[${index}]`;
    const errors = seen.has(name) ? [duplicate(`${at}.name`, name)] : [];
    seen.add(name);
    if ((weight || 1) !== 1) errors.push(invalid(`${at}.weight`, weight, "must be 1"));
    return errors;
  });
}

function validateSpread(args: GivenArguments["PodTopologySpread"], path: string): FieldError[] {
  const { defaultingType: type = "System", defaultConstraints: constraints = [] } = args ?? {};
  const errors: FieldError[] = [];
  if (type !== "System" && type !== "List") {
    errors.push(notSupported(`${path}.defaultingType`, type, ["System", "List"]));
  } else if (type === "System" && constraints.length > 0) {
    const detail = "when .defaultConstraints are not empty";
    errors.push(invalid(`${path}.defaultingType`, type, detail));
  }
  const seen = new Set<string>();
  constraints.forEach((constraint, index) => {
    const at = `${path}.defaultConstraints[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable: action, labelSelector } = constraint;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, "not in valid range (0, inf)"));
    if (!topologyKey) errors.push(requiredValue(`${at}.topologyKey`, "can not be empty"));
    else errors.push(...labelName(topologyKey, `${at}.topologyKey`));
    const actions: readonly string[] = ["DoNotSchedule", "ScheduleAnyway"];
    if (!action) errors.push(requiredValue(`${at}.whenUnsatisfiable`, "can not be empty"));
    else if (!actions.includes(action)) {
      errors.push(notSupported(`${at}.whenUnsatisfiable`, action, actions));
    }
    if (labelSelector) {
      const detail = "constraint must not define a selector, as they deduced for each pod";
      errors.push(forbidden(`${at}.labelSelector`, detail));
    }
    const pair = `{${topologyKey}, ${action}}`;
    if (seen.has(pair)) errors.push(duplicate(at, pair));
    seen.add(pair);
  });
  return errors;
}

function validateShape(
  shape: readonly { readonly utilization: number; readonly score: number }[],
  path: string,
): FieldError[] {
  if (shape.length === 0) return [requiredValue(path, "at least one point must be specified")];
  const errors: FieldError[] = [];
  const unsorted = shape.findIndex(
    ({ utilization }, index) => utilization <= (shape[index - 1]?.utilization ?? -Infinity),
  );
  if (unsorted > 0) {
    const detail = "values must be sorted in increasing order";
    errors.push(invalid(`${path}[${unsorted}].utilization`, shape[unsorted]?.utilization, detail));
  }
  shape.forEach(({ utilization, score }, index) => {
    if (utilization < 0 || utilization > 100) {
      const detail = "not in valid range [0, 100]";
      errors.push(invalid(`${path}[${index}].utilization`, utilization, detail));
    }
    if (score < 0 || score > 10) {
      errors.push(invalid(`${path}[${index}].score`, score, "not in valid range [0, 10]"));
    }
  });
  return errors;
}

function validateQueueSort(profiles: readonly GivenProfile[]): FieldError[] {
  const sets = profiles.map(({ plugins }) => plugins?.queueSort);
  const length = sets[0]?.enabled?.length ?? 0;
  const errors: FieldError[] = [];
  if (length > 1) {
    const detail = "only one queue sort plugin can be enabled";
    errors.push(invalid("profiles[0].plugins.queueSort.Enabled", length, detail));
  }
  sets.forEach((set, index) => {
    if (JSON.stringify(set ?? {}) === JSON.stringify(sets[0] ?? {})) return;
    const detail = "must be the same for all profiles";
    errors.push(invalid(`profiles[${index}].plugins.queueSort`, set, detail));
  });
  return errors;
}

function validateExtenders(extenders: readonly GivenExtender[]): FieldError[] {
  const errors: FieldError[] = [];
  const managed = new Set<string>();
  extenders.forEach(({ prioritizeVerb, weight = 0, managedResources = [] }, index) => {
    const path = `extenders[${index}]`;
    if (prioritizeVerb && weight <= 0) {
      const detail = "must have a positive weight applied to it";
      errors.push(invalid(`${path}.weight`, weight, detail));
    }
    managedResources.forEach(({ name }, position) => {
      const at = `${path}.managedResources[${position}].name`;
      const wrong = isQualifiedName(name);
      errors.push(...wrong.map((detail) => invalid(at, name, detail)));
      if (wrong.length === 0 && !isExtendedResource(name)) {
        errors.push(invalid(at, name, "is an invalid extended resource name"));
      }
      if (managed.has(name))
        errors.push(invalid(at, name, "duplicate extender managed resource name"));
      managed.add(name);
    });
  });
  const binders = extenders.filter(({ bindVerb }) => bindVerb).length;
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    errors.push(invalid("extenders", found, "only one extender can implement bind"));
  }
  return errors;
}

function validatePercentage(percentage: number | undefined, path: string): FieldError[] {
  if (percentage === undefined || (percentage >= 0 && percentage <= 100)) return [];
  return [invalid(path, percentage, "not in valid range [0-100]")];
}

function labelName(name: string, path: string): FieldError[] {
  return isQualifiedName(name).map((detail) => invalid(path, name, detail));
}
