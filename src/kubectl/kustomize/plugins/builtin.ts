import { isRow } from "#machinery/json.ts";
import { toGoYaml } from "#machinery/codec/go-yaml.ts";
import { fieldSpecs } from "../config/transformer-config.ts";
import { decodeAs, flag, list, mapOf, struct, text, textMapShape, texts } from "../decode.ts";
import type { Decoded, Shape } from "../decode.ts";
import { failed, KustomizeError, within, withinAsync } from "../error.ts";
import { generate } from "../generate.ts";
import {
  configMapArgsShape,
  fieldSpecShape,
  helmChartFields,
  helmGlobalsFields,
  imageShape,
  parsedYaml,
  replacementFieldShape,
  replacementShape,
  replicaShape,
  secretArgsShape,
  selectorShape,
} from "../kustomization.ts";
import type { Replacement } from "../kustomization.ts";
import { readResources } from "../read-resources.ts";
import type { Resource } from "../resource.ts";
import { addHashes } from "../transform/hash.ts";
import { imageTransformer } from "../transform/images.ts";
import { mapTransformer } from "../transform/labels.ts";
import { nameTransformer } from "../transform/names.ts";
import { namespaceTransformer, subjectModes } from "../transform/namespace.ts";
import {
  jsonPatchTransformer,
  patchTransformer,
  readOperations,
  selectorOf,
  strategicMergeTransformer,
} from "../transform/patches.ts";
import { replacementTransformer } from "../transform/replacements.ts";
import { replicaTransformer } from "../transform/replicas.ts";
import { valueAddShape, valueAddTransformer } from "../transform/value-add.ts";
import { helmGenerator } from "./helm.ts";
import { iamPolicyGenerator } from "./iam-policy.ts";
import type { Plugin, PluginContext } from "./plugin.ts";

type Maker = (config: unknown, context: PluginContext) => Promise<Plugin>;

/** The plugins that come with kustomize, by the kind of their settings. */
const makers: Readonly<Record<string, Maker>> = {
  AnnotationsTransformer: async (config) => {
    const { annotations = {}, fieldSpecs: specs } = read(annotationsShape, config);
    return mapTransformer(annotations, fieldSpecs(specs));
  },
  LabelTransformer: async (config) => {
    const { labels = {}, fieldSpecs: specs } = read(labelsShape, config);
    return mapTransformer(labels, fieldSpecs(specs));
  },
  ConfigMapGenerator: async (config, context) => dataGenerator("ConfigMap", config, context),
  SecretGenerator: async (config, context) => dataGenerator("Secret", config, context),
  HashTransformer: async () => ({ transform: addHashes }),
  HelmChartInflationGenerator: async (config, context) =>
    helmGenerator(read(helmShape, config), context),
  IAMPolicyGenerator: async (config) => iamPolicyGenerator(config),
  ImageTagTransformer: async (config) => {
    const { imageTag = {}, fieldSpecs: specs } = read(imagesShape, config);
    return imageTransformer(imageTag, fieldSpecs(specs));
  },
  NamespaceTransformer: async (config) => makeNamespaceTransformer(config),
  PatchJson6902Transformer: makeJsonPatch,
  PatchStrategicMergeTransformer: makeStrategicMerge,
  PatchTransformer: makePatch,
  PrefixTransformer: async (config) => makeNames("prefix", config),
  SuffixTransformer: async (config) => makeNames("suffix", config),
  PrefixSuffixTransformer: async (config) => {
    const both = [makeNames("prefix", config), makeNames("suffix", config)];
    return {
      async transform(set) {
        for (const one of both) await one.transform(set);
      },
    };
  },
  ReplacementTransformer: makeReplacements,
  ReplicaCountTransformer: async (config) => {
    const { replica = {}, fieldSpecs: specs } = read(replicasShape, config);
    return replicaTransformer(replica, fieldSpecs(specs));
  },
  ValueAddTransformer: async (config, context) =>
    valueAddTransformer(read(valueAddShape, config), context.loader),
};

export function isBuiltin(kind: string): boolean {
  return Object.hasOwn(makers, kind);
}

