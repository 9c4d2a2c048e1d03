import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import type { ContainerObject, PodObject } from "./pod-object.ts";

export type ContainerList = "containers" | "initContainers" | "ephemeralContainers";

export interface FoundContainer {
  readonly container: ContainerObject;
  readonly list: ContainerList;
}

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

export function findContainer(pod: PodObject, name: string): FoundContainer | undefined {
  for (const list of lists) {
    const container = pod.spec[list]?.find((one) => one.name === name);
    if (container) return { container, list };
  }
  return undefined;
}

/** "a, b, c (ephem), d (init)" */
export function allContainerNames({ spec }: PodObject): string {
  const names = (list: ContainerList, mark = "") =>
    (spec[list] ?? []).map(({ name }) => `${name}${mark}`);
  return [
    ...names("containers"),
    ...names("ephemeralContainers", " (ephem)"),
    ...names("initContainers", " (init)"),
  ].join(", ");
}

const defaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

export function annotatedContainer({ metadata }: PodObject): string | undefined {
  return metadata.annotations?.[defaultContainerAnnotation] || undefined;
}

export interface ChoiceOptions {
  readonly name?: string;
  readonly quiet?: boolean;
  /** Hears which one was chosen; the error output when missing. */
  readonly tell?: (text: string) => void;
}

/** The one of that name, the pod's own choice, or the first, which people are told. */
export function chooseContainer(
  kubectl: Kubectl,
  pod: PodObject,
  { name = "", quiet = false, tell }: ChoiceOptions = {},
): FoundContainer {
  if (name) {
    const found = findContainer(pod, name);
    if (found) return found;
    throw new CommandError(`container ${name} not found in pod ${pod.metadata.name ?? ""}`);
  }
  const annotated = annotatedContainer(pod);
  const chosen = annotated && findContainer(pod, annotated);
  return chosen || firstContainer(kubectl, pod, quiet, tell);
}

export function firstContainer(
  kubectl: Kubectl,
  pod: PodObject,
  quiet: boolean,
  tell = (text: string) => kubectl.tell(text),
): FoundContainer {
  const { spec, metadata } = pod;
  const [container] = spec.containers;
  if (!container) {
    const { namespace = "", name = "" } = metadata;
    throw new CommandError(`pod ${namespace}/${name} does not have any containers`);
  }
  const others = lists.reduce((count, list) => count + (spec[list]?.length ?? 0), 0) > 1;
  if (others && !quiet) {
    tell(`Defaulted container "${container.name}" out of: ${allContainerNames(pod)}`);
  }
  return { container, list: "containers" };
}
