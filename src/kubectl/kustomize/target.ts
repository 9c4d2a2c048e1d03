import { isRow } from "#machinery/json.ts";
import { Accumulator } from "./accumulator.ts";
import { configOfCustomResources } from "./config/custom-resources.ts";
import { defaultTransformerConfig } from "./config/default-field-specs.ts";
import {
  emptyConfig,
  fieldSpecs,
  mergeConfigs,
  mergeSpecs,
  readConfig,
} from "./config/transformer-config.ts";
import type { TransformerConfig } from "./config/transformer-config.ts";
import { causeOf, failed, KustomizeError, messageOf, within, withinAsync } from "./error.ts";
import { withGlobalOptions } from "./generate.ts";
import { idText, kindText } from "./ids.ts";
import { componentKind, parsedYaml, readKustomization } from "./kustomization.ts";
import type { Kustomization, LabelArgs } from "./kustomization.ts";
import { HttpStatusError } from "./load/loader.ts";
import type { Loader } from "./load/loader.ts";
import { joinPaths } from "./load/files.ts";
import { addTransformation, originAt, originOfPlugin, originText, setOrigin } from "./origin.ts";
import type { Origin } from "./origin.ts";
import { inFile, isBuiltin, makeBuiltin, makeFromField } from "./plugins/builtin.ts";
import type { HelmSettings } from "./plugins/helm.ts";
import { isGenerator } from "./plugins/plugin.ts";
import type { Generator, Plugin, PluginContext } from "./plugins/plugin.ts";
import { readResources } from "./read-resources.ts";
import { originAnnotation } from "./resource.ts";
import type { Resource } from "./resource.ts";
import { builtInScopes } from "./schema/kinds.ts";
import type { BuildSchemas } from "./schema/custom-schema.ts";
import type { Transformer } from "./transform/transformer.ts";
import { bindVars, varOf, varsText } from "./transform/vars.ts";

/** What all kustomizations of a build share. */
export interface Build {
  readonly schemas: BuildSchemas;
  readonly helm: HelmSettings;
  /** Whether plugins that are no built-in ones were asked for. */
  readonly alphaPlugins: boolean;
  readonly warn: (line: string) => void;
  readonly signal: AbortSignal;
}

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

interface Configured<P> {
  readonly plugin: P;
  /** Told in annotations where that is wished. */
  readonly origin: Origin | undefined;
}

/** One kustomization: what stands in its file is done here, in the stock one's order. */
export class Target {
  readonly kustomization: Kustomization;
  readonly #loader: Loader;
  readonly #fileName: string;
  readonly #build: Build;
  /** Undefined where nobody wants to know. */
  #origin: Origin | undefined;

  private constructor(
    loader: Loader,
    file: { readonly name: string; readonly kustomization: Kustomization },
    build: Build,
    origin: Origin | undefined,
  ) {
    this.#loader = loader;
    this.#fileName = file.name;
    this.kustomization = file.kustomization;
    this.#build = build;
    this.#origin = origin;
  }

  static async root(loader: Loader, build: Build): Promise<Target> {
    const file = await readFile(loader, build);
    await setSchema(file.kustomization, loader, build, true);
    const wanted = (file.kustomization.buildMetadata ?? []).length > 0;
    return new Target(loader, file, build, wanted ? {} : undefined);
  }

  /** Reads, generates and transforms into the accumulator. */
  async accumulate(into: Accumulator): Promise<Accumulator> {
    const { resources = [], components = [], vars = [] } = this.kustomization;
    let gathered = await withinAsync("accumulating resources", async () => {
      await this.#accumulateResources(into, resources);
      return into;
    });
    gathered.mergeConfig(await this.#transformerConfig());
    gathered.mergeConfig(await this.#customResourceConfig());
    await this.#runGenerators(gathered);
    gathered = await withinAsync("accumulating components", () =>
      this.#accumulateComponents(gathered, components),
    );
    await this.#runTransformers(gathered);
    await this.#runValidators(gathered);
    const own = vars.map(varOf);
    within(
      () => `merging vars ${varsText(own)}`,
      () => {
        bindVars(gathered.set, own);
        gathered.vars.add(own);
      },
    );
    return gathered;
  }

  async #accumulateResources(into: Accumulator, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const problem = await this.#accumulateFile(into, path);
      if (!problem) continue;
      let loader: Loader;
      try {
        loader = await this.#loader.open(path);
      } catch (error) {
        if (!(error instanceof KustomizeError)) throw error;
        // What is no YAML is no directory either: only the first problem is of interest.
        if (problem.includes("MalformedYAMLError")) throw failed(problem);
        throw failed(`accumulation err='${problem}': ${error.message}`);
      }
      await withinAsync(`accumulation err='${problem}'`, () =>
        this.#below(path, () => this.#accumulateDirectory(into, loader, false)),
      );
    }
  }

