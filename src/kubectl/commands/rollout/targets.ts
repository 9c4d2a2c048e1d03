import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { namesFiles, selected } from "../../resources/selection.ts";

/** Flags by which all the commands find their resources. */
export const targetFlags = {
  ...fileFlags("File, directory or URL that names the resource"),
  ...selectorFlag,
} as const;

interface TargetValues {
  readonly filename: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
  readonly selector: string;
}

/** A type alone means all resources of it. */
export function targetQuery(args: readonly string[], values: TargetValues): ResourceQuery {
  const selection = { args, files: fileQuery(values), all: true, selector: values.selector };
  if (args.length === 0 && !namesFiles(selection)) {
    throw new CommandError("required resource not specified");
  }
  return selected(selection);
}

/** What was found, and why the rest was not. */
export async function foundTargets(
  kubectl: Kubectl,
  query: ResourceQuery,
): Promise<{ readonly infos: readonly ResourceInfo[]; readonly errors: unknown[] }> {
  const infos: ResourceInfo[] = [];
  const errors: unknown[] = [];
  for await (const found of kubectl.find(query)) {
    if (isFailure(found)) errors.push(found.error);
    else infos.push(found);
  }
  return { infos, errors };
}

export async function tellNothingFound(kubectl: Kubectl): Promise<void> {
  kubectl.tell(`No resources found in ${(await kubectl.namespace()).name} namespace.`);
}

/** "Deployment.apps": how messages call a kind. */
export function groupKind({ resource }: ResourceInfo): string {
  return resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
}
