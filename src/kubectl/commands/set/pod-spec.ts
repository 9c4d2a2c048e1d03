import type { Container, PodSpec } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { isRow } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import { splitGroupVersion } from "../../objects.ts";
import type { KubeObject } from "../../objects.ts";

/** Its own, or that of the pods that it makes, for reading and writing. */
export function podSpecOf(object: KubeObject): Partial<PodSpec> {
  const path = paths[object.kind];
  if (!path) {
    const { version } = splitGroupVersion(object.apiVersion);
    throw new CommandError(
      `the object is not a pod or does not have a pod template: *${version}.${object.kind}`,
    );
  }
  let value: unknown = object;
  for (const name of path) value = isRow(value) ? (value[name] ??= {}) : undefined;
  return value ?? {};
}

const template = ["spec", "template", "spec"];

const paths: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  ReplicationController: template,
  Deployment: template,
  DaemonSet: template,
  ReplicaSet: template,
  StatefulSet: template,
  Job: template,
  CronJob: ["spec", "jobTemplate", ...template],
};

/** Containers before init containers, as they are changed. */
export function containersOf(spec: Partial<PodSpec>, pattern: string): Draft<Container>[] {
  const all: Draft<Container>[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return all.filter(({ name }) => matchesName(name, pattern));
}

/** `*` stands for any letters, as few as possible, as upstream takes it. */
export function matchesName(name: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.includes("*")) return name === pattern;
  const parts = pattern.split("*");
  let position = 0;
  for (const [index, part] of parts.entries()) {
    if (part === "") continue;
    const next = name.slice(position).indexOf(part);
    const isLast = index === parts.length - 1;
    if (next < position || (index === 0 && position !== 0)) return false;
    if (isLast && name.length !== part.length + next) return false;
    position = next;
  }
  return true;
}
