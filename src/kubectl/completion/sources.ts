import { SettingsFiles } from "../config/settings.ts";
import type { Kubectl } from "../kubectl.ts";
import { directives } from "./suggestions.ts";
import type { Completer, Suggestions } from "./suggestions.ts";

/** Of these words, those that the typed one begins. */
export function words(all: readonly string[], typed: string, directive = noFiles): Suggestions {
  const items = all.filter((text) => text.startsWith(typed)).map((text) => ({ text }));
  return { items, directive };
}

const noFiles: number = directives.noFiles;

/** What no server answers, nobody knows. */
export async function orNone(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch {
    return [];
  }
}

/** Names of all objects of a type, in the namespace that the command line says. */
export async function namesOf(kubectl: Kubectl, type: string): Promise<readonly string[]> {
  return await orNone(async () => {
    const infos = await kubectl.findAll({ args: [type], all: true, lists: "items" });
    return infos.map(({ name }) => name);
  });
}

/** Every type that can be read: pods, deployments.apps. */
async function typeNames(kubectl: Kubectl): Promise<readonly string[]> {
  return await orNone(async () => {
    const { readableTypes } = await import("../commands/api-resources/list.ts");
    return readableTypes(await kubectl.mapper.served());
  });
}

/** Types, then names of objects of the type; or both as type/name. */
export function typesAndNames(
  options: { readonly types?: readonly string[]; readonly repeats?: boolean } = {},
): Completer {
  const { types, repeats = true } = options;
  return async (kubectl, args, typed) => {
    const [first] = args;
    if (first !== undefined && !first.includes("/")) {
      if (!repeats && args.length > 1) return words([], typed);
      const used = new Set(args.slice(1));
      const names = await namesOf(kubectl, first);
      return words(
        names.filter((name) => !used.has(name)),
        typed,
      );
    }
    if (!repeats && first !== undefined) return words([], typed);
    const slash = typed.indexOf("/");
    if (slash >= 0) {
      const type = typed.slice(0, slash);
      const names = await namesOf(kubectl, type);
      const pairs = names.map((name) => `${type}/${name}`).filter((pair) => !args.includes(pair));
      return words(pairs, typed);
    }
    // "pods,serv" goes on with what "serv" goes on with.
    const listed = types ? "" : typed.slice(0, typed.lastIndexOf(",") + 1);
    const known = (types ?? (await typeNames(kubectl))).map((type) => listed + type);
    if (first === undefined) return words(known, typed);
    return words(
      known.filter((type) => type.startsWith(typed)).map((type) => `${type}/`),
      typed,
      directives.noFiles | directives.noSpace,
    );
  };
}

/** One name of an object of the type. */
export function oneNameOf(type: string): Completer {
  return async (kubectl, args, typed) =>
    words(args.length === 0 ? await namesOf(kubectl, type) : [], typed);
}

const typesWithPods = [
  "daemonsets",
  "deployments",
  "pods",
  "jobs",
  "replicasets",
  "replicationcontrollers",
  "services",
  "statefulsets",
];

/** A pod, or something that has pods, as type/name. */
export const onePod: Completer = async (kubectl, args, typed) => {
  if (args.length > 0) return words([], typed);
  const slash = typed.indexOf("/");
  if (slash >= 0) {
    const type = typed.slice(0, slash);
    return words(
      (await namesOf(kubectl, type)).map((name) => `${type}/${name}`),
      typed,
    );
  }
  const pods = words(await namesOf(kubectl, "pod"), typed);
  const types = words(
    typesWithPods.map((type) => `${type}/`),
    typed,
  );
  const directive = pods.items.length > 0 ? noFiles : noFiles | directives.noSpace;
  return { items: [...pods.items, ...types.items], directive };
};

/** The containers of the pod that the first argument names. */
export const containersOf: Completer = async (kubectl, args, typed) => {
  const [pod] = args;
  if (pod === undefined) return words([], typed);
  const { containerNames } = await import("./pods.ts");
  return words(await orNone(async () => await containerNames(kubectl, pod)), typed);
};

/** A pod, then one of its containers. */
export const podAndContainer: Completer = async (kubectl, args, typed) => {
  if (args.length === 1) return await containersOf(kubectl, args, typed);
  return await onePod(kubectl, args, typed);
};

/** A pod, then the ports that it, or the service, has. */
export const podAndPort: Completer = async (kubectl, args, typed) => {
  const [target] = args;
  if (target === undefined) return await onePod(kubectl, args, typed);
  if (args.length > 1) return words([], typed);
  const { portPairs } = await import("./pods.ts");
  return words(await orNone(async () => await portPairs(kubectl, target, typed)), typed);
};

/** Names that the kubeconfig has. */
export function settingsNames(section: "contexts" | "clusters" | "users"): Completer {
  return async (kubectl, _args, typed) =>
    words(
      await orNone(async () => {
        const settings = await new SettingsFiles(kubectl).read();
        return [...settings[section].keys()].toSorted();
      }),
      typed,
    );
}

/** The same, as the only argument. */
export function oneSettingsName(section: "contexts" | "clusters" | "users"): Completer {
  const names = settingsNames(section);
  return async (kubectl, args, typed) =>
    args.length === 0 ? await names(kubectl, args, typed) : words([], typed);
}