/** Undefined for a kind that is none of them. */
export async function makeBuiltin(
  kind: string,
  config: unknown,
  context: PluginContext,
): Promise<Plugin | undefined> {
  return isBuiltin(kind) ? makers[kind]?.(config, context) : undefined;
}

/** As the kustomization file asks for one. Mistakes are told with the settings. */
export async function makeFromField(
  kind: string,
  config: unknown,
  context: PluginContext,
): Promise<Plugin> {
  const settings = withoutEmpty(config);
  const plugin = await withinAsync(
    () => `trouble configuring builtin ${kind} with config: \`\n${toGoYaml(settings)}\``,
    () => makeBuiltin(kind, settings, context),
  );
  if (plugin) return plugin;
  throw failed(`unable to load builtin ${kind}`);
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isRow(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== "" && item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutEmpty(item)]));
}

function read<T>(shape: Shape<T>, config: unknown): T {
  return within("error unmarshaling JSON: while decoding JSON", () => {
    return decodeAs(shape, config, { strict: false, lenient: true }) ?? ({} as T);
  });
}

const specsShape = list(fieldSpecShape, {});
const metadataShape = struct("ObjectMeta", {
  name: text,
  namespace: text,
  labels: textMapShape,
  annotations: textMapShape,
});

const annotationsShape = struct("AnnotationsTransformerPlugin", {
  annotations: textMapShape,
  fieldSpecs: specsShape,
});
const labelsShape = struct("LabelTransformerPlugin", {
  labels: textMapShape,
  fieldSpecs: specsShape,
});
const imagesShape = struct("ImageTagTransformerPlugin", {
  imageTag: imageShape,
  fieldSpecs: specsShape,
});
const replicasShape = struct("ReplicaCountTransformerPlugin", {
  replica: replicaShape,
  fieldSpecs: specsShape,
});
const namesShape = struct("PrefixTransformerPlugin", {
  prefix: text,
  suffix: text,
  fieldSpecs: specsShape,
});
const namespaceShape = struct("NamespaceTransformerPlugin", {
  metadata: metadataShape,
  fieldSpecs: specsShape,
  unsetOnly: flag,
  setRoleBindingSubjects: text,
});
const namedShape = struct("Named", { metadata: metadataShape });
export const helmShape = struct("HelmChartInflationGeneratorPlugin", {
  ...helmGlobalsFields,
  ...helmChartFields,
});

function makeNames(side: "prefix" | "suffix", config: unknown) {
  const settings = read(namesShape, config);
  if (!settings.fieldSpecs) throw failed("fieldSpecs is not expected to be nil");
  return nameTransformer(side, settings[side] ?? "", fieldSpecs(settings.fieldSpecs));
}

async function dataGenerator(
  kind: "ConfigMap" | "Secret",
  config: unknown,
  { loader }: PluginContext,
): Promise<Plugin> {
  const args = read(kind === "Secret" ? secretArgsShape : configMapArgsShape, config);
  const { metadata = {} } = read(namedShape, config);
  const name = args.name || metadata.name;
  const namespace = args.namespace || metadata.namespace;
  return {
    generate: async () => [await generate(kind, { ...args, name, namespace }, loader)],
  };
}

function makeNamespaceTransformer(config: unknown): Plugin {
  const settings = read(namespaceShape, config);
  const asked = settings.setRoleBindingSubjects || "defaultOnly";
  const subjects = subjectModes.find((mode) => mode === asked);
  if (!subjects) {
    throw failed(
      `invalid value ${JSON.stringify(asked)} for setRoleBindingSubjects: must be one of ` +
        `"defaultOnly", "none" or "allServiceAccounts"`,
    );
  }
  return namespaceTransformer({
    namespace: settings.metadata?.namespace ?? "",
    specs: fieldSpecs(settings.fieldSpecs),
    unsetOnly: settings.unsetOnly ?? false,
    subjects,
  });
}

const patchShape = struct("PatchTransformerPlugin", {
  path: text,
  patch: text,
  target: selectorShape,
  options: mapOf(flag, false),
});

