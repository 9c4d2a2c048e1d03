import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { failed, KustomizeError, messageOf, within } from "../error.ts";
import { idText } from "../ids.ts";
import { parsedYaml } from "../kustomization.ts";
import type { SelectorArgs } from "../kustomization.ts";
import { strategicMerge } from "../merge.ts";
import { readResources } from "../read-resources.ts";
import type { Resource } from "../resource.ts";
import type { ResourceSet } from "../resource-set.ts";
import type { Scopes } from "../schema/kinds.ts";
import type { MergeSchemas } from "../schema/merge-schema.ts";
import { selectorText, selectResources } from "../selector.ts";
import type { Selector } from "../selector.ts";
import { nodeOfJson } from "../yaml/read.ts";
import { selectorId } from "./replacements.ts";
import type { Transformer } from "./transformer.ts";

export interface PatchContext {
  readonly schemas: MergeSchemas & Scopes;
}

export function selectorOf(args: SelectorArgs): Selector {
  return {
    id: selectorId(args),
    labelSelector: args.labelSelector ?? "",
    annotationSelector: args.annotationSelector ?? "",
  };
}

export interface PatchSource {
  readonly text: string;
  /** As messages call it: `[path: "patch.yaml"]`. */
  readonly shown: string;
  readonly target: Selector | undefined;
  readonly options: Readonly<Record<string, boolean>>;
}

/** A patch of either kind: what it looks like decides. */
export function patchTransformer(source: PatchSource, context: PatchContext): Transformer {
  const merges = attempt(() => readResources(source.text, context.schemas));
  const operations = attempt(() => readOperations(source.text));
  if (merges && operations) {
    throw failed(`illegally qualifies as both an SM and JSON patch: ${source.shown}`);
  }
  if (operations) return jsonPatch(source, operations);
  if (!merges) throw failed(`unable to parse SM or JSON patch from ${source.shown}`);
  for (const patch of merges) {
    if (source.options["allowNameChange"]) patch.enable("allowNameChange");
    if (source.options["allowKindChange"]) patch.enable("allowKindChange");
  }
  return { transform: (set) => mergePatches(set, merges, source, context) };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

function mergePatches(
  set: ResourceSet,
  patches: readonly Resource[],
  { target, shown }: PatchSource,
  context: PatchContext,
): void {
  if (!target) {
    for (const patch of patches) {
      const id = patch.originalId;
      const resource = within(
        `no resource matches strategic merge patch ${JSON.stringify(idText(id))}`,
        () => set.find(id),
      );
      mergeInto(resource, patch, context);
    }
  } else {
    if (patches.length > 1) {
      throw failed(
        "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set " +
          `\`patches.target\` field: ${shown}`,
      );
    }
    const [patch] = patches;
    const selected = within(
      `unable to find patch target ${JSON.stringify(selectorText(target))} in \`resources\``,
      () => selectResources(set.resources, target),
    );
    if (patch) mergeIntoSelected(set, selected, patch, context);
  }
  set.dropEmpty();
}

/** Patches of the old field: each finds the object that it names. */
export function strategicMergeTransformer(
  patches: readonly Resource[],
  context: PatchContext,
): Transformer {
  return {
    transform(set) {
      for (const patch of patches) {
        mergeIntoSelected(set, [set.find(patch.originalId)], patch, context);
      }
    },
  };
}

function mergeIntoSelected(
  set: ResourceSet,
  selected: readonly Resource[],
  patch: Resource,
  context: PatchContext,
): void {
  const ids = new Set(selected.map((resource) => idText(resource.id)));
  for (const resource of set.resources) {
    if (!ids.has(idText(resource.id))) continue;
    const copy = patch.copy();
    copy.inheritFrom(patch);
    copy.groupVersionKind = resource.groupVersionKind;
    copy.kind = patch.kind;
    mergeInto(resource, copy, context);
  }
  set.replaceAll(set.resources.filter((resource) => !resource.isEmpty));
}

/** What an object is called, a patch changes only where that is allowed. */
function mergeInto(resource: Resource, patch: Resource, { schemas }: PatchContext): void {
  const { name, namespace, kind } = resource;
  if (patch.allowsNameChange || patch.allowsKindChange) resource.storePreviousId();
  const merged = strategicMerge(resource.root, patch.root, { schemas, added: "first" });
  if (!merged) {
    resource.node = undefined;
    return;
  }
  if (resource.isEmpty) return;
  if (!patch.allowsKindChange) resource.kind = kind;
  if (!patch.allowsNameChange) resource.name = name;
  resource.namespace = namespace;
}

function jsonPatch(source: PatchSource, operations: readonly unknown[]): Transformer {
  return {
    transform(set) {
      const { target } = source;
      if (!target) throw failed(`must specify a target for JSON patch ${source.shown}`);
      for (const resource of selectResources(set.resources, target)) {
        resource.storePreviousId();
        applyOperations(resource, operations);
      }
      set.dropEmpty();
    },
  };
}

/** A JSON patch of the old field. */
export function jsonPatchTransformer(
  operations: readonly unknown[],
  target: Selector,
): Transformer {
  return {
    transform(set) {
      for (const resource of selectResources(set.resources, target)) {
        applyOperations(resource, operations);
      }
      set.dropEmpty();
    },
  };
}

/** The build's own annotations outlive a patch that drops them. */
function applyOperations(resource: Resource, operations: readonly unknown[]): void {
  const internal = [...resource.annotations].filter(([name]) => isInternal(name));
  let result: unknown;
  try {
    result = applyJsonPatch(withDoubles(resource.json) as object, operations);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw failed(typeof error.cause === "string" ? error.cause : error.message);
  }
  if (!isRow(result)) throw failed("json: cannot unmarshal into Go value of type map");
  resource.node = nodeOfJson(result);
  const annotations = resource.annotations;
  for (const [name, value] of internal) annotations.set(name, value);
  resource.annotations = annotations;
}

function isInternal(name: string): boolean {
  return (
    name.startsWith("internal.config.kubernetes.io/") ||
    ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"].includes(name)
  );
}

/** JSON's numbers are doubles to the stock one's patches. */
function withDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(withDoubles);
  if (!isRow(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDoubles(item)]));
}

/** The operations of a JSON patch, be it written as JSON or as YAML. */
export function readOperations(text: string): readonly unknown[] {
  if (text === "") throw failed("empty json patch operations");
  const value = text.startsWith("[") ? parsedJson(text) : parsedYaml(text);
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) {
    throw failed("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  }
  if (!value.every(isRow)) {
    throw failed("json: cannot unmarshal array into Go value of type jsonpatch.Operation");
  }
  return value;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw failed(messageOf(error));
  }
}
