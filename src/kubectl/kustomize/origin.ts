import { toGoYaml } from "#machinery/codec/go-yaml.ts";
import { isRow } from "#machinery/json.ts";
import { parsedYaml } from "./kustomization.ts";
import { joinPaths } from "./load/files.ts";
import { parseRepository } from "./load/repository.ts";
import { originAnnotation, transformationsAnnotation } from "./resource.ts";
import type { Resource } from "./resource.ts";

/** Where an object comes from, or what has changed it; kept in annotations where that is wished. */
export interface Origin {
  readonly path?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: ConfiguredBy;
}

export interface ConfiguredBy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** The origin of what the path leads to from here. */
export function originAt(origin: Origin, path: string): Origin {
  const repository = parseRepository(path);
  if (!repository) return { ...origin, path: joinPaths(origin.path ?? "", path) };
  return { ...origin, repo: repository.url, ref: repository.ref, path: repository.path };
}

export function originText(origin: Origin): string {
  return toGoYaml(ordered(origin));
}

function ordered(origin: Origin): Map<string, unknown> {
  const { path, repo, ref, configuredIn, configuredBy } = origin;
  const by = configuredBy && present({ ...configuredBy });
  return present({ path, repo, ref, configuredIn, configuredBy: by });
}

function present(fields: Readonly<Record<string, unknown>>): Map<string, unknown> {
  return new Map(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
}

export function setOrigin(resource: Resource, origin: Origin): void {
  resource.annotations = resource.annotations.set(originAnnotation, originText(origin));
}

/** For what a plugin's settings, being an object themselves, make or change. */
export function originOfPlugin(settings: Resource): Origin | undefined {
  const text = settings.annotations.get(originAnnotation);
  if (text === undefined) return undefined;
  const value = parsedYaml(text);
  const field = (name: string) =>
    isRow(value) && typeof value[name] === "string" ? value[name] : "";
  return {
    repo: field("repo"),
    ref: field("ref"),
    configuredIn: field("path"),
    configuredBy: {
      apiVersion: settings.apiVersion,
      kind: settings.kind,
      name: settings.name,
      namespace: settings.namespace,
    },
  };
}

/** What has no origin yet was made by the transformer. */
export function addTransformation(resource: Resource, origin: Origin): void {
  const annotations = resource.annotations;
  if (!annotations.has(originAnnotation)) return setOrigin(resource, origin);
  const earlier = annotations.get(transformationsAnnotation) ?? "";
  const text = earlier + toGoYaml([ordered(origin)]);
  resource.annotations = annotations.set(transformationsAnnotation, text);
}