async function makePatch(config: unknown, context: PluginContext): Promise<Plugin> {
  const { path = "", patch: written = "", target, options = {} } = read(patchShape, config);
  const patch = written.trim();
  if (patch === "" && path === "") {
    throw failed(`must specify one of patch and path in\n${toGoYaml(config)}`);
  }
  if (patch !== "" && path !== "") {
    throw failed(`patch and path can't be set at the same time\n${toGoYaml(config)}`);
  }
  const content =
    patch !== ""
      ? patch
      : await withinAsync(`failed to get the patch file from path(${path})`, () =>
          context.loader.readText(path),
        );
  const shown =
    patch === "" ? `[path: ${JSON.stringify(path)}]` : `[patch: ${JSON.stringify(patch)}]`;
  const selector = target && selectorOf(target);
  return patchTransformer({ text: content, shown, target: selector, options }, context);
}

const jsonPatchShape = struct("PatchJson6902TransformerPlugin", {
  target: selectorShape,
  path: text,
  jsonOp: text,
});

async function makeJsonPatch(config: unknown, { loader }: PluginContext): Promise<Plugin> {
  const { target, path = "", jsonOp = "" } = read(jsonPatchShape, config);
  if (!target?.name) throw failed("must specify the target name");
  if (path === "" && jsonOp === "") throw failed("empty file path and empty jsonOp");
  if (path !== "" && jsonOp !== "") throw failed("must specify a file path or jsonOp, not both");
  const operation = path === "" ? jsonOp : await loader.readText(path);
  if (operation === "") throw failed(`patch file '${path}' empty seems to be empty`);
  const operations = within(`decoding ${operation}`, () => readOperations(operation));
  if (operations.length === 0) {
    throw failed(`patch appears to be empty; file=${path}, JsonOp=${operation}`);
  }
  return jsonPatchTransformer(operations, selectorOf(target));
}

const strategicMergeShape = struct("PatchStrategicMergeTransformerPlugin", {
  paths: texts,
  patches: text,
});

async function makeStrategicMerge(config: unknown, context: PluginContext): Promise<Plugin> {
  const { paths = [], patches = "" } = read(strategicMergeShape, config);
  if (paths.length === 0 && patches === "") {
    throw failed("empty file path and empty patch content");
  }
  const loaded: Resource[] = [];
  for (const path of paths) loaded.push(...(await patchesOf(path, context)));
  if (patches !== "") loaded.push(...readResources(patches, context.schemas));
  if (loaded.length === 0) {
    throw failed(`patch appears to be empty; files=[${paths.join(" ")}], Patch=${patches}`);
  }
  return strategicMergeTransformer(loaded, context);
}

/** The patch itself may stand where its path is expected. */
async function patchesOf(path: string, { loader, schemas }: PluginContext): Promise<Resource[]> {
  try {
    return readResources(path, schemas);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
  }
  const content = await loader.readText(path);
  return inFile(path, () => readResources(content, schemas));
}

/** A mistake in a file's YAML is told with the file. */
export function inFile<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    if (!error.message.includes("MalformedYAMLError")) throw error;
    throw failed(`${error.message} in File: ${path}`);
  }
}

const replacementsShape = struct("ReplacementTransformerPlugin", {
  replacements: list(replacementFieldShape, {}),
});

async function makeReplacements(config: unknown, { loader }: PluginContext): Promise<Plugin> {
  const { replacements = [] } = read(replacementsShape, config);
  const all: Replacement[] = [];
  for (const { path = "", ...replacement } of replacements) {
    if (path === "") {
      all.push(replacement);
      continue;
    }
    if (replacement.source || (replacement.targets ?? []).length > 0) {
      throw failed("cannot specify both path and inline replacement");
    }
    all.push(...readReplacements(await loader.readText(path)));
  }
  return replacementTransformer(all);
}

function readReplacements(content: string): readonly Replacement[] {
  const value = within("error converting YAML to JSON", () => parsedYaml(content));
  if (Array.isArray(value)) return read(list(replacementShape, {}), value);
  if (isRow(value)) return [read(replacementShape, value)];
  const kinds: Readonly<Record<string, string>> = { number: "float64", boolean: "bool" };
  const kind =
    value === undefined || value === null ? "invalid" : (kinds[typeof value] ?? "string");
  throw failed(`unsupported replacement type encountered within replacement path: ${kind}`);
}

export type HelmArgs = Decoded<typeof helmShape>;