  /** What is found there has that origin. */
  async #below<T>(path: string, run: () => Promise<T>): Promise<T> {
    const origin = this.#origin;
    if (!origin) return run();
    this.#origin = originAt(origin, path);
    try {
      return await run();
    } finally {
      this.#origin = origin;
    }
  }

  /** Returns what kept it from being read as a file. */
  async #accumulateFile(into: Accumulator, path: string): Promise<string | undefined> {
    try {
      const resources = await withinAsync(`accumulating resources from '${path}'`, async () => {
        const content = await this.#loader.readText(path);
        return inFile(path, () => unique(readResources(content, this.#build.schemas)));
      });
      if (this.#origin) {
        const text = originText(originAt(this.#origin, path));
        for (const resource of resources) {
          resource.annotations = resource.annotations.set(originAnnotation, text);
        }
      }
      within(`merging resources from '${path}'`, () => into.set.appendAll(resources));
      return undefined;
    } catch (error) {
      if (!(error instanceof KustomizeError) || causeOf(error, HttpStatusError)) throw error;
      return error.message;
    }
  }

  async #accumulateComponents(into: Accumulator, paths: readonly string[]): Promise<Accumulator> {
    let gathered = into;
    for (const path of paths) {
      const loader = await quoted("loader.New", () => this.#loader.open(path));
      gathered = await quoted("accumulateDirectory:", () =>
        this.#below(path, () => this.#accumulateDirectory(gathered, loader, true)),
      );
    }
    return gathered;
  }

  async #accumulateDirectory(
    into: Accumulator,
    loader: Loader,
    isComponent: boolean,
  ): Promise<Accumulator> {
    const build = this.#build;
    const { root } = loader;
    const file = await withinAsync(`couldn't make target for path '${root}'`, () =>
      readFile(loader, build),
    );
    const { buildMetadata } = this.kustomization;
    const kustomization = { ...file.kustomization, buildMetadata };
    await setSchema(kustomization, loader, build, false);
    const { kind = "" } = kustomization;
    if (isComponent && kind !== componentKind) {
      throw failed(`expected kind '${componentKind}' for path '${root}' but got '${kind}'`);
    }
    if (!isComponent && kind === componentKind) {
      throw failed(`expected kind != '${componentKind}' for path '${root}'`);
    }
    const target = new Target(loader, { ...file, kustomization }, build, this.#origin);
    // A component works on what is there already; a base on its own.
    const gathered = await withinAsync(`recursed accumulation of path '${root}'`, () =>
      target.accumulate(isComponent ? into : new Accumulator()),
    );
    const merged = isComponent ? new Accumulator() : into;
    within(`recursed merging from path '${root}'`, () => merged.merge(gathered));
    return merged;
  }

  async #transformerConfig(): Promise<TransformerConfig> {
    let custom: TransformerConfig = emptyConfig;
    for (const path of this.kustomization.configurations ?? []) {
      custom = mergeConfigs(custom, readConfig(await this.#loader.readText(path)));
    }
    return mergeConfigs(defaultTransformerConfig(), custom);
  }

  async #customResourceConfig(): Promise<TransformerConfig> {
    let config: TransformerConfig = emptyConfig;
    const { crds = [] } = this.kustomization;
    await withinAsync(`loading CRDs [${crds.join(" ")}]`, async () => {
      for (const path of crds) {
        const content = await this.#loader.readText(path);
        const document = within(`unable to parse open API definition from '${path}'`, () =>
          parsedYaml(content),
        );
        config = mergeConfigs(config, configOfCustomResources(document));
      }
    });
    return config;
  }

  get #context(): PluginContext {
    const { schemas, helm, signal } = this.#build;
    return { loader: this.#loader, schemas, helm, signal };
  }

  async #fromField(kind: string, config: unknown): Promise<Configured<Plugin>> {
    const plugin = await makeFromField(kind, config, this.#context);
    const origin = this.#origin && {
      repo: this.#origin.repo ?? "",
      ref: this.#origin.ref ?? "",
      configuredIn: joinPaths(this.#origin.path ?? "", this.#fileName),
      configuredBy: { apiVersion: "builtin", kind },
    };
    return { plugin, origin };
  }

  async #runGenerators(into: Accumulator): Promise<void> {
    const configured: Configured<Plugin>[] = [];
    for (const { kind, config } of generatorFields(this.kustomization)) {
      configured.push(await this.#fromField(kind, config));
    }
    const external = await withinAsync("loading generator plugins", () =>
      this.#external(this.kustomization.generators ?? [], "generator"),
    );
    for (const { plugin, origin } of [...configured, ...external]) {
      const made = await (plugin as Generator).generate();
      if (origin) {
        for (const resource of made) {
          if (!resource.annotations.has(originAnnotation)) setOrigin(resource, origin);
        }
      }
      within("merging from generator", () => {
        for (const resource of made) into.set.absorb(resource);
      });
    }
  }

  async #runTransformers(into: Accumulator): Promise<void> {
    const configured: Configured<Plugin>[] = [];
    for (const { kind, config } of transformerFields(this.kustomization, into.config)) {
      configured.push(await this.#fromField(kind, config));
    }
    configured.push(
      ...(await this.#external(this.kustomization.transformers ?? [], "transformer")),
    );
    for (const { plugin, origin } of configured) {
      await (plugin as Transformer).transform(into.set);
      if (origin) for (const resource of into.set.resources) addTransformation(resource, origin);
      into.set.dropEmpty();
    }
  }

  async #runValidators(into: Accumulator): Promise<void> {
    const validators = await this.#external(this.kustomization.validators ?? [], "transformer");
    for (const { plugin } of validators) {
      const before = into.set.resources.map((resource) => resource.copy());
      await (plugin as Transformer).transform(into.set);
      const after = into.set.resources.map((resource) => resource.copy());
      for (const resource of after) {
        const labels = resource.labels;
        if (labels.delete("validated-by")) resource.labels = labels;
      }
      const problem = differenceOf(before, after);
      if (problem === undefined) continue;
      throw failed(`validator shouldn't modify the resource map: ${problem}`);
    }
  }

  /** Plugins whose settings are objects, in files or in the field itself. */
  async #external(
    sources: readonly string[],
    role: "generator" | "transformer",
  ): Promise<Configured<Plugin>[]> {
    const gathered = new Accumulator();
    const paths: string[] = [];
    for (const source of sources) {
      const inline = inlineSettings(source);
      if (!inline) {
        paths.push(source);
        continue;
      }
      for (const settings of inline) {
        if (this.#origin) setOrigin(settings, originAt(this.#origin, this.#fileName));
      }
      within(`configuring external ${role}`, () => gathered.set.appendAll(inline));
    }
    await this.#accumulateResources(gathered, paths);
    const configured: Configured<Plugin>[] = [];
    for (const settings of gathered.set.resources) {
      const load = () => this.#loadPlugin(settings, role);
      const plugin = await (role === "generator"
        ? withinAsync("failed to load generator", load)
        : load());
      configured.push({ plugin, origin: originOfPlugin(settings) });
    }
    return configured;
  }

  async #loadPlugin(settings: Resource, role: "generator" | "transformer"): Promise<Plugin> {
    const { group, version, kind } = settings.groupVersionKind;
    const id = idText(settings.originalId);
    if (group !== "" || version !== "builtin") {
      if (this.#build.alphaPlugins) {
        throw failed(`plugin ${id} is a program or a container, and those are not run here`);
      }
      throw failed(`external plugins disabled; unable to load external plugin '${kind}'`);
    }
    if (!isBuiltin(kind))
      throw failed(`unable to load builtin ${kindText({ group, version, kind })}`);
    const plugin = await withinAsync(`plugin ${id} fails configuration`, () =>
      makeBuiltin(kind, settings.json, this.#context),
    );
    if (plugin && isGenerator(plugin) === (role === "generator")) return plugin;
    throw failed(`plugin ${id} not a ${role}`);
  }
}

async function readFile(
  loader: Loader,
  build: Build,
): Promise<{ name: string; kustomization: Kustomization }> {
  const found: { name: string; content: string }[] = [];
  for (const name of fileNames) {
    try {
      found.push({ name, content: await loader.readText(name) });
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
    }
  }
  const [file] = found;
  if (!file) {
    const names = fileNames.map((name) => `'${name}'`);
    const last = names.pop() ?? "";
    throw failed(
      `unable to find one of ${names.join(", ")} or ${last} in directory '${loader.root}'`,
    );
  }
  if (found.length > 1) {
    throw failed(`Found multiple kustomization files under: ${loader.root}\n`);
  }
  return {
    name: file.name,
    kustomization: readKustomization(file.content, loader.root, build.warn),
  };
}

async function setSchema(
  { openapi = {} }: Kustomization,
  loader: Loader,
  { schemas }: Build,
  reset: boolean,
): Promise<void> {
  const { path, version } = openapi;
  const document = path === undefined ? undefined : parsedYaml(await loader.readText(path));
  const custom = path === undefined ? undefined : isRow(document) ? document : {};
  schemas.set(version, custom, reset);
}

/** Go quotes the reason in these. */
async function quoted<T>(step: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    throw failed(`${step} ${JSON.stringify(messageOf(error))}`);
  }
}

function unique(resources: readonly Resource[]): readonly Resource[] {
  const gathered = new Accumulator();
  gathered.set.appendAll(resources);
  return gathered.set.resources;
}

function inlineSettings(source: string): readonly Resource[] | undefined {
  try {
    return unique(readResources(source, builtInScopes));
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

interface FieldPlugin {
  readonly kind: string;
  readonly config: unknown;
}

function* generatorFields(file: Kustomization): Iterable<FieldPlugin> {
  const { configMapGenerator = [], secretGenerator = [], helmCharts = [] } = file;
  const withOptions = (args: Parameters<typeof withGlobalOptions>[0]) =>
    withGlobalOptions(args, file.generatorOptions);
  for (const args of configMapGenerator) {
    yield { kind: "ConfigMapGenerator", config: withOptions(args) };
  }
  for (const args of secretGenerator) {
    yield { kind: "SecretGenerator", config: withOptions(args) };
  }
  for (const chart of helmCharts) {
    yield { kind: "HelmChartInflationGenerator", config: { ...file.helmGlobals, ...chart } };
  }
}

/** In the order in which they are applied. */
function* transformerFields(file: Kustomization, config: TransformerConfig): Iterable<FieldPlugin> {
  if (file.patchesStrategicMerge && file.patchesStrategicMerge.length > 0) {
    const settings = { paths: file.patchesStrategicMerge };
    yield { kind: "PatchStrategicMergeTransformer", config: settings };
  }
  for (const patch of file.patches ?? []) yield { kind: "PatchTransformer", config: patch };
  if (file.namespace) {
    const settings = { metadata: { namespace: file.namespace }, fieldSpecs: config.namespace };
    yield { kind: "NamespaceTransformer", config: settings };
  }
  if (file.namePrefix) {
    const settings = { prefix: file.namePrefix, fieldSpecs: config.namePrefix };
    yield { kind: "PrefixTransformer", config: settings };
  }
  if (file.nameSuffix) {
    const settings = { suffix: file.nameSuffix, fieldSpecs: config.nameSuffix };
    yield { kind: "SuffixTransformer", config: settings };
  }
  yield* labelFields(file, config);
  if (file.commonAnnotations && Object.keys(file.commonAnnotations).length > 0) {
    const settings = { annotations: file.commonAnnotations, fieldSpecs: config.commonAnnotations };
    yield { kind: "AnnotationsTransformer", config: settings };
  }
  for (const { target, path, patch } of file.patchesJson6902 ?? []) {
    yield { kind: "PatchJson6902Transformer", config: { target, path, jsonOp: patch } };
  }
  for (const replica of file.replicas ?? []) {
    yield { kind: "ReplicaCountTransformer", config: { replica, fieldSpecs: config.replicas } };
  }
  for (const image of file.images ?? []) {
    yield {
      kind: "ImageTagTransformer",
      config: { imageTag: image, fieldSpecs: config.images },
    };
  }
  if (file.replacements && file.replacements.length > 0) {
    yield { kind: "ReplacementTransformer", config: { replacements: file.replacements } };
  }
}

function* labelFields(file: Kustomization, config: TransformerConfig): Iterable<FieldPlugin> {
  const { labels = [], commonLabels = {} } = file;
  if (labels.length === 0 && Object.keys(commonLabels).length === 0) return;
  for (const label of labels) {
    const specs = within("failed to merge labels", () => labelSpecs(label, config));
    yield { kind: "LabelTransformer", config: { labels: label.pairs, fieldSpecs: specs } };
  }
  const settings = { labels: commonLabels, fieldSpecs: config.commonLabels };
  yield { kind: "LabelTransformer", config: settings };
}

function labelSpecs(label: LabelArgs, config: TransformerConfig) {
  const own = mergeSpecs(fieldSpecs(label.fields), config.labels);
  if (label.includeSelectors) return mergeSpecs(own, config.commonLabels);
  const templates = label.includeTemplates ? mergeSpecs(own, config.templateLabels) : own;
  const metadata = { group: "", version: "", kind: "", path: "metadata/labels", create: true };
  return mergeSpecs(templates, [metadata]);
}

/** What a validator has changed, if anything. */
function differenceOf(before: readonly Resource[], after: readonly Resource[]): string | undefined {
  if (before.length !== after.length) {
    return `lists have different number of entries: ${before.length} and ${after.length}`;
  }
  const later = new Map(after.map((resource) => [idText(resource.id), resource]));
  for (const resource of before) {
    const id = idText(resource.id);
    const other = later.get(id);
    if (!other) return `id in self missing from other; id: ${id}`;
    if (other.yaml !== resource.yaml) {
      return `nodes unequal: \n -- ${resource.yaml},\n -- ${other.yaml}`;
    }
  }
  return undefined;
}
